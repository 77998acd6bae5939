package ratelimit

import (
	"slices"
	"time"
)

const (
	// guard is added to each wait: servers drop a request from their log a little
	// after its time, and clocks differ by some millionths.
	guard = 10 * time.Millisecond
	// untilAnswer is a wait that an answer ends, not the clock.
	untilAnswer = -1
	// rounding is by how much X-RateLimit-Reset, a whole second, may be off.
	rounding = time.Second
	// longestStreak bounds how often a pause is doubled.
	longestStreak = 8
)

// window is our picture of the server's log of accepted requests: those of the
// last span, at most limit of them. It is pure: no lock, no clock.
type window struct {
	limit  int
	widest time.Duration // The longest span that the server told.
	doubt  doubt

	log    []entry   // Oldest first.
	added  int       // How many were ever put into log.
	flying int       // Sent, not answered: they do not leave before they are.
	heard  time.Time // When the newest request with an answer was sent.
	streak int       // How many refusals followed each other's pause.
	news   int       // Goes up with whatever makes waits longer.
}

// entry is a request that the server counts.
type entry struct {
	at    time.Time // When it was accepted at the latest; for those of others, at a guess.
	other bool      // Not ours: somebody else uses the same limit.
}

// doubt is about the last second of the span. A server may round Reset up or
// down, so that it can be one second long or short.
type doubt int

const (
	noDoubt   doubt = iota // All answers told the same.
	open                   // Some told a second less: one request may try.
	trying                 // It is on its way.
	itIsLong               // It was refused.
	itIsShort              // It was accepted.
)

// ticket belongs to a request from its turn to its answer.
type ticket struct {
	sent  time.Time
	added int  // As in window, when it was sent.
	trial bool // It settles the doubt.
}

// known reports whether there is a limit to keep.
func (w *window) known() bool { return w.limit > 0 && w.widest > 0 }

// span is how long a request is counted, as far as we know.
func (w *window) span() time.Duration {
	if w.doubt == itIsShort {
		return w.widest - rounding
	}
	return w.widest
}

// shortest is how long a request is counted at least.
func (w *window) shortest() time.Duration {
	if w.doubt == open {
		return w.widest - rounding
	}
	return w.span()
}

// admit gives out a ticket, or says how long the next may take at most.
func (w *window) admit(now time.Time) (ticket, time.Duration) {
	trial := false
	if w.known() {
		w.expire(now)
		over := len(w.log) + w.flying - w.limit // So many must leave, and one more.
		switch {
		case over >= len(w.log): // All places are taken by requests without an answer: the limit is at least 1.
			return ticket{}, untilAnswer
		case over >= 0:
			if wait := w.log[over].at.Add(w.shortest() + guard).Sub(now); wait > 0 {
				return ticket{}, wait
			}
			trial = true // Or expire would have removed it.
			w.doubt = trying
		}
	}
	w.flying++
	return ticket{sent: now, added: w.added, trial: trial}, 0
}

// earliest is a bound for the turn of a request behind so many others: it cannot
// come before.
func (w *window) earliest(ahead int, now time.Time) time.Time {
	over := len(w.log) + w.flying - w.limit + ahead
	if !w.known() || over < 0 {
		return now
	}
	rounds, over := over/w.limit, over%w.limit
	left := now // A request that is not answered is counted from now on, at the earliest.
	if over < len(w.log) {
		left = w.log[over].at
	}
	return left.Add(time.Duration(rounds+1)*w.shortest() + guard)
}

// accepted is called for an answer that is not a refusal.
func (w *window) accepted(t ticket, said feedback, now time.Time) {
	w.flying--
	w.streak = 0
	w.learn(said)
	if said.limit > 0 {
		w.settle(t, itIsShort)
	} else {
		w.settle(t, open) // A proxy's answer, perhaps: it proves nothing.
	}
	if !w.known() {
		return
	}
	w.expire(now)
	if said.remaining >= 0 {
		w.compare(t, max(said.limit-said.remaining-1, 0), now)
	}
	w.add(now)
	if t.sent.After(w.heard) {
		w.heard = t.sent
	}
}

