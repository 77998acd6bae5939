package ratelimit_test

import (
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/signalbox-go/signalbox/ratelimit"
)

func newKeyed(tb testing.TB, limit rate.Limit, burst, maxKeys int) *ratelimit.Keyed[int] {
	tb.Helper()
	k, err := ratelimit.NewKeyed[int](limit, burst, maxKeys)
	require.NoError(tb, err)
	return k
}

func TestKeyedAnswersAFloodWithOneNotice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const user = 7
		k := newKeyed(t, rate.Every(10*time.Second), 2, 100)
		allowed := ratelimit.Decision{Allowed: true}
		assert.Equal(t, allowed, k.Take(user))
		assert.Equal(t, allowed, k.Take(user))
		assert.Equal(t, ratelimit.Decision{First: true, RetryAfter: 10 * time.Second}, k.Take(user))
		time.Sleep(4 * time.Second)
		assert.Equal(t, ratelimit.Decision{RetryAfter: 6 * time.Second}, k.Take(user), "a refusal costs nothing")
		assert.Equal(t, allowed, k.Take(8), "somebody else")
		time.Sleep(6 * time.Second)
		assert.Equal(t, allowed, k.Take(user))
		assert.True(t, k.Take(user).First, "of the next flood")
	})
}

func TestKeyedRetryAfterIsEnough(t *testing.T) {
	t.Parallel()
	for _, limit := range []rate.Limit{0.001, 1.0 / 3, 0.7, 3, 7, 1000.0 / 3} {
		synctest.Test(t, func(t *testing.T) {
			k := newKeyed(t, limit, 3, 10)
			for range 50 {
				d := k.Take(1)
				if !d.Allowed {
					assert.Positive(t, d.RetryAfter)
					time.Sleep(d.RetryAfter)
					assert.True(t, k.Allow(1))
				}
			}
		})
	}
}

func TestKeyedForgetsIdleKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeyed(t, 1, 5, 1000)
		for key := range 1000 {
			k.Take(key)
		}
		for range 4 {
			k.Take(3) // empty: full after 5 s, the others after 1 s
		}
		assert.Equal(t, 1000, k.Len())
		time.Sleep(time.Second)
		assert.Equal(t, 1, k.Len())
		time.Sleep(4 * time.Second)
		assert.Zero(t, k.Len())
	})
}

func TestKeyedRefusesNewKeysAtTheCap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeyed(t, 1, 2, 3)
		for key := range 3 {
			require.True(t, k.Allow(key))
			require.True(t, k.Allow(key))
		}
		time.Sleep(500 * time.Millisecond)
		for key := 100; key < 200; key++ {
			assert.Equal(t, ratelimit.Decision{RetryAfter: 1500 * time.Millisecond}, k.Take(key))
		}
		assert.Equal(t, 3, k.Len())
		assert.False(t, k.Allow(0), "a flood does not reset the keys that are held back")
		time.Sleep(1500 * time.Millisecond)
		assert.True(t, k.Allow(100))
	})
}

func TestKeyedIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeyed(t, 1, 10, 20)
		var allowed, first atomic.Int64
		var users sync.WaitGroup
		for range 50 {
			users.Go(func() {
				for key := range 20 {
					switch d := k.Take(key); {
					case d.Allowed:
						allowed.Add(1)
					case d.First:
						first.Add(1)
					}
				}
			})
		}
		users.Wait()
		assert.Equal(t, int64(200), allowed.Load())
		assert.Equal(t, int64(20), first.Load())
	})
}

func TestNewKeyedRefuses(t *testing.T) {
	t.Parallel()
	for _, bad := range []struct {
		limit          rate.Limit
		burst, maxKeys int
	}{
		{1, 0, 1}, {1, -1, 1}, {1, 1, 0}, {1, 1, -1}, {0, 1, 1}, {-1, 1, 1}, {rate.Inf, 1, 1},
		{rate.Limit(math.NaN()), 1, 1}, {rate.Limit(math.Inf(1)), 1, 1}, {1e-300, 1, 1}, {1, math.MaxInt, 1},
	} {
		_, err := ratelimit.NewKeyed[string](bad.limit, bad.burst, bad.maxKeys)
		require.Error(t, err, "%+v", bad)
	}
}
