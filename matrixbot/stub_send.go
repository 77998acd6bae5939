package matrixbot

import (
	"context"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

type outbox struct{ bot *Bot }

func newOutbox(b *Bot) *outbox { return &outbox{bot: b} }

func (o *outbox) run(ctx context.Context) error { <-ctx.Done(); return nil }

func (o *outbox) send(ctx context.Context, out outgoing) (id.EventID, error) {
	resp, err := o.bot.client.SendMessageEvent(ctx, out.Room, out.Type, out.Content)
	if err != nil {
		return "", err
	}
	return resp.EventID, nil
}

type rooms struct{ bot *Bot }

func newRooms(b *Bot) *rooms { return &rooms{bot: b} }

func (r *rooms) handleState(ctx context.Context, evt *event.Event) {}

func (r *rooms) ready(ctx context.Context, room id.RoomID) error { return nil }
