package semaphore

import (
	"hash/maphash"
	"math"
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
	switch l.grain {
	case time.Second:
		m.time = 0 // one database cuts the rest off, another rounds it
	case time.Microsecond: // PostgreSQL rounds, and calculates the fraction of the second as a number of type double
		second, rest := m.time/int64(time.Second), m.time%int64(time.Second)
		m.time = second*int64(time.Second) + int64(math.RoundToEven(float64(rest)/1e9*1e6))*1000
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

	refined bool // the grain became finer
}

// read begins a pass.
func (l *ledger) read() *reading {
	r := &reading{ledger: l, known: map[mark]int{}}
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

// meetHeld looks for the place where the stored log has reached the live lines that are held back, after a pass that was
// complete. It returns the first of those of which all before it are stored, and so delivered, and makes the ledger
// expect from the WebSocket what is stored from there on; -1 when there is no such place that is certain.
func (r *reading) meetHeld(held []mark) int {
	count, places := make(map[mark]int, len(held)), map[mark][]int{}
	for _, m := range held {
		count[r.rough(m)]++
	}
	for i, m := range r.order {
		if rough := r.rough(m); count[rough] > 0 {
			places[rough] = append(places[rough], i)
		}
	}
	// Lines that are there several times say nothing about which of them was met. Where times are whole seconds, one that
	// is there once, such as an empty one, can still be another than the one that is held back; two hardly are.
	var met, at []int
	for i, m := range held {
		if rough := r.rough(m); count[rough] == 1 {
			if near := r.near(m, places[rough]); len(near) == 1 {
				met, at = append(met, i), append(at, near[0])
			}
		}
	}
	var first, place int
	switch {
	case r.grain == time.Second && len(met) > 1:
		first, place = met[0], at[0]
	case r.grain != time.Second && len(met) > 0: // those before it may have changed places
		first, place = met[len(met)-1], at[len(at)-1]
	default:
		return -1
	}
	if !r.alike(held[first:], r.order[place:]) {
		return -1
	}
	r.owed = map[mark]int{}
	for _, m := range r.order[place:] {
		r.owed[r.rough(m)]++
	}
	return first
}

// lacks tells whether the stored log does not have all of the lines that came live and are held back.
func (r *reading) lacks(held []frame) bool {
	missing := map[mark]int{}
	for _, line := range held {
		missing[r.rough(r.mark(line.Output, line.Time))]++
	}
	for _, m := range r.order {
		rough := r.rough(m)
		if missing[rough]--; missing[rough] <= 0 {
			delete(missing, rough)
		}
	}
	return len(missing) > 0
}

// near gives the places, among those of lines with the same rough mark, that a live line can have in the stored log.
func (r *reading) near(live mark, places []int) []int {
	if r.grain != time.Second {
		return places
	}
	apart := func(i int) int64 { return r.order[i].time - live.time }
	begin := slices.IndexFunc(places, func(i int) bool { return apart(i) >= -int64(time.Second) })
	if begin < 0 {
		return nil
	}
	end := begin
	for end < len(places) && apart(places[end]) <= int64(time.Second) {
		end++
	}
	return places[begin:end]
}

// alike tells whether two logs are the same as far as both go.
func (r *reading) alike(a, b []mark) bool {
	n := min(len(a), len(b))
	return slices.EqualFunc(a[:n], b[:n], func(a, b mark) bool { return r.rough(a) == r.rough(b) })
}

// expectLive notes that a line was delivered from the stored log which the WebSocket is going to bring.
func (l *ledger) expectLive(text string, at time.Time) {
	if l.owed == nil {
		l.owed = map[mark]int{}
	}
	l.owed[l.rough(l.mark(text, at))]++
}
