package ratelimit

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 500e6, time.UTC)

func TestParseRetryAfter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value string
		want  time.Duration
		ok    bool
	}{
		{value: "28.706807374954224", want: 28706807375, ok: true},
		{value: "7", want: 7 * time.Second, ok: true},
		{value: " 0.0001 ", want: 100 * time.Microsecond, ok: true},
		{value: "0", ok: true},
		{value: "-0", ok: true},
		{value: "1e300", want: time.Hour, ok: true},
		{value: "1e999", want: time.Hour, ok: true},
		{value: "99999999999999999999", want: time.Hour, ok: true},
		{value: "Sun, 22 Nov 2026 12:00:03 GMT", want: 2500 * time.Millisecond, ok: true},
		{value: "Sun, 22 Nov 2026 11:00:00 GMT", ok: true},
		{value: "Sun, 22 Nov 9026 12:00:00 GMT", want: time.Hour, ok: true},
		{value: ""},
		{value: "soon"},
		{value: "-1"},
		{value: "NaN"},
		{value: "-Inf"},
		{value: "-1e999"},
	} {
		got, ok := parseRetryAfter(test.value, noon)
		assert.Equal(t, test.want, got, test.value)
		assert.Equal(t, test.ok, ok, test.value)
	}
}

func TestReadFeedback(t *testing.T) {
	t.Parallel()
	read := func(limit, remaining, reset, date string) feedback {
		return readFeedback(http.Header{
			"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset}, "Date": {date},
		}, noon)
	}
	nothing := feedback{remaining: -1, retry: time.Second}
	assert.Equal(t, nothing, readFeedback(nil, noon))
	minute := feedback{limit: 200, remaining: 199, span: time.Minute, retry: time.Second}
	assert.Equal(t, minute, read("200", "199", "1795348860", ""), "by our clock, the next whole second")
	assert.Equal(t, minute, read("200", "199", "1795323660", "Sun, 22 Nov 2026 05:00:00 GMT"), "by the server's clock")
	for _, odd := range []string{"-1", "0", "NaN", "Inf", "1e300", "1e999", "many", "0x", "1,2", "65537"} {
		assert.Equal(t, nothing, read(odd, odd, odd, odd), odd)
	}
	for _, odd := range []string{"0", "60", "1e300", "-1e300", "1795348800", "1795535300", "1795348860000", "NaN"} {
		assert.Zero(t, read("200", "199", odd, "").span, "no length, or days: %s", odd)
	}
	assert.Equal(t, -1, read("200", "201", "", "").remaining)
	assert.Equal(t, 0, read("200", "-1", "", "").remaining)
}

// FuzzFeedback feeds what a server can send: nothing may panic, stop the client
// for long or fill its memory.
func FuzzFeedback(f *testing.F) {
	f.Add(false, "200", "199", "1795348860", "", "", uint16(10))
	f.Add(true, "200", "0", "1795348860", "28.706807374954224", "Sun, 22 Nov 2026 12:00:00 GMT", uint16(700))
	f.Add(true, "-1", "NaN", "1e300", "-1e300", "x", uint16(0))
	f.Add(false, "1", "0", "1795348801", "", "", uint16(3000))
	f.Add(false, "1", "1", "", "", "", uint16(4)) // The request itself not counted.
	f.Fuzz(func(t *testing.T, refused bool, limit, remaining, reset, retryAfter, date string, later uint16) {
		header := http.Header{
			"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset},
			"Retry-After": {retryAfter}, "Date": {date},
		}
		w := window{limit: 3, widest: 2 * time.Second}
		now := noon
		for i := range 8 {
			turn, wait := w.admit(now)
			assert.LessOrEqual(t, wait, maxSpan+maxPause+guard)
			if now = now.Add(wait); wait > 0 {
				turn, wait = w.admit(now)
				assert.Zero(t, wait, "the wait was too short")
			}
			now = now.Add(time.Duration(later) * time.Millisecond)
			said := readFeedback(header, now)
			assert.True(t, said.limit >= 0 && said.limit <= maxLimit)
			assert.True(t, said.remaining >= -1 && said.remaining <= max(said.limit, 0))
			assert.True(t, said.span >= 0 && said.span <= maxSpan)
			assert.True(t, said.retry >= 0 && said.retry <= maxPause)
			if refused && i%2 == 0 {
				assert.LessOrEqual(t, w.refused(turn, said, i > 0, now), max(maxPause, maxSpan))
			} else {
				w.accepted(turn, said, now)
			}
			assert.Zero(t, w.flying)
			assert.LessOrEqual(t, len(w.log), maxLimit)
			for j := 1; j < len(w.log); j++ {
				assert.False(t, w.log[j].at.Before(w.log[j-1].at), "out of order")
			}
		}
	})
}
