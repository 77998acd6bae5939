package zulipchat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// Engine is what takes in the events: a [chatops.Engine], or what a program puts before one. Handle is called from
// several goroutines at once.
type Engine interface {
	Handle(ctx context.Context, in chatops.Incoming) error
	Cursor(ctx context.Context, source string) ([]byte, error)
	SaveCursor(ctx context.Context, source string, cursor []byte) error
}

// workers is how many conversations are served at once.
const workers = 8

// Run reads what people write, and how they react to the bot's messages, and hands it to e.Handle until ctx ends; then
// it returns the cause. It blocks. Events of one conversation are handed over in order, those of several at once. The
// place in the event queue is kept with e.SaveCursor under the name "zulip", so that a later Run, in this program or the
// next, goes on where this one stopped. Two runs at once on one store are a mistake.
//
// An event that e.Handle refuses as invalid is logged and skipped. After any other error of it, or of asking Zulip who wrote, the event is tried again after 1 s, 2 s and so on up to
// 30 s, and later ones of its conversation wait.
//
// Run returns another error only for what waiting does not mend: the server does not accept the bot's key any more
// ([zulip.ErrUnauthorized]), or the store holds the place of another bot ([zulip.ErrForeignQueue]).
// API: POST /register, GET /events.
func (c *Chat) Run(ctx context.Context, e Engine) error {
	if e == nil {
		return errors.New("zulipchat: run: the engine is nil")
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { c.putButtons(ctx) })
	defer running.Wait()
	defer cancel()
	var wait backoff
	for {
		place := &queueStore{engine: e, log: c.log}
		err := c.client.HandleEvents(ctx, zulip.ListenRequest{
			EventTypes: []string{zulip.EventMessage, zulip.EventReaction}, Store: place,
		}, workers, func(ctx context.Context, event zulip.Event) error { return c.deliver(ctx, e, event) })
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, zulip.ErrUnauthorized):
			return fmt.Errorf("zulipchat: run: the server does not accept the bot: %w; see whether the bot is active and its API key is current", err)
		case place.failure() == nil:
			return fmt.Errorf("zulipchat: run: %w", err)
		}
		c.log.LogAttrs(ctx, slog.LevelWarn, "keeping the place in the event queue failed", slog.Any("error", place.failure()))
		wait.sleep(ctx)
	}
}

// deliver hands over one event, for as long as it takes.
func (c *Chat) deliver(ctx context.Context, e Engine, event zulip.Event) error {
	var wait backoff
	for {
		err := c.handle(ctx, e, event)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, zulip.ErrUnauthorized):
			return err
		}
		c.log.LogAttrs(ctx, slog.LevelWarn, "handing over an event failed", slog.Any("error", err))
		wait.sleep(ctx)
	}
}

func (c *Chat) handle(ctx context.Context, e Engine, event zulip.Event) error {
	in, ok, err := c.incoming(ctx, event)
	if err != nil || !ok {
		return err
	}
	err = e.Handle(ctx, in)
	if errors.Is(err, chatops.ErrInvalidEvent) {
		c.log.LogAttrs(ctx, slog.LevelWarn, "an event was skipped", slog.String("event", string(in.ID)), slog.Any("error", err))
		return nil
	}
	return err
}

// The waits between attempts.
const (
	firstWait   = time.Second
	longestWait = 30 * time.Second
)

// backoff is how long the next wait is; zero stands for firstWait.
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
