package semaphoretest

import (
	"container/heap"
	"time"
)

// A plan is something that will happen at a moment of the server's clock.
type plan struct {
	at   time.Time
	turn int // the order of plans for the same moment
	do   func()
}

// An agenda is a heap of plans.
type agenda []plan

func (a *agenda) Len() int { return len(*a) }

func (a *agenda) Less(i, j int) bool {
	first, second := (*a)[i], (*a)[j]
	if first.at.Equal(second.at) {
		return first.turn < second.turn
	}
	return first.at.Before(second.at)
}

func (a *agenda) Swap(i, j int) { (*a)[i], (*a)[j] = (*a)[j], (*a)[i] }

// Push is for package heap.
func (a *agenda) Push(x any) {
	if p, ok := x.(plan); ok {
		*a = append(*a, p)
	}
}

// Pop is for package heap.
func (a *agenda) Pop() any {
	last := len(*a) - 1
	p := (*a)[last]
	(*a)[last] = plan{}
	*a = (*a)[:last]
	return p
}

// now reads the server's clock.
func (s *Server) now() time.Time {
	return s.started.Add(s.scaled(time.Since(s.begin)))
}

// scaled is how long the server's clock goes while the machine's goes for d.
func (s *Server) scaled(d time.Duration) time.Duration {
	if s.speed == 1 {
		return d // without rounding
	}
	return time.Duration(float64(d) * s.speed)
}

// lock takes the lock and lets everything happen that is due, so that who comes in sees the state of this very moment.
func (s *Server) lock() {
	s.mu.Lock()
	s.advance()
}

// advance works off the agenda up to now.
func (s *Server) advance() {
	now := s.now()
	for len(s.agenda) > 0 && !s.agenda[0].at.After(now) {
		p, _ := heap.Pop(&s.agenda).(plan)
		if p.at.After(s.t) {
			s.t = p.at
		}
		p.do()
	}
	s.t = now
}

// at plans something. Each plan for the same moment is done after the earlier ones.
func (s *Server) at(when time.Time, do func()) {
	s.planned++
	heap.Push(&s.agenda, plan{at: when, turn: s.planned, do: do})
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// runClock wakes the server when something is due.
func (s *Server) runClock() {
	for {
		s.lock()
		var due <-chan time.Time
		var timer *time.Timer
		if len(s.agenda) > 0 {
			wait := s.agenda[0].at.Sub(s.now())
			if s.speed != 1 {
				wait = time.Duration(float64(wait)/s.speed) + 1 // rather late than early
			}
			timer = time.NewTimer(max(wait, 0))
			due = timer.C
		}
		s.mu.Unlock()
		select {
		case <-s.done:
		case <-s.wake:
		case <-due:
		}
		if timer != nil {
			timer.Stop()
		}
		select {
		case <-s.done:
			return
		default:
		}
	}
}
