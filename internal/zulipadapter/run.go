package zulipadapter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/signalbox-go/signalbox/zulip"
)

// Run has listen hand over events until ctx ends; then it returns the cause. listen is given where to keep the place in
// the event queue, which is in cursors under the name "zulip". While that fails, listen is called again after 1 s, 2 s and
// so on up to 30 s.
//
// Run returns another error only for what waiting does not mend.
func Run(
	ctx context.Context, cursors Cursors, log *slog.Logger, listen func(ctx context.Context, store zulip.QueueStore) error,
) error {
	var wait backoff
	for {
		p := &place{cursors: cursors, log: log}
		err := listen(ctx, p)
		saved, failed := p.outcome()
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, zulip.ErrUnauthorized):
			return fmt.Errorf("the server does not accept the bot: %w; see whether the bot is active and its API key is current", err)
		case failed == nil:
			return err
		}
		if saved {
			wait = 0 // It is trouble of its own, not what was waited for.
		}
		log.LogAttrs(ctx, slog.LevelWarn, "keeping the place in the event queue failed", slog.Any("error", failed))
		wait.sleep(ctx)
	}
}

// Deliver calls handle for one event until it succeeds: again after 1 s, 2 s and so on up to 30 s. It returns an error
// when ctx ends, which is the cause, and when the server does not accept the bot.
func Deliver(ctx context.Context, log *slog.Logger, handle func(ctx context.Context) error) error {
	var wait backoff
	for {
		err := handle(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, zulip.ErrUnauthorized):
			return err
		}
		log.LogAttrs(ctx, slog.LevelWarn, "handing over an event failed", slog.Any("error", err))
		wait.sleep(ctx)
	}
}

// The waits between attempts.
const (
	firstWait   = time.Second
	longestWait = 30 * time.Second
)

// backoff is how long the last wait was; zero stands for none.
type backoff time.Duration

// sleep waits until ctx ends at the latest.
func (b *backoff) sleep(ctx context.Context) {
	*b = min(max(2**b, backoff(firstWait)), backoff(longestWait))
	timer := time.NewTimer(time.Duration(*b))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
