package ratelimit

import (
	"slices"
	"time"
)

// slack is added to every wait: the server's clock ticks a little differently, and servers differ on
// whether a request leaves the window at its end or just after.
const slack = time.Millisecond

// slidingLog models the server's log of accepted requests: at most limit of them in any stretch of length per.
// It has neither lock nor clock.
//
// A request counts as accepted when its answer arrives, the latest that it can have been. So the model never
// has a slot free before the server has.
type slidingLog struct {
	limit    int           // 0: not known, nothing is held back
	per      time.Duration // known together with limit
	accepted []entry       // within per, oldest first
	guesses  int           // how many of accepted are guesses
	inFlight int           // sent, not answered
	blocked  time.Time     // end of the last Retry-After
	seen     time.Time     // when the server last said how many remain
}

// entry is one request in the log. A guess is one of somebody else who shares the limit, or one of ours
// whose fate is not known.
type entry struct {
	at    time.Time
	guess bool
}

// expire drops what has left the window.
func (l *slidingLog) expire(now time.Time) {
	n := 0
	for n < len(l.accepted) && now.Sub(l.accepted[n].at) >= l.per+slack {
		if l.accepted[n].guess {
			l.guesses--
		}
		n++
	}
	l.accepted = slices.Delete(l.accepted, 0, n)
}

// ready says whether a request may be sent now.
func (l *slidingLog) ready(now time.Time) bool {
	l.expire(now)
	return !now.Before(l.blocked) && (l.limit == 0 || len(l.accepted)+l.inFlight < l.limit)
}

// wait is the least time after which a request with so many ahead of it may be sent.
func (l *slidingLog) wait(now time.Time, ahead int) time.Duration {
	l.expire(now)
	d := max(l.blocked.Sub(now), 0)
	if l.limit == 0 {
		return d
	}
	// The request needs so many to leave; who leaves is replaced by one who waits ahead and stays for a whole window.
	leave := len(l.accepted) + l.inFlight + ahead + 1 - l.limit
	if leave <= 0 {
		return d
	}
	rounds, last := (leave-1)/l.limit, (leave-1)%l.limit
	from := now // an answer that is still to come
	if last < len(l.accepted) {
		from = l.accepted[last].at
	}
	until := from.Add(time.Duration(rounds+1)*l.per + slack)
	return max(d, until.Sub(now))
}

// begin counts a request that is sent.
func (l *slidingLog) begin() { l.inFlight++ }

// fail counts a request that got no answer. The server may have accepted it.
func (l *slidingLog) fail(now time.Time) {
	l.inFlight--
	l.add(entry{at: now, guess: true})
}

// answer counts a request that was answered and learns from the answer.
// It says whether the waits of others have changed by more than this request.
func (l *slidingLog) answer(now time.Time, fb feedback) (changed bool) {
	l.inFlight--
	changed = l.learn(fb)
	l.expire(now)
	if fb.rejected {
		if until := now.Add(fb.retryAfter + slack); until.After(l.blocked) {
			l.blocked = until
		}
		l.reject(now, fb)
		return true
	}
	l.add(entry{at: now})
	if fb.remaining >= 0 {
		l.reconcile(now, l.limit-fb.remaining)
	}
	return changed
}

// learn takes over the server's limit. Of several lengths of the window under one limit the greatest stands,
// because a window is read too short, never too long, where the second ticks over within an answer.
func (l *slidingLog) learn(fb feedback) (changed bool) {
	if fb.limit > 0 && fb.limit != l.limit && (fb.per > 0 || l.per > 0) {
		l.limit, changed = fb.limit, true
		if fb.per > 0 {
			l.per = fb.per
		}
	}
	if l.limit > 0 && fb.per > l.per {
		l.per, changed = fb.per, true
	}
	return changed
}

// reconcile brings the log in line with the number of requests that the server counts in its window.
func (l *slidingLog) reconcile(now time.Time, used int) {
	if l.limit == 0 {
		return
	}
	if missing := min(used, l.limit) - len(l.accepted) - l.inFlight; missing > 0 {
		// Others share the limit. Their requests came since the server was last heard of, at even intervals for all we know.
		from := now.Add(-l.per)
		if l.seen.After(from) {
			from = l.seen
		}
		l.guess(missing, from, now)
	} else if surplus := len(l.accepted) - used; surplus > 0 {
		l.forget(min(surplus, l.guesses))
	}
	l.seen = now
}

// reject makes new guesses after a 429: the window is full, and the first request leaves it when Retry-After ends.
func (l *slidingLog) reject(now time.Time, fb feedback) {
	if l.limit == 0 {
		return
	}
	l.forget(l.guesses)
	from := now.Add(fb.retryAfter - l.per)
	if from.After(now) {
		from = now
	}
	l.guess(l.limit-len(l.accepted)-l.inFlight, from, now)
	l.seen = now
}

// guess adds n requests of others at even intervals.
func (l *slidingLog) guess(n int, from, to time.Time) {
	if n <= 0 {
		return
	}
	step := to.Sub(from) / time.Duration(n)
	for i := range n {
		l.accepted = append(l.accepted, entry{at: from.Add(time.Duration(i) * step), guess: true})
	}
	l.guesses += n
	slices.SortStableFunc(l.accepted, func(a, b entry) int { return a.at.Compare(b.at) })
}

// forget drops the n oldest guesses.
func (l *slidingLog) forget(n int) {
	if n <= 0 {
		return
	}
	l.guesses -= n
	l.accepted = slices.DeleteFunc(l.accepted, func(e entry) bool {
		if !e.guess || n == 0 {
			return false
		}
		n--
		return true
	})
}

// add puts a request at the end. Without a known limit nothing is kept.
func (l *slidingLog) add(e entry) {
	if l.limit == 0 {
		return
	}
	if e.guess {
		l.guesses++
	}
	l.accepted = append(l.accepted, e)
}
