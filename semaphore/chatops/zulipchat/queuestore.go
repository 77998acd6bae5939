package zulipchat

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"github.com/signalbox-go/signalbox/zulip"
)

// cursorName is what the place in the event queue is called in the engine's store.
const cursorName = "zulip"

// queueStore keeps the place in the event queue with the engine.
type queueStore struct {
	engine Engine
	log    *slog.Logger

	mu  sync.Mutex
	err error // Of the engine's store; whether waiting helps is not known here, so Run waits.
}

var _ zulip.QueueStore = (*queueStore)(nil)

func (s *queueStore) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *queueStore) note(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	return err
}

// LoadQueue implements [zulip.QueueStore].
func (s *queueStore) LoadQueue(ctx context.Context) (state zulip.QueueState, err error) {
	raw, err := s.engine.Cursor(ctx, cursorName)
	if err != nil || raw == nil {
		return state, s.note(err)
	}
	if err := json.Unmarshal(raw, &state); err != nil {
		// To stop here would stop for ever. What was written while the bot was away stays unread.
		s.log.LogAttrs(ctx, slog.LevelError, "the stored place in the event queue is damaged; starting with the present", slog.Any("error", err))
		return zulip.QueueState{}, nil
	}
	return state, nil
}

// SaveQueue implements [zulip.QueueStore].
func (s *queueStore) SaveQueue(ctx context.Context, state zulip.QueueState) error {
	raw, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("write the place in the event queue: %w", err)
	}
	return s.note(s.engine.SaveCursor(ctx, cursorName, raw))
}
