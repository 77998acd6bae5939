package zulip

import (
	"errors"
	"net/http"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// NotSent reports whether a call that failed with err surely changed nothing on the server: no connection came about,
// the wait for the rate limit did not fit the deadline, or the server refused. After any other error the server may
// have done what it was asked to; look before repeating a send.
func NotSent(err error) bool {
	if _, ok := errors.AsType[notSentError](err); ok {
		return true
	}
	if transport, ok := errors.AsType[*httpx.TransportError](err); ok {
		return !transport.Sent
	}
	api, ok := errors.AsType[*APIError](err)
	return ok && api.Status/100 == 4 && api.Status != http.StatusRequestTimeout
}

// notSentError marks trouble before anything was sent.
type notSentError struct{ error }

func (e notSentError) Unwrap() error { return e.error }
