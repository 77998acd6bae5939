package ratelimit

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What a server may make us believe. Whatever lies outside was not meant for us,
// or means harm.
const (
	maxLimit = 1 << 16        // Requests in a window; higher limits are not paced.
	minSpan  = time.Second    // Reset counts in whole seconds.
	maxSpan  = 24 * time.Hour // Longer windows are not paced.
	maxPause = time.Hour      // Then somebody asks again.
	noAdvice = time.Second    // The pause after a 429 without a usable Retry-After.
)

// The headers in the form in which [http.Header] keeps them, so that looking them up costs nothing.
const (
	headerLimit     = "X-Ratelimit-Limit"
	headerRemaining = "X-Ratelimit-Remaining"
	headerReset     = "X-Ratelimit-Reset"
)

// feedback is what one answer says about the limit.
type feedback struct {
	limit     int           // Requests in a window, 0 if not said.
	remaining int           // Of them, -1 if not said.
	span      time.Duration // From this answer until the bucket is empty again, 0 if not said.
	retry     time.Duration // How long to wait after a 429.
}

// readFeedback reads the headers of an answer that came at now.
func readFeedback(h http.Header, now time.Time) feedback {
	f := feedback{remaining: -1, retry: noAdvice}
	retry, limited := h.Get("Retry-After"), h.Get(headerLimit)
	if retry == "" && limited == "" {
		return f
	}
	// The server's own clock, when it tells: ours may be minutes off.
	server, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		server = now
	}
	if d, ok := parseRetryAfter(retry, server); ok {
		f.retry = d
	}
	limit, ok := parseNumber(limited)
	if !ok || limit < 1 || limit > maxLimit {
		return f
	}
	f.limit = int(limit)
	if left, ok := parseNumber(h.Get(headerRemaining)); ok && left <= limit {
		f.remaining = int(max(left, 0))
	}
	if reset, ok := parseNumber(h.Get(headerReset)); ok {
		// Too far away is not cut but ignored: it may be another unit.
		if s := math.Ceil(reset - float64(server.UnixMilli())/1000); s >= minSpan.Seconds() && s <= maxSpan.Seconds() {
			f.span = time.Duration(s) * time.Second
		}
	}
	return f
}

// parseRetryAfter reads seconds, with or without a fraction, or an HTTP date.
func parseRetryAfter(s string, now time.Time) (time.Duration, bool) {
	if n, ok := parseNumber(s); ok {
		if n < 0 {
			return 0, false
		}
		return ceilSeconds(min(n, maxPause.Seconds())), true
	}
	at, err := http.ParseTime(strings.TrimSpace(s))
	if err != nil {
		return 0, false
	}
	return min(max(at.Sub(now), 0), maxPause), true
}

// parseNumber reads a decimal number. One that is too large for a float64
// becomes infinite.
func parseNumber(s string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return n, !math.IsNaN(n)
}
