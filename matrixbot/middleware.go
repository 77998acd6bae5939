package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Timeout ends the context of a handler after a time. A handler that gives up then has its sender told so; one that
// finishes all the same has its way. d must be positive.
func Timeout(d time.Duration) Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, r *Request) error {
			limited, cancel := context.WithTimeoutCause(ctx, d, errHandlerTimeout)
			defer cancel()
			err := next(limited, r)
			if err == nil || !errors.Is(context.Cause(limited), errHandlerTimeout) || ctx.Err() != nil {
				return err
			}
			return &RefusalError{
				Decision: TimedOut, Reason: "timeout", Err: err,
				Notice: fmt.Sprintf("I gave up: that took longer than %s.", d),
			}
		}
	}
}
