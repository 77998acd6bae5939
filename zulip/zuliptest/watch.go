package zuliptest

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// ErrClosed is what a wait returns when the server is closed meanwhile.
var ErrClosed = errors.New("the server is closed")

// Messages returns a copy of every message that is not deleted, ascending by id.
func (s *Server) Messages() []Message {
	return s.MessagesFunc(func(Message) bool { return true })
}

// MessagesFunc returns a copy of the messages for which match is true, ascending by id. match must not call the server.
func (s *Server) MessagesFunc(match func(Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.matching(match)
}

// matching returns copies of the messages for which match is true.
func (s *Server) matching(match func(Message) bool) []Message {
	var found []Message
	for _, m := range s.messages {
		if m.deleted {
			continue
		}
		if c := m.snapshot(); match(c) {
			found = append(found, c)
		}
	}
	return found
}

// DirectMessages returns the direct messages between exactly these users, ascending by id.
func (s *Server) DirectMessages(users ...*User) []Message {
	ids := make([]int, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return s.MessagesFunc(func(m Message) bool { return m.IsDirect() && slices.Equal(m.To, ids) })
}

// ChannelMessages returns the messages in a topic of a channel, ascending by id.
func (s *Server) ChannelMessages(channel *Channel, topic string) []Message {
	return s.MessagesFunc(func(m Message) bool { return m.ChannelID == channel.ID && m.Topic == topic })
}

// WaitForMessage blocks until a message for which match is true exists, and returns the oldest such message.
// It looks again whenever a message is sent, edited, deleted or reacted to. match must not call the server.
// The error is the context's cause or ErrClosed.
func (s *Server) WaitForMessage(ctx context.Context, match func(Message) bool) (Message, error) {
	found, err := s.WaitForMessages(ctx, 1, match)
	if err != nil {
		return Message{}, err
	}
	return found[0], nil
}

// WaitForMessages blocks until at least n messages for which match is true exist, and returns all of them,
// ascending by id, also together with an error.
func (s *Server) WaitForMessages(ctx context.Context, n int, match func(Message) bool) ([]Message, error) {
	var found []Message
	err := s.waitFor(ctx, "messages", func() bool {
		found = s.matching(match)
		return len(found) >= n
	})
	return found, err
}

// WaitForPoll blocks until an event queue of the user has a poll waiting at it, which is when a bot listens
// and has nothing left to read.
func (s *Server) WaitForPoll(ctx context.Context, user *User) error {
	return s.waitFor(ctx, "poll", func() bool {
		for _, q := range s.queues {
			if q.user == user.ID && q.waiting != nil {
				return true
			}
		}
		return false
	})
}

func (s *Server) waitFor(ctx context.Context, what string, ready func() bool) error {
	for {
		s.mu.Lock()
		ok, changed := ready(), s.changed
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("zuliptest: wait for %s: %w", what, context.Cause(ctx))
		case <-s.done:
			return fmt.Errorf("zuliptest: wait for %s: %w", what, ErrClosed)
		}
	}
}

// announce wakes everybody in waitFor.
func (s *Server) announce() {
	close(s.changed)
	s.changed = make(chan struct{})
}

type hook struct{ call func(Message) }

// OnMessage has f called for each message from now on, in the order of their ids, one at a time,
// in a goroutine of the server: scripted people live here. f may call the server, but neither Close it nor wait for
// something that another hook does. Calling stop ends it; messages already under way may still arrive.
func (s *Server) OnMessage(f func(Message)) (stop func()) {
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
			m := s.news[0]
			s.news = s.news[1:]
			hooks := slices.Clone(s.hooks)
			s.mu.Unlock()
			for _, h := range hooks {
				h.call(m)
			}
		}
	}
}

// tellHooks queues a message for the hooks.
func (s *Server) tellHooks(m Message) {
	if len(s.hooks) == 0 {
		return
	}
	s.news = append(s.news, m)
	select {
	case s.wake <- struct{}{}:
	default: // it is awake already
	}
}
