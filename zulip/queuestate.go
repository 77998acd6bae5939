package zulip

import (
	"context"
	"slices"
)

// QueueState is what [Client.Events] keeps between two runs of a program. The zero value is the state before the
// first start. All fields belong together; a store keeps them as they are.
type QueueState struct {
	// Site and BotID say whose state it is.
	Site  string `json:"site"`
	BotID UserID `json:"bot_id"`
	// QueueID is the queue to resume; empty when a new one has to be made.
	QueueID string `json:"queue_id"`
	// LastEventID is the newest event of that queue that was handled with all events before it.
	LastEventID int64 `json:"last_event_id"`
	// Watermark is the highest message id that was handled.
	Watermark MessageID `json:"watermark"`
	// Recent are message ids that were handled, ascending, at most a few hundred. What is below the first of them
	// counts as handled.
	Recent []MessageID `json:"recent"`
	// GapAfter is the beginning of a gap that is not filled yet; 0 when there is none.
	GapAfter MessageID `json:"gap_after,omitempty"`
	// Registration says what the queue was made for; a program that listens for other things makes a new one.
	Registration string `json:"registration"`
}

// Handled tells whether a message is among those that the state counts as handled. A store that keeps the effects of a
// handler in the same transaction commits those of such messages with the state, and holds back all others.
func (s QueueState) Handled(id MessageID) bool {
	if len(s.Recent) == 0 {
		return false
	}
	_, found := slices.BinarySearch(s.Recent, id)
	return found || id < s.Recent[0]
}

// QueueStore keeps one [QueueState]. The calls come one at a time.
// A program whose handler and store share a transaction handles every message exactly once; with any
// other store a kill between the handler's effect and the next save repeats that one message.
type QueueStore interface {
	// LoadQueue returns the zero value when nothing was saved. The slice in it stays the store's.
	LoadQueue(ctx context.Context) (QueueState, error)
	// SaveQueue replaces the state. The store may keep the slice.
	SaveQueue(ctx context.Context, state QueueState) error
}

// handledWindow is how many handled message ids are remembered, and how far below the watermark a back-fill looks for
// messages that became visible late. reorderWindow bounds how many events are under way at once; it is smaller, so
// that the window always reaches below the oldest of them.
const (
	handledWindow = 256
	reorderWindow = 128
)

// handledSet are ids in ascending order. The first one is a floor: everything below it is settled.
type handledSet struct{ ids []MessageID }

func (h *handledSet) has(id MessageID) bool {
	if n := len(h.ids); n == 0 || id > h.ids[n-1] {
		return false
	}
	_, found := slices.BinarySearch(h.ids, id)
	return found
}

// settled tells whether a message of the history needs no handling any more.
func (h *handledSet) settled(id MessageID) bool {
	return len(h.ids) > 0 && id <= h.ids[0] || h.has(id)
}

func (h *handledSet) add(id MessageID) {
	n := len(h.ids)
	switch {
	case n == 0 || id > h.ids[n-1]:
		h.ids = append(h.ids, id)
	case id > h.ids[0]:
		if at, found := slices.BinarySearch(h.ids, id); !found {
			h.ids = slices.Insert(h.ids, at, id)
		}
	}
}

// trim forgets all but the newest ids, now and then.
func (h *handledSet) trim() {
	if len(h.ids) > 2*handledWindow {
		h.ids = append(h.ids[:0], h.ids[len(h.ids)-handledWindow:]...)
	}
}

// recent is a copy of the newest ids.
func (h *handledSet) recent() []MessageID {
	return slices.Clone(h.ids[max(0, len(h.ids)-handledWindow):])
}
