package ratelimit

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 500e6, time.UTC)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value, date string
		want        time.Duration
		ok          bool
	}{
		{value: "28.706807374954224", want: 28707 * time.Millisecond, ok: true},
		{value: "7", want: 7 * time.Second, ok: true},
		{value: " 0.0001 ", want: time.Millisecond, ok: true},
		{value: "0", ok: true},
		{value: "-0", ok: true},
		{value: "1e300", want: time.Hour, ok: true},
		{value: "99999999999999999999", want: time.Hour, ok: true},
		{value: "Sun, 22 Nov 2026 12:00:03 GMT", want: 2500 * time.Millisecond, ok: true},
		{value: "Sun, 22 Nov 2026 05:00:03 GMT", date: "Sun, 22 Nov 2026 05:00:00 GMT", want: 3 * time.Second, ok: true},
		{value: "Sun, 22 Nov 2026 11:00:00 GMT", ok: true},
		{value: "Sun, 22 Nov 9026 12:00:00 GMT", want: time.Hour, ok: true},
		{value: ""}, {value: "soon"}, {value: "-1"}, {value: "NaN"}, {value: "Inf"}, {value: "-Inf"}, {value: "1e999"},
	} {
		h := http.Header{"Retry-After": {test.value}}
		if test.date != "" {
			h.Set("Date", test.date)
		}
		got, ok := RetryAfter(h, noon)
		assert.Equal(t, test.want, got, test.value)
		assert.Equal(t, test.ok, ok, test.value)
	}
}

func TestReadFeedback(t *testing.T) {
	t.Parallel()
	read := func(status int, header ...string) feedback {
		h := http.Header{}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return readFeedback(&http.Response{StatusCode: status, Header: h}, noon)
	}
	const limit, remaining, reset = "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"
	nothing := feedback{remaining: -1}

	assert.Equal(t, nothing, read(200))
	assert.Equal(t, feedback{limit: 200, remaining: 199, per: time.Minute},
		read(200, limit, "200", remaining, "199", reset, "1795348860"), "of our clock, cut down to seconds")
	assert.Equal(t, feedback{remaining: -1, per: time.Minute},
		read(200, reset, "1795323660.9", "Date", "Sun, 22 Nov 2026 05:00:00 GMT"), "of the server's clock")
	assert.Equal(t, feedback{remaining: -1, rejected: true, retryAfter: time.Second}, read(429))
	assert.Equal(t, feedback{limit: maxLimit, remaining: maxLimit}, read(200, limit, "1e300", remaining, "1e300"))
	for _, odd := range []string{"-1", "NaN", "Inf", "many", "0x", "1,2"} {
		assert.Equal(t, nothing, read(200, limit, odd, remaining, odd, reset, odd), odd)
	}
	for _, odd := range []string{"0", "60", "1e300", "-1e300", "1795348800", "1795359999"} {
		assert.Equal(t, nothing, read(200, reset, odd), "a window of no length, or of many hours: %s", odd)
	}
}

// FuzzFeedback feeds what a server can send: nothing may panic, stop the client for long or fill its memory.
func FuzzFeedback(f *testing.F) {
	f.Add(200, "200", "199", "1795348860", "", "")
	f.Add(429, "200", "0", "1795348860", "28.706807374954224", "Sun, 22 Nov 2026 12:00:00 GMT")
	f.Add(429, "-1", "NaN", "1e300", "-1e300", "x")
	f.Add(200, "1", "100000", "1795348801", "", "")
	f.Fuzz(func(t *testing.T, status int, limit, remaining, reset, retryAfter, date string) {
		fb := readFeedback(&http.Response{StatusCode: status, Header: http.Header{
			"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset},
			"Retry-After": {retryAfter}, "Date": {date},
		}}, noon)
		assert.True(t, fb.limit >= 0 && fb.limit <= maxLimit)
		assert.True(t, fb.remaining >= -1 && fb.remaining <= maxLimit)
		assert.True(t, fb.per >= 0 && fb.per <= maxTime)
		assert.True(t, fb.retryAfter >= 0 && fb.retryAfter <= maxTime)

		log := slidingLog{}
		now := noon
		for range 3 {
			log.begin()
			log.answer(now, fb)
			assert.LessOrEqual(t, len(log.accepted), maxLimit+3)
			assert.LessOrEqual(t, log.wait(now, 0), maxTime+slack)
			guesses := 0
			for i, e := range log.accepted {
				if e.guess {
					guesses++
				}
				assert.False(t, e.at.After(now), "in the future")
				assert.False(t, i > 0 && e.at.Before(log.accepted[i-1].at), "out of order")
			}
			assert.Equal(t, guesses, log.guesses)
			assert.Zero(t, log.inFlight)
			now = now.Add(log.wait(now, 0))
			assert.True(t, log.ready(now), "the wait was too short")
		}
	})
}
