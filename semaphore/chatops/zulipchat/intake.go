package zulipchat

import (
	"context"
	"errors"
	"log/slog"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// intake is one run: it hands what happens on Zulip to the engine.
type intake struct {
	chat   *Chat
	engine Engine
	heard  heard
}

// handle hands over one event. Those that are no messages come one after the other.
func (i *intake) handle(ctx context.Context, event zulip.Event) error {
	switch {
	case event.Resynced != nil:
		return i.catchUp(ctx)
	case event.Reaction != nil && event.Op == "remove":
		return i.heard.forget(ctx, *event.Reaction)
	}
	in, ok, err := i.chat.incoming(ctx, event)
	if err != nil || !ok {
		return err
	}
	if _, offered := emojiNames[in.Reaction]; !offered {
		return i.give(ctx, in)
	}
	id, had, err := i.heard.begin(ctx, *event.Reaction, in.ID)
	if err != nil || had {
		return err
	}
	in.ID = id
	if err := i.give(ctx, in); err != nil {
		return err
	}
	return i.heard.end(ctx, *event.Reaction)
}

func (i *intake) give(ctx context.Context, in chatops.Incoming) error {
	err := i.engine.Handle(ctx, in)
	if errors.Is(err, chatops.ErrInvalidEvent) {
		i.chat.log.LogAttrs(ctx, slog.LevelWarn, "an event was skipped", slog.String("event", string(in.ID)), slog.Any("error", err))
		return nil
	}
	return err
}
