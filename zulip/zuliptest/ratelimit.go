package zuliptest

import (
	"net/http"
	"strconv"
	"time"
)

// bucket is the log of accepted requests within the last span.
type bucket struct{ accepted []time.Time }

// gcra is the limiter of the event server: it smooths where bucket counts.
type gcra struct{ theoretical time.Time }

// limit counts the call against its user's budget. It returns the X-RateLimit headers,
// and the refusal when the user is too fast.
func (s *Server) limit(c *call) (map[string]string, *answer) {
	if s.config.limit < 1 {
		return map[string]string{}, nil
	}
	now := time.Now()
	var remaining int
	var wait, empty time.Duration
	if c.path == "/events" && c.method == http.MethodGet {
		remaining, wait, empty = s.countPoll(c.user.ID, now)
	} else {
		remaining, wait, empty = s.countRequest(c.user.ID, now)
	}
	header := map[string]string{
		"X-RateLimit-Limit":     strconv.Itoa(s.config.limit),
		"X-RateLimit-Remaining": strconv.Itoa(remaining),
		"X-RateLimit-Reset":     strconv.FormatInt(now.Add(empty).Unix(), 10), // Cut to whole seconds, as Zulip does.
	}
	if wait <= 0 {
		return header, nil
	}
	a := tooMany(wait)
	return header, &a
}

// countRequest is Zulip's sliding log: only accepted requests count, and the wait ends when the oldest leaves.
func (s *Server) countRequest(user int, now time.Time) (remaining int, wait, empty time.Duration) {
	b := s.limits[user]
	if b == nil {
		b = &bucket{}
		s.limits[user] = b
	}
	for len(b.accepted) > 0 && now.Sub(b.accepted[0]) >= s.per {
		b.accepted = b.accepted[1:]
	}
	if len(b.accepted) >= s.config.limit {
		wait = s.per - now.Sub(b.accepted[0])
	} else {
		b.accepted = append(b.accepted, now)
	}
	newest := b.accepted[len(b.accepted)-1]
	return s.config.limit - len(b.accepted), wait, s.per - now.Sub(newest)
}

// countPoll keeps the time at which the budget is whole again; a poll is refused when that lies more than
// one span ahead.
func (s *Server) countPoll(user int, now time.Time) (remaining int, wait, empty time.Duration) {
	g := s.polls[user]
	if g == nil {
		g = &gcra{}
		s.polls[user] = g
	}
	step := s.per / time.Duration(s.config.limit)
	next := g.theoretical
	if next.Before(now) {
		next = now
	}
	next = next.Add(step)
	if wait = next.Sub(now) - s.per; wait > 0 {
		return 0, wait, g.theoretical.Sub(now)
	}
	g.theoretical = next
	return int((s.per - next.Sub(now)) / step), 0, next.Sub(now)
}

// tooMany is Zulip's refusal; the header is a number with a fraction, unlike most servers'.
func tooMany(wait time.Duration) answer {
	a := fail(http.StatusTooManyRequests, "RATE_LIMIT_HIT", "API usage exceeded rate limit").with("retry-after", wait.Seconds())
	a.header = map[string]string{"Retry-After": strconv.FormatFloat(wait.Seconds(), 'f', -1, 64)}
	return a
}
