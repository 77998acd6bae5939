package ratelimit

import (
	"context"
	"fmt"
	"time"
)

// WaitError says that a [Transport] did not send a request, because the wait for its turn
// did not fit the request's context. The request surely did not reach the server.
//
// [errors.Is] finds [context.DeadlineExceeded] in it where a deadline was too early,
// and [context.Canceled] where the caller gave up.
type WaitError struct {
	// Wait is how long the request would have had to wait at least, counted from the moment it was refused.
	Wait time.Duration
	// Err is context.DeadlineExceeded or context.Canceled.
	Err error
}

// Error says how long the wait would have been.
func (e *WaitError) Error() string {
	if e.Timeout() {
		return fmt.Sprintf("ratelimit: the server's limit allows the next request in %v, after the deadline; allow more time or send less",
			e.Wait.Round(time.Millisecond))
	}
	return fmt.Sprintf("ratelimit: wait of %v for the server's limit given up: %v", e.Wait.Round(time.Millisecond), e.Err)
}

// Unwrap returns Err.
func (e *WaitError) Unwrap() error { return e.Err }

// Timeout says whether a deadline was the reason, as [net.Error] has it.
func (e *WaitError) Timeout() bool { return e.Err == context.DeadlineExceeded }

// NotSent returns true: a retry layer may tell from it that nothing has happened on the server.
func (e *WaitError) NotSent() bool { return true }
