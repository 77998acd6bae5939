package matrixbot

import (
	"context"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// encryption is what the bot needs of an [e2ee.Machine].
type encryption interface {
	mautrix.CryptoHelper
	HandleSync(ctx context.Context, resp *mautrix.RespSync, since string) error
	Trust(ctx context.Context, evt *event.Event) e2ee.Trust
}
