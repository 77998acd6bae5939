package matrixchat

import (
	"context"
	"log/slog"
	"strconv"

	"maunium.net/go/mautrix/id"
)

// maxOffers is how many messages may wait for their buttons.
const maxOffers = 100

// offer is reactions that are to be put on a message, so that people need only click them.
type offer struct {
	room    id.RoomID
	message id.EventID
	key     string // Of the message.
	buttons []string
}

// offer has buttons put on a message soon: not before the engine knows the message, whose id it gets first.
func (c *Chat) offer(o offer) {
	if len(o.buttons) == 0 {
		return
	}
	select {
	case c.offers <- o:
	default: // People can react without them.
	}
}

// putButtons puts buttons on messages until ctx ends.
func (c *Chat) putButtons(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case o := <-c.offers:
			for i, button := range o.buttons {
				_, err := c.bot.React(ctx, o.room, o.key+"/button/"+strconv.Itoa(i), o.message, button)
				if err != nil && ctx.Err() == nil {
					c.log.LogAttrs(ctx, slog.LevelWarn, "a reaction was not offered", slog.String("event", o.message.String()), slog.Any("error", err))
				}
			}
		}
	}
}
