package matrixbot

import (
	"context"
	"math/rand/v2"
	"time"
)

// The waits after trouble: 1 s, 2 s, 4 s … 60 s at most, of which a random half is left out, so that many bots do not
// come back at the same moment.
const (
	firstBackoff = time.Second
	lastBackoff  = time.Minute
)

type backoff struct{ ceiling time.Duration }

func (b *backoff) reset() { b.ceiling = 0 }

// next is how long to wait now.
func (b *backoff) next() time.Duration {
	b.ceiling = min(max(firstBackoff, 2*b.ceiling), lastBackoff)
	return b.ceiling/2 + rand.N(b.ceiling/2) //nolint:gosec // A jitter need not be unpredictable.
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
