package zulip

import (
	"errors"
	"log/slog"
	"net/http"
	"time"
)

type config struct {
	transport    http.RoundTripper
	log          *slog.Logger
	userAgent    string
	timeout      time.Duration
	insecureHTTP bool
	jitter       func() float64 // see backoff
}

// Option changes a [Client]. Options are for [NewClient].
type Option func(*config) error

// WithTransport sends requests through rt, below pacing, retries and credentials. The TLS settings of the
// credentials do not apply then. Tests pass the transport of a fake server here.
func WithTransport(rt http.RoundTripper) Option {
	return func(c *config) error {
		if rt == nil {
			return errors.New("the transport is nil")
		}
		c.transport = rt
		return nil
	}
}

// WithLogger sets where the client reports trouble that passes. The default is silence.
func WithLogger(log *slog.Logger) Option {
	return func(c *config) error {
		if log == nil {
			return errors.New("the logger is nil")
		}
		c.log = log
		return nil
	}
}

// WithUserAgent names the program to the server, as "standupbot/1.2". The server gives special treatment to
// some names (those of its own clients, and names with "mirror"); avoid them.
func WithUserAgent(name string) Option {
	return func(c *config) error {
		if name == "" {
			return errors.New("the user agent is empty")
		}
		c.userAgent = name
		return nil
	}
}

// WithTimeout bounds every call, its retries and waits included. The default is two minutes, which leaves room for one
// wait on a full rate limit. Long polls and the event loop have bounds of their own.
func WithTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return errors.New("the timeout must be positive")
		}
		c.timeout = d
		return nil
	}
}

// WithInsecureHTTP allows an http:// site that is not this machine. The API key then travels for everybody to read.
func WithInsecureHTTP() Option {
	return func(c *config) error {
		c.insecureHTTP = true
		return nil
	}
}
