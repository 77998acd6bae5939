package ratelimit

import (
	"slices"
	"time"
)

// slack is added to every wait: the server's clock ticks a little differently, and servers differ on
// whether a request leaves the window at its end or just after.
const slack = time.Millisecond

// longestProbe bounds how far the waits after a row of 429s grow beyond Retry-After.
const longestProbe = time.Minute

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
	blocked  time.Time     // end of the wait for the last Retry-After
	streak   int           // how many waits in a row ended in a 429
	probing  bool          // a request tries whether the 429s are over
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
	return !now.Before(l.blocked) && !l.probing && (l.limit == 0 || len(l.accepted)+l.inFlight < l.limit)
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
func (l *slidingLog) begin() {
	l.inFlight++
	l.probing = l.streak > 0
}

// fail counts a request that got no answer. The server may have accepted it.
func (l *slidingLog) fail(now time.Time) {
	l.inFlight--
	l.probing = false
	l.add(entry{at: now, guess: true})
}

// answer counts a request that was answered and learns from the answer.
// It says whether the waits of others have changed by more than this request.
func (l *slidingLog) answer(now time.Time, fb feedback) (changed bool) {
	l.inFlight--
	l.probing = false
	changed = l.learn(fb)
	l.expire(now)
	if fb.rejected {
		l.reject(now, fb.retryAfter)
		return true
	}
	l.streak = 0
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
	if surplus := len(l.accepted) - used; surplus > 0 {
		l.forget(min(surplus, l.guesses))
	}
	l.guess(now, min(used, l.limit)-len(l.accepted)-l.inFlight, now.Add(-l.per))
	l.seen = now
}

// reject takes in a 429: the window is full, and the first request leaves it when Retry-After ends.
//
// After it one request alone tries whether there is room. Where others take each slot as soon as it is free,
// one 429 follows the other. Then the wait doubles, at most to a minute and not beyond the time
// when one of our own requests leaves the window.
func (l *slidingLog) reject(now time.Time, retryAfter time.Duration) {
	wait := retryAfter
	if !now.Before(l.blocked) { // sent after the last wait, not along with the request that began it
		wait = max(wait, min(retryAfter<<min(l.streak, 6), longestProbe, l.ownLeaves(now)))
		l.streak++
	}
	if until := now.Add(wait + slack); until.After(l.blocked) {
		l.blocked = until
	}
	if l.limit == 0 {
		return
	}
	l.guess(now, l.limit-len(l.accepted)-l.inFlight, now.Add(retryAfter-l.per))
	l.seen = now
}

// ownLeaves is how long the oldest of our own requests stays in the window, a long time without any.
func (l *slidingLog) ownLeaves(now time.Time) time.Duration {
	for _, e := range l.accepted {
		if !e.guess {
			return e.at.Add(l.per).Sub(now)
		}
	}
	return maxTime
}

// guess adds n requests of others who share the limit. For all we know they came at even intervals,
// since the server was last heard of or since the oldest, whichever is later.
func (l *slidingLog) guess(now time.Time, n int, oldest time.Time) {
	if n <= 0 {
		return
	}
	first, step := oldest, max(now.Sub(oldest)/time.Duration(n), 0)
	if l.seen.After(oldest) {
		step = now.Sub(l.seen) / time.Duration(n)
		first = l.seen.Add(step)
	}
	for i := range n {
		l.accepted = append(l.accepted, entry{at: first.Add(time.Duration(i) * step), guess: true})
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