// refused is called for a 429: the server did not count the request, and its
// log is full. It returns how long to pause. again tells that the request had
// waited for the end of a pause.
func (w *window) refused(t ticket, said feedback, again bool, now time.Time) time.Duration {
	w.flying--
	said.span = 0 // It counts from an earlier request.
	w.learn(said)
	w.settle(t, itIsLong)
	if !w.known() {
		return said.retry
	}
	w.expire(now)
	pause := said.retry
	if again {
		// Somebody else takes the places as they become free. Ask ever more seldom, but be there when our own leave.
		w.streak = min(w.streak+1, longestStreak)
		pause = max(pause, min(pause<<w.streak, w.ownLeaves(now)))
	}
	// The oldest of those we do not know leaves when the pause is over.
	if others := w.limit - len(w.log) - w.flying; others > 0 {
		first := now.Add(pause - w.span())
		w.spread(others, first, max(now.Sub(first), 0)/time.Duration(others))
	}
	return pause
}

// ownLeaves is how long the oldest of our own requests is still counted; without
// any, the whole span.
func (w *window) ownLeaves(now time.Time) time.Duration {
	for _, e := range w.log {
		if !e.other {
			return e.at.Add(w.span()).Sub(now)
		}
	}
	return w.span()
}

// lost is called for a request without an answer. The server may have counted it.
func (w *window) lost(t ticket, now time.Time) {
	w.unused(t)
	if w.known() {
		w.expire(now)
		w.add(now)
	}
}

// unused is called for a ticket with which nothing was sent.
func (w *window) unused(t ticket) {
	w.flying--
	w.settle(t, open)
}

// settle ends a trial.
func (w *window) settle(t ticket, result doubt) {
	if t.trial && w.doubt == trying { // Else there is a longer window by now.
		w.doubt = result
	}
}

// learn takes over what the server says of itself.
func (w *window) learn(said feedback) {
	if said.limit == 0 {
		return
	}
	if said.limit < w.limit || !w.known() {
		w.news++
	}
	w.limit = said.limit
	switch {
	case said.span == 0 || said.span == w.widest:
	case said.span > w.widest+rounding:
		w.widest, w.doubt = said.span, noDoubt
		w.news++
	case said.span > w.widest:
		w.widest = said.span
		w.wonder()
		w.news++
	case said.span >= w.widest-rounding:
		w.wonder()
	}
}

func (w *window) wonder() {
	if w.doubt == noDoubt && w.widest-rounding >= minSpan {
		w.doubt = open
	}
}

// compare corrects the log: when the server accepted t it knew so many others.
func (w *window) compare(t ticket, others int, now time.Time) {
	// What came into the log while t was on its way may be later than t.
	before := len(w.log) - (w.added - t.added)
	if gone := before - others; gone > 0 {
		w.log = w.log[gone:]
		return
	}
	// Somebody else has sent these since we last looked.
	if foreign := others - len(w.log) - w.flying; foreign > 0 {
		from := now.Add(-w.span())
		if w.heard.After(from) {
			from = w.heard
		}
		step := now.Sub(from) / time.Duration(foreign)
		w.spread(foreign, from.Add(step), step)
	}
}

// add puts a request of our own into the log.
func (w *window) add(at time.Time) {
	w.added++
	w.log = append(w.log, entry{at: at})
	w.order()
}

// spread puts n requests of others into the log.
func (w *window) spread(n int, first time.Time, step time.Duration) {
	w.added += n
	w.news++
	for i := range n {
		w.log = append(w.log, entry{at: first.Add(time.Duration(i) * step), other: true})
	}
	w.order()
}

// order sorts the log, which mostly is in order already, and bounds it.
func (w *window) order() {
	byTime := func(a, b entry) int { return a.at.Compare(b.at) }
	if !slices.IsSortedFunc(w.log[max(len(w.log)-2, 0):], byTime) || w.log[len(w.log)-1].other {
		slices.SortStableFunc(w.log, byTime)
	}
	if extra := len(w.log) - maxLimit; extra > 0 {
		w.log = w.log[extra:]
	}
}

// expire drops what the server has dropped.
func (w *window) expire(now time.Time) {
	keep := slices.IndexFunc(w.log, func(e entry) bool { return e.at.Add(w.span() + guard).After(now) })
	if keep < 0 {
		keep = len(w.log)
	}
	w.log = w.log[keep:]
}
