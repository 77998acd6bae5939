package zuliptest_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestRateLimitIsASlidingLogOfAcceptedRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, zuliptest.WithRateLimit(3, time.Minute))
		start := time.Now()
		for i := range 3 {
			resp, _, err := o.bot.try("GET", "/users/me", nil)
			require.NoError(t, err)
			assert.Equal(t, "3", resp.Header.Get("X-RateLimit-Limit"))
			assert.Equal(t, strconv.Itoa(2-i), resp.Header.Get("X-RateLimit-Remaining"))
			time.Sleep(10 * time.Second)
		}
		for range 5 { // refusals do not count, so asking again changes nothing
			resp, got, err := o.bot.try("GET", "/users/me", nil)
			require.NoError(t, err)
			assert.Equal(t, 429, resp.StatusCode)
			assert.Equal(t, "RATE_LIMIT_HIT", got["code"])
			assert.Equal(t, "30", resp.Header.Get("Retry-After"), "the oldest leaves then")
			reset := strconv.FormatInt(start.Add(80*time.Second).Unix(), 10)
			assert.Equal(t, reset, resp.Header.Get("X-RateLimit-Reset"), "the newest leaves then")
		}
		o.as(t, o.ada).ok("GET", "/users/me") // each user has a budget of his own
		time.Sleep(29*time.Second + 500*time.Millisecond)
		resp, _, err := o.bot.try("GET", "/users/me", nil)
		require.NoError(t, err)
		assert.Equal(t, "0.5", resp.Header.Get("Retry-After"), "a number with a fraction")
		time.Sleep(500 * time.Millisecond)
		o.bot.ok("GET", "/users/me")
	})
}

func TestPollsHaveABucketOfTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, zuliptest.WithRateLimit(2, time.Minute))
		queue := o.bot.register()
		o.bot.ok("GET", "/users/me")
		o.bot.refused(429, "RATE_LIMIT_HIT", "GET", "/users/me")
		o.bot.events(queue, "-1")
		o.bot.events(queue, "-1")
		o.bot.refused(429, "RATE_LIMIT_HIT", "GET", "/events", "queue_id", queue, "last_event_id", "-1")
		time.Sleep(30 * time.Second) // half a minute earns one of two
		o.bot.events(queue, "-1")
		o.bot.refused(429, "RATE_LIMIT_HIT", "GET", "/events", "queue_id", queue, "last_event_id", "-1")
	})
}

func TestWithoutALimitThereAreNoHeaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		resp, _, err := o.bot.try("GET", "/users/me", nil)
		require.NoError(t, err)
		assert.Empty(t, resp.Header.Get("X-RateLimit-Limit"))
	})
}
