package httpx

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"
)

// checkRetry decides whether an attempt is repeated.
func (c *Client) checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	state, _ := ctx.Value(callKey{}).(*call)
	if err != nil {
		return state != nil && (state.safe || !state.sent(err)) && !final(err), nil
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		return c.fits(ctx, resp), nil
	}
	return state != nil && state.safe && resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented && c.fits(ctx, resp), nil
}

// fits reports whether the wait that a server asks for is bearable and ends
// before the call's deadline. Otherwise its answer is the call's.
func (c *Client) fits(ctx context.Context, resp *http.Response) bool {
	wait, _ := RetryAfter(resp.Header, time.Now())
	deadline, ok := ctx.Deadline()
	return wait <= c.config.RetryWaitMax && (!ok || time.Now().Add(wait).Before(deadline))
}

// backoff is how long to wait before the next attempt: what the server asks
// for, or else a random time that grows.
func (c *Client) backoff(least, most time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil {
		if wait, ok := RetryAfter(resp.Header, time.Now()); ok {
			return wait
		}
	}
	ceiling := min(float64(most), float64(least)*math.Pow(2, float64(attempt+1)))
	return least + time.Duration(c.config.Jitter()*(ceiling-float64(least)))
}

// RetryAfter reads the Retry-After header, in seconds, which Zulip writes with
// a fraction, or as a date. It reports false when there is none that makes
// sense.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := h.Get("Retry-After")
	if text == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		const most = 24 * 60 * 60
		if math.IsNaN(seconds) || seconds < 0 {
			return 0, false
		}
		return time.Duration(min(seconds, most) * float64(time.Second)), true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return max(0, min(at.Sub(now), 24*time.Hour)), true
}
