package zulip

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// sends is what a client remembers of the messages that it sends.
type sends struct {
	self atomic.Int64 // the caller's user id; 0 is not known

	mu sync.Mutex
	// running is the queue of the event loop that runs on the client; empty without one.
	running string
	// expected are the local ids of messages that somebody waits for.
	expected map[string]chan MessageID
	// busy are the sends under way that must not be taken for each other.
	busy map[string]chan struct{}
	// claimed are the newest messages that belong to a finished send, as a ring.
	claimed [claimedWindow]MessageID
	next    int
}

// claimedWindow is how many messages are remembered as somebody's.
const claimedWindow = 256

// lock waits until no other send has the same key.
func (s *sends) lock(ctx context.Context, key string) (unlock func(), err error) {
	for {
		s.mu.Lock()
		other := s.busy[key]
		if other == nil {
			if s.busy == nil {
				s.busy = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			s.busy[key] = mine
			s.mu.Unlock()
			return func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				delete(s.busy, key)
				close(mine)
			}, nil
		}
		s.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, notSentError{context.Cause(ctx)}
		}
	}
}

// claim makes a message belong to one send; false when it belongs to another one already.
func (s *sends) claim(id MessageID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.claimed[:], id) {
		return false
	}
	s.add(id)
	return true
}

// note makes a message that was just sent belong to its send.
func (s *sends) note(id MessageID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(id)
}

func (s *sends) add(id MessageID) {
	s.claimed[s.next] = id
	s.next = (s.next + 1) % claimedWindow
}

// listen notes the queue of the event loop that runs; empty when it ends.
func (s *sends) listen(queueID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = queueID
}

func (s *sends) queue() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}

// expect makes a channel that gets the message with this local id when it comes through the queue.
func (s *sends) expect(localID string) (echo <-chan MessageID, forget func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expected == nil {
		s.expected = map[string]chan MessageID{}
	}
	channel := make(chan MessageID, 1)
	s.expected[localID] = channel
	return channel, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.expected, localID)
	}
}

// noteEchoes tells the sends in doubt what the queue brought.
func (s *sends) noteEchoes(events []Event) {
	for i := range events {
		if events[i].LocalMessageID == "" || events[i].Message == nil {
			continue
		}
		s.mu.Lock()
		if echo := s.expected[events[i].LocalMessageID]; echo != nil {
			select {
			case echo <- events[i].Message.ID:
			default: // it came before
			}
		}
		s.mu.Unlock()
	}
}
