package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"maunium.net/go/mautrix"
)

const (
	attemptTimeout = 2 * time.Minute // of one small request
	giveUpAfter    = 24 * time.Hour  // without success
	maxOdd         = 5               // attempts that fail for a reason that is not the homeserver's
)

// persist calls attempt until it succeeds, or the homeserver refuses for good, or a day is over, or ctx ends. The
// timeout is that of one attempt.
func persist[T any](
	ctx context.Context, log *slog.Logger, what string, timeout time.Duration, attempt func(context.Context) (T, error),
) (T, error) {
	var wait backoff
	var zero T
	begin, odd := time.Now(), 0
	for {
		trying, cancel := context.WithTimeout(ctx, timeout)
		result, err := guarded(trying, attempt)
		late := trying.Err() != nil
		cancel()
		if err == nil {
			return result, nil
		}
		if ctx.Err() != nil {
			return zero, context.Cause(ctx)
		}
		switch {
		case final(err):
			return zero, err
		case late || comesBack(err):
		default:
			if odd++; odd >= maxOdd {
				return zero, err
			}
		}
		pause := max(wait.next(), asked(err))
		if time.Since(begin)+pause > giveUpAfter {
			return zero, fmt.Errorf("%w in %v: %w", ErrUndelivered, giveUpAfter, err)
		}
		log.DebugContext(ctx, "trying again later", "what", what, "wait", pause, "error", err.Error())
		if err := sleep(ctx, pause); err != nil {
			return zero, err
		}
	}
}

// guarded makes an error of a panic: mautrix trusts in what a homeserver answers.
func guarded[T any](ctx context.Context, attempt func(context.Context) (T, error)) (result T, err error) {
	defer func() {
		if what := recover(); what != nil {
			err = fmt.Errorf("the answer made no sense: %v", what)
		}
	}()
	return attempt(ctx)
}

// final says whether the homeserver, and not something before it, has refused for good.
func final(err error) bool {
	for _, own := range []error{ErrPlaintext, ErrTooLarge, ErrMessage, errSource} {
		if errors.Is(err, own) {
			return true
		}
	}
	answer, ok := errors.AsType[mautrix.HTTPError](err)
	if !ok || answer.Response == nil {
		return false
	}
	status := answer.Response.StatusCode
	if status == http.StatusRequestEntityTooLarge {
		return true
	}
	refused, _ := refusedToken(err)
	return !refused && !passing(err) && !nonsense(answer) && status >= http.StatusBadRequest
}

// comesBack says whether the trouble is of a kind that ends: the network, a proxy, or the token, which the bot renews.
func comesBack(err error) bool {
	refused, _ := refusedToken(err)
	answer, ok := errors.AsType[mautrix.HTTPError](err)
	return refused || passing(err) || ok && nonsense(answer)
}

// nonsense says whether an answer is none that a homeserver gives, such as the page of a proxy.
func nonsense(answer mautrix.HTTPError) bool {
	return answer.Response != nil && (answer.RespError == nil || answer.RespError.ErrCode == "")
}

// asked is how long the homeserver asks to wait; 0 where it does not.
func asked(err error) time.Duration {
	answer, ok := errors.AsType[mautrix.HTTPError](err)
	if !ok || answer.Response == nil || answer.Response.StatusCode != http.StatusTooManyRequests {
		return 0
	}
	wait := retryAfterHeader(answer.Response.Header, time.Now())
	if answer.RespError != nil {
		if ms, ok := answer.RespError.ExtraData["retry_after_ms"].(float64); ok && ms > 0 {
			wait = max(wait, time.Duration(min(ms, float64(longestLimit.Milliseconds())))*time.Millisecond)
		}
	}
	return min(wait, longestLimit)
}
