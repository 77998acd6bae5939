package matrixbot

import (
	"context"
	"io"
	"time"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

const (
	// pruneSoon is when a bot that has just started prunes for the first time; then it does so every pruneEvery.
	pruneSoon = 10 * time.Minute
	// keepIndexes is how long it is remembered in detail which messages were decrypted. It is much longer than a message
	// can be on its way.
	keepIndexes = 30 * 24 * time.Hour
)

// prune has a machine forget what grows without end, now and then, until ctx ends.
func (b *Bot) prune(ctx context.Context, machine *e2ee.Machine) {
	timer := time.NewTimer(pruneSoon)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if err := machine.Prune(ctx, keepIndexes); err != nil && ctx.Err() == nil {
			b.log.WarnContext(ctx, "the store could not be pruned", "error", err)
		}
		timer.Reset(pruneEvery)
	}
}

// Backup writes a copy of everything that the bot remembers to w while it runs: a database that takes the place of
// bot.db in Config.Data. To be of use it needs the pickle key too, which is Config.PickleKey or the file pickle.key
// beside it; keep the two apart, since together they are the bot. A copy is for a bot whose disk is gone: a bot that goes
// on from an old copy while the first one has gone further confuses the other side's encryption, so log in anew with the
// recovery key then. It waits until the bot has started, and fails with [ErrStopped] after it has ended.
func (b *Bot) Backup(ctx context.Context, w io.Writer) error {
	if err := b.outbox.open(ctx); err != nil {
		return err
	}
	return b.store.Backup(w)
}
