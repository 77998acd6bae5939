package matrixbot

import (
	"context"

	"maunium.net/go/mautrix/event"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// withheldNotice tells somebody what to do whose client does not let the bot read. The bot is the one who cannot read,
// so that nothing else would tell them.
const withheldNotice = "I cannot read what you write here: your client gives the keys to verified devices alone. " +
	"To verify me, open my profile in your client and compare the emojis with the person who runs me. " +
	"Then write again."

// tellWithheld answers a message whose sender keeps the key from the bot, where verifying the bot is possible. It does
// not wait until the answer is sent, since messages are received meanwhile.
func (b *Bot) tellWithheld(ctx context.Context, w e2ee.Withheld) {
	if operator := b.config.Encryption.Operator; operator.Compare == nil && !b.config.Encryption.AutoVerify {
		return
	}
	err := b.outbox.open(ctx)
	if err == nil {
		_, err = b.outbox.post(outgoing{
			Room: w.Room, Key: string(w.Event) + "/withheld", Type: event.EventMessage,
			Content: noticeContent(withheldNotice, "", "", w.Event),
		})
	}
	if err != nil {
		b.log.WarnContext(ctx, "a sender was not told how to verify the bot", "room", w.Room, "event", w.Event, "error", err)
	}
}
