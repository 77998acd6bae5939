package ratelimit

import (
	"context"
	"fmt"
	"time"
)

// WaitError says that a request was not sent, because its turn comes only after
// its context has ended. [errors.Is] with [context.DeadlineExceeded] holds. Give
// the context more time than Wait, or try again later.
type WaitError struct {
	// Wait is how long the request would have to wait at least.
	Wait time.Duration
	// Left is how much time its context had left.
	Left time.Duration
}

// Error says how long the wait is and how much time there was.
func (e *WaitError) Error() string {
	return fmt.Sprintf("ratelimit: the rate limit asks to wait %v, the context ends in %v: allow more time or try again later",
		e.Wait.Round(time.Millisecond), e.Left.Round(time.Millisecond))
}

// Unwrap returns [context.DeadlineExceeded].
func (e *WaitError) Unwrap() error { return context.DeadlineExceeded }
