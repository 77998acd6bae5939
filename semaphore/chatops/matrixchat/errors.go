package matrixchat

import (
	"errors"
	"fmt"
	"net/http"

	"maunium.net/go/mautrix"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// failure is the error of sending in the terms of [chatops.Chat]: what was refused for good, what surely did not happen,
// and everything else, which may have happened or may happen yet: the bot keeps what it was told to send.
func failure(op string, err error) error {
	switch {
	case errors.Is(err, chatops.ErrUndeliverable):
	case refused(err):
		return fmt.Errorf("matrixchat: %s: %w: %w", op, chatops.ErrUndeliverable, err)
	case errors.Is(err, matrixbot.ErrQueueFull):
		return fmt.Errorf("matrixchat: %s: %w: %w", op, chatops.ErrNotSent, err)
	}
	return fmt.Errorf("matrixchat: %s: %w", op, err)
}

// unsent is the error of what comes before sending.
func unsent(op string, err error) error {
	if errors.Is(err, chatops.ErrUndeliverable) || refused(err) {
		return failure(op, err)
	}
	return fmt.Errorf("matrixchat: %s: %w: %w", op, chatops.ErrNotSent, err)
}

// roomFailure is the error of entering or leaving a room. What the chat does not allow is [chatops.ErrUndeliverable].
func roomFailure(op string, err error) error {
	if refused(err) {
		return fmt.Errorf("matrixchat: %s: %w: %w", op, chatops.ErrUndeliverable, err)
	}
	return fmt.Errorf("matrixchat: %s: %w", op, err)
}

// refused reports whether it will not be possible later either. Only the homeserver's own word counts: an answer without
// a code is from something in front of it. Its refusal of a token is no fault of the message.
func refused(err error) bool {
	for _, final := range []error{matrixbot.ErrMessage, matrixbot.ErrTooLarge, matrixbot.ErrPlaintext, matrixbot.ErrUndelivered} {
		if errors.Is(err, final) {
			return true
		}
	}
	answer, ok := errors.AsType[mautrix.HTTPError](err)
	if !ok || answer.Response == nil || answer.RespError == nil || answer.RespError.ErrCode == "" {
		return false
	}
	status := answer.Response.StatusCode
	return status/100 == 4 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout && status != http.StatusUnauthorized
}
