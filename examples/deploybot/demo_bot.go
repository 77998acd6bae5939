package main

import (
	"context"
	"log/slog"
	"sync"
)

// demoBot is the bot's process, as far as a demo has processes: it is started
// on its folder, and killed.
type demoBot struct {
	settings settings
	program  program

	current *bot // Nil while it is dead.
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// start runs a bot that knows nothing but what is in its folder, until it is
// killed.
func (b *demoBot) start(ctx context.Context) (err error) {
	b.current, err = newBot(b.settings, b.program, slog.New(slog.DiscardHandler)) //nolint:contextcheck // It does nothing that takes time.
	if err != nil {
		return err
	}
	if err := b.current.open(); err != nil {
		return err
	}
	ctx, b.cancel = context.WithCancel(ctx)
	current := b.current
	b.running.Go(func() { _ = current.run(ctx) }) // It ends with the death that kill brings.
	return nil
}

// kill takes the store away first: like a process that is gone, the bot can
// write nothing any more when it ends, nor tidy up.
func (b *demoBot) kill() {
	if b.current == nil {
		return
	}
	_ = b.current.store.Close() // The next start finds out whether the file is good.
	b.cancel()
	b.running.Wait()
	b.current = nil
}

// retire ends the bot as a signal does, so that all it knows is written.
func (b *demoBot) retire() {
	if b.current == nil {
		return
	}
	b.cancel()
	b.running.Wait()
	b.current = nil
}
