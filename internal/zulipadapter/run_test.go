package zulipadapter_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/zulip"
)

var errDisk = errors.New("the disk is full")

// cursors keeps one cursor while it is not broken.
type cursors struct {
	kept   []byte
	broken bool
}

func (c *cursors) Cursor(context.Context, string) ([]byte, error) { return c.kept, nil }

func (c *cursors) SaveCursor(_ context.Context, source string, cursor []byte) error {
	if c.broken || source != "zulip" {
		return errDisk
	}
	c.kept = cursor
	return nil
}

// TestRunWaitsForTheStore: less and less often, and often again in the next trouble.
func TestRunWaitsForTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		enough := errors.New("enough")
		c := &cursors{}
		begin := time.Now()
		var attempts []time.Duration
		err := zulipadapter.Run(ctx, c, slog.New(slog.DiscardHandler), func(ctx context.Context, store zulip.QueueStore) error {
			attempts = append(attempts, time.Since(begin))
			switch len(attempts) {
			case 5: // It was repaired, and breaks again much later.
				c.broken = false
				require.NoError(t, store.SaveQueue(ctx, zulip.QueueState{LastEventID: 5}))
				time.Sleep(time.Hour)
				begin, attempts = time.Now(), append(attempts, 0)
			case 9:
				cancel(enough)
				return context.Cause(ctx)
			}
			c.broken = true
			return store.SaveQueue(ctx, zulip.QueueState{})
		})
		assert.Equal(t, enough, err)
		s := time.Second
		assert.Equal(t, []time.Duration{0, 1 * s, 3 * s, 7 * s, 15 * s, 0, 1 * s, 3 * s, 7 * s}, attempts)
		assert.Contains(t, string(c.kept), `"last_event_id":5`)
	})
}

func TestRunEnds(t *testing.T) {
	t.Parallel()
	other := errors.New("other")
	for name, end := range map[string]error{"another error": other, "wrong credentials": zulip.ErrUnauthorized} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := zulipadapter.Run(t.Context(), &cursors{kept: []byte("{")}, slog.New(slog.DiscardHandler), func(ctx context.Context, store zulip.QueueStore) error {
				state, err := store.LoadQueue(ctx)
				require.NoError(t, err, "a damaged place is none")
				assert.Zero(t, state)
				return end
			})
			require.ErrorIs(t, err, end)
		})
	}
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := slog.New(slog.DiscardHandler)
		begin, attempts := time.Now(), 0
		require.NoError(t, zulipadapter.Deliver(t.Context(), log, func(context.Context) error {
			if attempts++; attempts < 8 {
				return errDisk
			}
			return nil
		}))
		assert.Equal(t, (1+2+4+8+16+30+30)*time.Second, time.Since(begin))

		require.ErrorIs(t, zulipadapter.Deliver(t.Context(), log, func(context.Context) error { return zulip.ErrUnauthorized }), zulip.ErrUnauthorized)

		enough := errors.New("enough")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, enough)
		defer cancel()
		assert.Equal(t, enough, zulipadapter.Deliver(ctx, log, func(context.Context) error { return errDisk }))
	})
}
