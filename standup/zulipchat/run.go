package zulipchat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// Engine is what takes in the events: a [standup.Engine], or what a program puts before one.
type Engine interface {
	Handle(ctx context.Context, in standup.Incoming) error
	Cursor(ctx context.Context, source string) ([]byte, error)
	SaveCursor(ctx context.Context, source string, cursor []byte) error
}

var _ Engine = (*standup.Engine)(nil)

// Run reads what people write to the bot, and edit, and hands it to e.Handle, one event at a time and in order, until
// ctx ends; then it returns the cause. It blocks. The place in the event queue is kept with e.SaveCursor under the name
// "zulip", so that a later Run, in this program or the next, goes on where this one stopped. Two runs at once on one
// store are a mistake.
//
// An event that e.Handle refuses as invalid is logged and skipped. After any other error, of the engine or of
// asking Zulip who wrote, the event is tried again after 1 s, 2 s and so on up to 30 s, and the later ones wait.
//
// Run returns another error only for what waiting does not mend: the server does not accept the bot's key any more
// ([zulip.ErrUnauthorized]), or the store holds the place of another bot ([zulip.ErrForeignQueue]).
//
// Messages are delivered also when the event queue was lost meanwhile; edits that fell into such a gap are not.
// API: POST /register, GET /events.
func (c *Chat) Run(ctx context.Context, e Engine) error {
	if e == nil {
		return errors.New("zulipchat: run: the engine is nil")
	}
	err := zulipadapter.Run(ctx, e, c.log, func(ctx context.Context, store zulip.QueueStore) error { return c.listen(ctx, e, store) })
	if ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("zulipchat: run: %w", err)
}

// listen hands over events until it cannot go on, and says why. What is not handed over is not acknowledged.
func (c *Chat) listen(ctx context.Context, e Engine, store zulip.QueueStore) error {
	request := zulip.ListenRequest{EventTypes: []string{zulip.EventMessage, zulip.EventUpdateMessage}, Store: store}
	for event, err := range c.client.Events(ctx, request) {
		if err != nil {
			return err
		}
		if err := zulipadapter.Deliver(ctx, c.log, func(ctx context.Context) error { return c.handle(ctx, e, event) }); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

func (c *Chat) handle(ctx context.Context, e Engine, event zulip.Event) error {
	in, ok, err := c.incoming(ctx, event)
	if err != nil || !ok {
		return err
	}
	err = e.Handle(ctx, in)
	if errors.Is(err, standup.ErrInvalidEvent) {
		c.log.LogAttrs(ctx, slog.LevelWarn, "an event was skipped", slog.String("event", string(in.ID)), slog.Any("error", err))
		return nil
	}
	return err
}
