package matrixtest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"
)

// ErrClosed is what a wait returns when the server is closed meanwhile.
var ErrClosed = errors.New("the server is closed")

// WaitFor blocks until an event for which match is true exists in any room, and returns the oldest such event.
// match must not call the server. The error is the context's cause or ErrClosed.
func (s *Server) WaitFor(ctx context.Context, match func(Event) bool) (Event, error) {
	found, err := s.WaitForAll(ctx, 1, match)
	if err != nil {
		return Event{}, err
	}
	return found[0], nil
}

// WaitForAll blocks until at least n events for which match is true exist, and returns all of them, the oldest first,
// also together with an error.
func (s *Server) WaitForAll(ctx context.Context, n int, match func(Event) bool) ([]Event, error) {
	var found []Event
	err := s.waitFor(ctx, "events", func() bool {
		found = s.matching(match)
		return len(found) >= n
	})
	return found, err
}

// WaitForMessage is WaitFor for a message of one sender in one room.
func (s *Server) WaitForMessage(ctx context.Context, room id.RoomID, sender id.UserID) (Event, error) {
	return s.WaitFor(ctx, func(e Event) bool {
		return e.Room == room && e.Sender == sender && e.Type == "m.room.message"
	})
}

// WaitForSync blocks until a sync of one of the user's devices waits and has been told everything, which is when a bot
// listens and has nothing left to read.
func (s *Server) WaitForSync(ctx context.Context, user id.UserID) error {
	return s.waitFor(ctx, "sync", func() bool {
		u := s.users[user]
		if u == nil {
			return false
		}
		for _, d := range u.devices {
			if d.waiting > 0 && d.idleAt == s.pos {
				return true
			}
		}
		return false
	})
}

// WaitForRequest blocks until a request for which match is true was answered, and returns the oldest such request.
// match must not call the server.
func (s *Server) WaitForRequest(ctx context.Context, match func(Request) bool) (Request, error) {
	var found Request
	err := s.waitFor(ctx, "request", func() bool {
		i := slices.IndexFunc(s.requests, match)
		if i >= 0 {
			found = s.requests[i]
		}
		return i >= 0
	})
	return found, err
}

func (s *Server) waitFor(ctx context.Context, what string, ready func() bool) error {
	for {
		s.mu.Lock()
		ok, watched := ready(), s.watched
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-watched:
		case <-ctx.Done():
			return fmt.Errorf("matrixtest: wait for %s: %w", what, context.Cause(ctx))
		case <-s.done:
			return fmt.Errorf("matrixtest: wait for %s: %w", what, ErrClosed)
		}
	}
}

// matching returns copies of the events for which match is true, the oldest first.
func (s *Server) matching(match func(Event) bool) []Event {
	var found []*event
	copies := map[*event]Event{}
	for _, r := range s.rooms {
		for _, e := range r.timeline {
			if c := e.snapshot(); match(c) {
				found, copies[e] = append(found, e), c
			}
		}
	}
	slices.SortFunc(found, func(a, b *event) int { return int(a.pos - b.pos) })
	events := make([]Event, len(found))
	for i, e := range found {
		events[i] = copies[e]
	}
	return events
}

type hook struct{ call func(Event) }

// OnEvent has f called for each event from now on, in the order in which they happened, one at a time, in a goroutine
// of the server: scripted people live here. f may call the server, but neither Close it nor wait for something that
// another hook does. Calling stop ends it; events already under way may still arrive.
func (s *Server) OnEvent(f func(Event)) (stop func()) {
	h := &hook{call: f}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = append(s.hooks, h)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.hooks = slices.DeleteFunc(s.hooks, func(x *hook) bool { return x == h })
	}
}

// runHooks calls the hooks until the server is closed.
func (s *Server) runHooks() {
	for {
		select {
		case <-s.wake:
		case <-s.done:
			return
		}
		for {
			s.mu.Lock()
			if len(s.news) == 0 || s.closed {
				s.mu.Unlock()
				break
			}
			e := s.news[0]
			s.news = s.news[1:]
			hooks := slices.Clone(s.hooks)
			s.mu.Unlock()
			for _, h := range hooks {
				h.call(e)
			}
		}
	}
}

// tellHooks queues an event for the hooks.
func (s *Server) tellHooks(e *event) {
	if len(s.hooks) == 0 {
		return
	}
	s.news = append(s.news, e.snapshot())
	select {
	case s.wake <- struct{}{}:
	default: // it is awake already
	}
}
