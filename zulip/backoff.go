package zulip

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// The waits of the event loop after trouble: up to 1 s, 2 s, 4 s … 60 s, each a random part of it, so that many
// programs do not come back at the same moment.
const (
	firstBackoff = time.Second
	lastBackoff  = time.Minute
	// longestRetryAfter bounds how long a server can make the loop wait.
	longestRetryAfter = 10 * time.Minute
)

type backoff struct {
	jitter  func() float64 // in [0, 1); nil is random
	ceiling time.Duration
}

func (b *backoff) reset() { b.ceiling = 0 }

// next is how long to wait after err.
func (b *backoff) next(err error) time.Duration {
	if api, ok := errors.AsType[*APIError](err); ok && api.RetryAfter > 0 {
		return min(api.RetryAfter, longestRetryAfter)
	}
	b.ceiling = min(max(firstBackoff, 2*b.ceiling), lastBackoff)
	part := rand.Float64() //nolint:gosec // A jitter need not be unpredictable.
	if b.jitter != nil {
		part = b.jitter()
	}
	return time.Duration(part * float64(b.ceiling))
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
