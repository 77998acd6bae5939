package zulipadapter

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"github.com/signalbox-go/signalbox/zulip"
)

// Cursors is where an engine keeps for its adapters how far they have read.
type Cursors interface {
	Cursor(ctx context.Context, source string) ([]byte, error)
	SaveCursor(ctx context.Context, source string, cursor []byte) error
}

// cursorName is what the place in the event queue is called in the engine's store.
const cursorName = "zulip"

// place keeps the place in the event queue with the engine.
type place struct {
	cursors Cursors
	log     *slog.Logger

	mu    sync.Mutex
	err   error // Of the engine's store; whether waiting helps is not known here, so Run waits.
	saved bool  // It was kept at least once.
}

var _ zulip.QueueStore = (*place)(nil)

// outcome says whether the place was ever kept, and why it could not be read or kept at last.
func (p *place) outcome() (saved bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.saved, p.err
}

func (p *place) note(err error, saving bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
	p.saved = p.saved || saving && err == nil
	return err
}

// LoadQueue implements [zulip.QueueStore].
func (p *place) LoadQueue(ctx context.Context) (state zulip.QueueState, err error) {
	raw, err := p.cursors.Cursor(ctx, cursorName)
	if err != nil || raw == nil {
		return state, p.note(err, false)
	}
	if err := json.Unmarshal(raw, &state); err != nil {
		// To stop here would stop for ever. What was written while the bot was away stays unread.
		p.log.LogAttrs(ctx, slog.LevelError, "the stored place in the event queue is damaged; starting with the present", slog.Any("error", err))
		return zulip.QueueState{}, nil
	}
	return state, nil
}

// SaveQueue implements [zulip.QueueStore].
func (p *place) SaveQueue(ctx context.Context, state zulip.QueueState) error {
	raw, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("write the place in the event queue: %w", err)
	}
	return p.note(p.cursors.SaveCursor(ctx, cursorName, raw), true)
}
