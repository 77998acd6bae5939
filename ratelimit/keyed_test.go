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
		assert.Equal(t, allowed, k.Allow(user))
		assert.Equal(t, allowed, k.Allow(user))
		assert.Equal(t, ratelimit.Decision{First: true, RetryAfter: 10 * time.Second}, k.Allow(user))
		time.Sleep(4 * time.Second)
		assert.Equal(t, ratelimit.Decision{RetryAfter: 6 * time.Second}, k.Allow(user), "a refusal costs nothing")
		assert.Equal(t, allowed, k.Allow(8), "somebody else")
		time.Sleep(6 * time.Second)
		assert.Equal(t, allowed, k.Allow(user))
		assert.True(t, k.Allow(user).First, "of the next flood")
	})
}

func TestKeyedRetryAfterIsEnough(t *testing.T) {
	t.Parallel()
	for _, limit := range []rate.Limit{0.001, 1.0 / 3, 0.7, 3, 7, 1000.0 / 3} {
		synctest.Test(t, func(t *testing.T) {
			k := newKeyed(t, limit, 3, 10)
			for range 50 {
				d := k.Allow(1)
				if !d.Allowed {
					assert.Positive(t, d.RetryAfter)
					time.Sleep(d.RetryAfter)
					assert.True(t, k.Allow(1).Allowed)
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
			assert.True(t, k.Allow(key).Allowed)
		}
		assert.Equal(t, ratelimit.Decision{RetryAfter: 5 * time.Second}, k.Allow(1000), "no place")
		time.Sleep(5 * time.Second)
		for key := range 1000 {
			assert.True(t, k.Allow(1000+key).Allowed, "the places are free again")
		}
	})
}

func TestKeyedRefusesNewKeysAtTheCap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeyed(t, 1, 2, 3)
		for key := range 3 {
			require.True(t, k.Allow(key).Allowed)
			require.True(t, k.Allow(key).Allowed)
		}
		time.Sleep(500 * time.Millisecond)
		for key := 100; key < 200; key++ {
			assert.Equal(t, ratelimit.Decision{RetryAfter: 1500 * time.Millisecond}, k.Allow(key))
		}
		assert.False(t, k.Allow(0).Allowed, "a flood does not reset the keys that are held back")
		time.Sleep(1500 * time.Millisecond)
		assert.True(t, k.Allow(100).Allowed)
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
					switch d := k.Allow(key); {
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
		{1, 0, 1},
		{1, -1, 1},
		{1, 1, 0},
		{1, 1, -1},
		{0, 1, 1},
		{-1, 1, 1},
		{rate.Inf, 1, 1},
		{rate.Limit(math.NaN()), 1, 1},
		{rate.Limit(math.Inf(1)), 1, 1},
		{1e-300, 1, 1},
		{1, math.MaxInt, 1},
	} {
		_, err := ratelimit.NewKeyed[string](bad.limit, bad.burst, bad.maxKeys)
		require.Error(t, err, "%+v", bad)
	}
}
