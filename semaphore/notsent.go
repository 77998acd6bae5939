package semaphore

import (
	"errors"
	"net/http"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// NotSent reports whether a call that failed with err surely did not reach the server. After any other error the
// server may have done what it was asked to, even after a 400 or 500: some servers store first and check later.
// Look before repeating what creates or starts something.
func NotSent(err error) bool {
	if transport, ok := errors.AsType[*httpx.TransportError](err); ok {
		return !transport.Sent
	}
	_, refused := errors.AsType[*ArgumentError](err)
	return refused
}

// passing tells whether an error may be gone when the same question is asked again.
func passing(err error) bool {
	if api, ok := errors.AsType[*APIError](err); ok {
		return api.Temporary() && api.Status != http.StatusNotImplemented
	}
	if malformed, ok := errors.AsType[*MalformedError](err); ok {
		return !errors.Is(malformed, ErrTooLarge)
	}
	if errors.Is(err, ErrTooLarge) {
		return false
	}
	_, ok := errors.AsType[*httpx.TransportError](err)
	return ok
}
