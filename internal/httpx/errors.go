package httpx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"strings"
)

// TransportError says that a call brought no answer. Its text holds neither
// query strings nor secrets.
type TransportError struct {
	Method string
	Path   string // Below the server's root, without the query.
	Sent   bool   // The server may have received and processed the request.
	Err    error

	text string
}

// Error implements error.
func (e *TransportError) Error() string { return e.text }

// Unwrap returns the cause, such as a context's error.
func (e *TransportError) Unwrap() error { return e.Err }

// failure makes a TransportError without secrets.
func (c *Client) failure(r Request, sent bool, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // Its own text has the whole URL.
	}
	e := &TransportError{Method: r.Method, Path: strings.TrimRight(c.config.BaseURL.Path, "/") + "/" + strings.Join(r.Path, "/"), Sent: sent, Err: err}
	e.text = c.scrub(e.Method + " " + e.Path + ": " + err.Error())
	return e
}

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
// not accepted, or the address makes no sense.
func final(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	if wait, ok := errors.AsType[interface {
		error
		NotSent() bool
	}](err); ok && wait.NotSent() {
		return true // A rate limiter's wait does not fit the deadline.
	}
	return false
}
