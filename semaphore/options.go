package semaphore

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
	maxOutput    int64
	insecureHTTP bool
	noWebSocket  bool
}

// Option changes a [Client]. Options are for [NewClient].
type Option func(*config) error

// WithTransport sends requests through rt, below retries and credentials. The TLS settings of the credentials do not
// apply then. Tests pass the transport of a fake server here. For the WebSocket rt must speak HTTP/1.1 and hand over
// the connection, as [http.Transport] does; where it does not, logs are followed by polling.
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

// WithUserAgent names the program to the server, as "deploybot/1.2".
func WithUserAgent(name string) Option {
	return func(c *config) error {
		if name == "" {
			return errors.New("the user agent is empty")
		}
		c.userAgent = name
		return nil
	}
}

// WithTimeout bounds every call, its retries and waits included. The default is 30 seconds.
// [Client.Wait] and [Client.Follow] are made of many calls and have bounds of their own.
func WithTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return errors.New("the timeout must be positive")
		}
		c.timeout = d
		return nil
	}
}

// WithMaxOutput bounds the log of one task, in bytes as the server sends it. The default is 1 GiB.
// Logs are read as a stream: the bound is for the network, not for memory.
func WithMaxOutput(bytes int64) Option {
	return func(c *config) error {
		if bytes <= 0 {
			return errors.New("the bound of the output must be positive")
		}
		c.maxOutput = bytes
		return nil
	}
}

// WithoutWebSocket makes [Client.Wait] and [Client.Follow] poll only, for networks in which WebSockets do more harm
// than good.
func WithoutWebSocket() Option {
	return func(c *config) error {
		c.noWebSocket = true
		return nil
	}
}

// WithInsecureHTTP allows an http:// address that is not this machine. The token then travels for everybody to read.
func WithInsecureHTTP() Option {
	return func(c *config) error {
		c.insecureHTTP = true
		return nil
	}
}
