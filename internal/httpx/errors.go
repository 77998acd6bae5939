package httpx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"strings"

	"github.com/signalbox-go/signalbox/ratelimit"
)

// TransportError says that a call brought no answer. Its text holds neither
// query strings nor secrets.
type TransportError struct {
	Method string
	Path   string // Below the server's root, without the query.
	Sent   bool   // The server may have received and processed the request.
	Err    error
}

// Error implements error.
func (e *TransportError) Error() string { return e.Method + " " + e.Path + ": " + e.Err.Error() }

// Unwrap returns the cause, such as a context's error.
func (e *TransportError) Unwrap() error { return e.Err }

// failure makes a TransportError without secrets.
func (c *Client) failure(r Request, sent bool, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // Its own text has the whole URL.
	}
	path := strings.TrimRight(c.config.BaseURL.Path, "/") + "/" + strings.Join(r.Path, "/")
	return &TransportError{Method: r.Method, Path: c.scrub(path), Sent: sent, Err: scrubbed{c.scrub(err.Error()), err}}
}

// scrubbed is an error whose text shows no secret. The error that it stands for
// can be recognised, but not had.
type scrubbed struct {
	text  string
	cause error
}

func (e scrubbed) Error() string        { return e.text }
func (e scrubbed) Is(target error) bool { return errors.Is(e.cause, target) }
func (e scrubbed) As(target any) bool   { return errors.As(e.cause, target) }

// scrub takes the secrets out of a text.
func (c *Client) scrub(text string) string {
	for _, secret := range c.config.Secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "REDACTED")
			text = strings.ReplaceAll(text, url.QueryEscape(secret), "REDACTED")
		}
	}
	return text
}

// final reports whether trying again cannot help: the server's certificate is
// not accepted, or the wait for the rate limit does not fit the deadline.
func final(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	_, waiting := errors.AsType[*ratelimit.WaitError](err)
	return waiting
}
