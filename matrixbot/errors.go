package matrixbot

import (
	"errors"
	"net/http"

	"maunium.net/go/mautrix"
)

// What a caller may want to tell apart, with [errors.Is].
var (
	// ErrRunning means that the bot runs already, or has run: it is made anew for each run.
	ErrRunning = errors.New("the bot runs already, or has run")

	// ErrLogin means that the homeserver refused to log the bot in, or has logged it out and the bot has no way to
	// log in again by itself.
	ErrLogin = errors.New("the homeserver does not let the bot in")

	// ErrOtherAccount means that the settings and the session or the folder of the bot are of different accounts.
	ErrOtherAccount = errors.New("that is another account")

	// ErrHomeserver means that what answers at the homeserver's address is no Matrix homeserver.
	ErrHomeserver = errors.New("no Matrix homeserver answers there")
)

// refusedToken says whether the homeserver does not accept the access token any more, and whether it lets the same
// device log in again.
func refusedToken(err error) (refused, soft bool) {
	if !errors.Is(err, mautrix.MUnknownToken) && !errors.Is(err, mautrix.MMissingToken) {
		return false, false
	}
	if answer, ok := errors.AsType[mautrix.HTTPError](err); ok && answer.RespError != nil {
		soft, _ = answer.RespError.ExtraData["soft_logout"].(bool)
	}
	return true, soft
}

// passing says whether the trouble may be gone when the request is made once more: the network, a proxy, or a server
// that is in a bad way.
func passing(err error) bool {
	answer, ok := errors.AsType[mautrix.HTTPError](err)
	if !ok {
		return false
	}
	if answer.Response == nil {
		return true
	}
	status := answer.Response.StatusCode
	return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// garbled says whether the answer was none that a homeserver gives.
func garbled(err error) bool {
	answer, ok := errors.AsType[mautrix.HTTPError](err)
	return ok && answer.Response != nil && answer.RespError == nil
}

// isAnswer says whether a homeserver answered with a refusal of its own.
func isAnswer(err error) bool {
	answer, ok := errors.AsType[mautrix.HTTPError](err)
	return ok && answer.Response != nil && answer.RespError != nil
}
