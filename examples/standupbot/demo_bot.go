package main

import (
	"context"
	"log/slog"
	"sync"

	"github.com/signalbox-go/signalbox/standup/boltstore"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// demoBot is the bot's process, as far as a demo has processes: it is started
// on the database file, and killed.
type demoBot struct {
	site     string
	user     *zuliptest.User
	database string
	clock    *demoClock

	current *bot // Nil while it is dead.
	store   *boltstore.Store
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// start opens the file and runs a bot that knows nothing but what is in it,
// until it is killed.
func (b *demoBot) start(ctx context.Context) error {
	client, err := zulip.NewClient(zulip.Credentials{
		Site: b.site, Email: b.user.Email, APIKey: zulip.NewSecret(b.user.APIKey),
	}, zulip.WithUserAgent("standupbot"))
	if err != nil {
		return err
	}
	if b.store, err = openStore(b.database); err != nil {
		return err
	}
	b.current, err = newBot(parts{
		client: client, store: b.store, zone: defaultZone, now: b.clock.now, log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	ctx, b.cancel = context.WithCancel(ctx)
	b.running.Go(func() { _ = b.current.run(ctx) }) // It ends with the death that kill brings.
	return nil
}

// kill takes the store away first: like a process that is gone, the bot can
// write nothing any more when it ends, nor tidy up.
func (b *demoBot) kill() {
	if b.current == nil {
		return
	}
	_ = b.store.Close() // The next start finds out whether the file is good.
	b.cancel()
	b.running.Wait()
	b.current = nil
}

// wake tells a living bot that the clock was set.
func (b *demoBot) wake() {
	if b.current != nil {
		b.current.engine.Wake()
	}
}
