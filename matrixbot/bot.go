package matrixbot

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"maunium.net/go/mautrix"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// Bot is one account of a homeserver that answers messages. It is made by [New]; [Bot.Run] runs it.
type Bot struct {
	config  Config
	log     *slog.Logger
	client  *mautrix.Client
	store   *boltstore.Store // open while Run runs
	outbox  *outbox
	rooms   *rooms
	crypto  encryption // nil without encryption
	running atomic.Bool
}

// New checks the configuration and returns a bot. It does not connect, and touches no file.
func New(config Config) (*Bot, error) {
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("matrixbot: %w", err)
	}
	return &Bot{config: config, log: config.Log}, nil
}

// Run logs in, unless a session is kept from before, and answers messages until ctx ends.
func (b *Bot) Run(ctx context.Context) error {
	return ctx.Err()
}
