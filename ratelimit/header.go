package ratelimit

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What a server may teach is bounded: a wrong or hostile header must neither stop a client for good nor fill its memory.
const (
	maxLimit = 100_000   // requests in one window
	maxTime  = time.Hour // a window, and a wait for one Retry-After
	// blindWait is the pause after a 429 that names none.
	blindWait = time.Second
)

// feedback is what one response says about the server's limit.
type feedback struct {
	limit      int           // 0: not said
	per        time.Duration // 0: not said
	remaining  int           // -1: not said
	rejected   bool          // 429: not counted by the server
	retryAfter time.Duration // only where rejected
}

// readFeedback reads X-RateLimit-Limit, -Remaining and -Reset, and Retry-After of a 429.
func readFeedback(resp *http.Response, now time.Time) feedback {
	fb := feedback{remaining: -1}
	if n, ok := number(resp.Header.Get("X-RateLimit-Limit")); ok && n >= 1 {
		fb.limit = int(min(n, maxLimit))
	}
	if n, ok := number(resp.Header.Get("X-RateLimit-Remaining")); ok && n >= 0 {
		fb.remaining = int(min(n, maxLimit))
	}
	fb.per = window(resp.Header, now)
	if resp.StatusCode == http.StatusTooManyRequests {
		fb.rejected = true
		var ok bool
		if fb.retryAfter, ok = RetryAfter(resp.Header, now); !ok {
			fb.retryAfter = blindWait
		}
	}
	return fb
}

// window reads the length of the server's window from X-RateLimit-Reset, the second at which the bucket is empty
// again: the request just counted leaves it then. Both clocks are the server's, where it sends a Date,
// so it does no harm that they differ from ours. A Reset that cannot be is no news.
func window(h http.Header, now time.Time) time.Duration {
	reset, ok := number(h.Get("X-RateLimit-Reset"))
	if !ok {
		return 0
	}
	// Servers cut Reset and Date down to whole seconds, so their difference is right where the window is whole seconds.
	left := math.Floor(reset) - float64(serverTime(h, now).Unix())
	if left <= 0 || left > maxTime.Seconds() {
		return 0
	}
	return time.Duration(left) * time.Second
}

// RetryAfter reads the header Retry-After: whole or broken seconds, or an HTTP date, which counts from the
// header Date where there is one and else from now. The result is rounded up to milliseconds and lies between
// 0 and one hour. It is false where the header is absent or makes no sense.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, ok := number(value); ok {
		if seconds < 0 {
			return 0, false
		}
		ms := math.Ceil(min(seconds, maxTime.Seconds()) * 1000)
		return time.Duration(ms) * time.Millisecond, true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return min(max(date.Sub(serverTime(h, now)), 0), maxTime), true
}

// serverTime is the header Date, or now without one.
func serverTime(h http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return now
}

// number reads a finite number.
func number(text string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, false
	}
	return n, true
}
