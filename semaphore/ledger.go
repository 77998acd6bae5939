package semaphore

import (
	"hash/maphash"
	"slices"
	"strings"
	"time"
)

// A log comes from two places. REST gives all of it that is stored, from the beginning, in an order that can still
// change near the end. The WebSocket gives each line once, from some place on, and often long before it is stored.
// Neither numbers the lines. The ledger knows what was delivered, and tells new lines from others by what is in them and
// how often it was there.

// mark is what the ledger keeps of a line.
type mark struct {
	text uint64
	time int64 // in nanoseconds
}

const (
	// settleAfter is how many lines at the end of the stored log may still change their order.
	settleAfter = 8 << 10
	// maxAhead bounds the lines that were delivered live and are not stored yet.
	maxAhead = 150_000
)

// ledger is for one goroutine.
type ledger struct {
	seed maphash.Seed
	// grain is how exactly the server's database keeps times: a second, a microsecond or a nanosecond, as far as seen.
	grain time.Duration
	// settled lines at the beginning of the stored log are delivered and stay where they are.
	settled int
	// window has the stored lines after those, which are delivered too.
	window []mark
	// ahead has the lines that were delivered live and not yet seen stored.
	ahead []mark
	// owed has the stored lines that were delivered and that the WebSocket is still going to bring.
	owed map[mark]int
}

func newLedger(settled int) *ledger {
	return &ledger{seed: maphash.MakeSeed(), grain: time.Second, settled: settled}
}

func (l *ledger) mark(text string, at time.Time) mark {
	if strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", "") // the database does not keep them
	}
	return mark{maphash.String(l.seed, text), at.UnixNano()}
}

// rough makes the marks of a line that came live and of the same line from the database alike.
func (l *ledger) rough(m mark) mark {
	if l.grain == time.Second {
		m.time = 0 // one database cuts the rest off, another rounds it
	} else {
		m.time -= m.time % int64(l.grain)
	}
	return m
}

// grainOf is how exact a database must be to keep a time.
func grainOf(at time.Time) time.Duration {
	switch ns := at.Nanosecond(); {
	case ns%1000 != 0:
		return time.Nanosecond
	case ns != 0:
		return time.Microsecond
	}
	return time.Second
}

// live reports whether a line of the WebSocket is new, and counts it as delivered.
func (l *ledger) live(m mark) bool {
	r := l.rough(m)
	if l.owed[r] > 0 {
		l.owed[r]--
		if l.owed[r] == 0 {
			delete(l.owed, r)
		}
		return false
	}
	l.ahead = append(l.ahead, m)
	return true
}

// reading is one pass over the stored log after the settled lines.
type reading struct {
	*ledger
	known  map[mark]int // delivered lines of the window that were not met yet
	coming map[mark]int // rough: delivered live lines that were not met yet
	order  []mark       // what was met, in order, without what settled
	fresh  int          // lines that were new
	stored int          // lines that were live before

	held    map[uint64][]int64 // texts and times of the live lines that are held back
	heldAt  int                // where in order the first of them was met; -1 for nowhere
	refined bool
}

// read begins a pass. It looks for the lines that are held back.
func (l *ledger) read(held []frame) *reading {
	r := &reading{ledger: l, known: map[mark]int{}, held: make(map[uint64][]int64, len(held)), heldAt: -1}
	for _, line := range held {
		m := l.mark(line.Output, line.Time)
		r.held[m.text] = append(r.held[m.text], m.time)
	}
	for _, m := range l.window {
		r.known[m]++
	}
	r.expect()
	return r
}

func (r *reading) expect() {
	r.coming = make(map[mark]int, len(r.ahead))
	for _, m := range r.ahead {
		r.coming[r.rough(m)]++
	}
}

// meet reports whether a stored line is new, and counts it as delivered.
func (r *reading) meet(text string, at time.Time) bool {
	if grain := grainOf(at); grain < r.grain {
		r.settleAhead() // with the marks as they were
		r.grain, r.refined = grain, true
		r.expect()
	}
	m := r.mark(text, at)
	if r.heldAt < 0 && r.isHeld(m) {
		r.heldAt = len(r.order)
	}
	r.order = append(r.order, m)
	if len(r.order) > 2*settleAfter {
		r.settle()
	}
	if r.known[m] > 0 {
		r.known[m]--
		return false
	}
	if rough := r.rough(m); r.coming[rough] > 0 {
		r.coming[rough]--
		r.stored++
		return false
	}
	r.fresh++
	return true
}

// isHeld tells whether a stored line is among those held back, as far as can be told.
func (r *reading) isHeld(stored mark) bool {
	return slices.ContainsFunc(r.held[stored.text], func(at int64) bool {
		if r.grain == time.Second {
			apart := at - stored.time
			return -int64(time.Second) <= apart && apart <= int64(time.Second)
		}
		return r.rough(mark{stored.text, at}) == r.rough(stored)
	})
}

// settle forgets the oldest lines of the window. Lines of one second may still change places in a database that keeps
// no more of the time, so that the cut is made between two seconds if there are two.
func (r *reading) settle() {
	cut := len(r.order) - settleAfter
	if r.grain == time.Second {
		for i := cut; i > 0; i-- {
			if r.order[i].time != r.order[i-1].time {
				cut = i
				break
			}
		}
	}
	r.order = append(r.order[:0], r.order[cut:]...)
	r.settled += cut
	if r.heldAt >= 0 && r.heldAt < cut {
		r.heldAt, r.held = -1, nil // what is held back is too old; the WebSocket brings newer
	} else if r.heldAt >= 0 {
		r.heldAt -= cut
	}
}

// settleAhead takes what was met out of the lines ahead.
func (r *reading) settleAhead() {
	kept := r.ahead[:0]
	for _, m := range r.ahead {
		if rough := r.rough(m); r.coming[rough] > 0 {
			r.coming[rough]--
			kept = append(kept, m)
		}
	}
	r.ahead = kept
}

// end closes the pass. After one that was cut off, what was delivered before and not met stays known.
func (r *reading) end(complete bool) {
	r.window = r.order
	if !complete {
		for m, count := range r.known {
			for range count {
				r.window = append(r.window, m)
			}
		}
	}
	r.settleAhead()
}

// owe makes the ledger expect from the WebSocket the stored lines from the place on where one held back was met.
func (r *reading) owe() {
	r.owed = map[mark]int{}
	for _, m := range r.order[r.heldAt:] {
		r.owed[r.rough(m)]++
	}
}

// expectLive notes that a line was delivered from the stored log which the WebSocket is going to bring.
func (l *ledger) expectLive(text string, at time.Time) {
	if l.owed == nil {
		l.owed = map[mark]int{}
	}
	l.owed[l.rough(l.mark(text, at))]++
}
