//go:build goolm || libolm

package matrixbot

import (
	"context"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// Machine returns the encryption of a bot that runs. It waits until there is one.
func (b *Bot) Machine(ctx context.Context) (machine *e2ee.Machine, err error) {
	if err := b.outbox.open(ctx); err != nil {
		return nil, err
	}
	err = b.encrypter.use(ctx, func(e encryption) error {
		machine = e.(*e2ee.Machine)
		return nil
	})
	return machine, err
}
