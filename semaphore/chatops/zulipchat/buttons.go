package zulipchat

import (
	"context"
	"log/slog"

	"github.com/signalbox-go/signalbox/zulip"
)

// emojiNames are the names that Zulip has for what the engine offers.
var emojiNames = map[string]string{"👍": "thumbs_up", "👎": "thumbs_down", "✅": "check", "❌": "cross_mark", "🛑": "stop_sign"}

// noSigns are those of them that say no.
const noSigns = "👎❌🛑"

// maxOffers is how many messages may wait for their buttons.
const maxOffers = 100

// offer is reactions that are to be put on a message, so that people need only click them.
type offer struct {
	message zulip.MessageID
	buttons []string
}

// offer has buttons put on a message soon: not before the engine knows the message, whose id it gets first.
func (c *Chat) offer(message zulip.MessageID, buttons []string) {
	if len(buttons) == 0 {
		return
	}
	select {
	case c.offers <- offer{message, buttons}:
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
			for _, button := range o.buttons {
				c.putButton(ctx, o.message, button)
			}
		}
	}
}

func (c *Chat) putButton(ctx context.Context, message zulip.MessageID, button string) {
	name, known := emojiNames[button]
	if !known {
		return
	}
	if err := c.client.AddReaction(ctx, message, zulip.Emoji{Name: name}); err != nil && ctx.Err() == nil {
		c.log.LogAttrs(ctx, slog.LevelWarn, "a reaction was not offered", slog.Int64("message_id", int64(message)), slog.Any("error", err))
	}
}
