package zulip

import (
	"net/http"
	"net/url"
	"time"

	"github.com/signalbox-go/signalbox/internal/httpx"
	"github.com/signalbox-go/signalbox/ratelimit"
)

const (
	defaultTimeout   = 2 * time.Minute
	defaultUserAgent = "signalbox-zulip"
)

// connect puts the layers together: a call goes through retries, pacing and the transport; a poll only through the
// transport, because the server counts polls apart and the event loop has its own way of waiting.
func (c *Client) connect(base *url.URL, credentials Credentials, config config) error {
	transport := config.transport
	if transport == nil {
		var err error
		if transport, err = credentials.certificates().Transport(); err != nil {
			return err
		}
	}
	paced, err := ratelimit.NewTransport(transport)
	if err != nil {
		return err
	}
	stack := httpx.Config{
		BaseURL: base, UserAgent: config.userAgent, Logger: config.log, AllowHTTP: config.insecureHTTP,
		Secrets: []string{credentials.APIKey.Reveal()}, Timeout: config.timeout, MaxBody: maxAnswer, Jitter: config.jitter,
		Authorize: authorize(credentials),
	}
	stack.Transport = paced
	if c.calls, err = httpx.New(stack); err != nil {
		return err
	}
	stack.Transport = transport
	if c.polls, err = httpx.New(stack); err != nil {
		return err
	}
	stack.BaseURL, stack.MaxBody = base.JoinPath("..", ".."), maxDownload
	c.files, err = httpx.New(stack)
	return err
}

// authorize adds the credentials, which are written down once, and says how long a body is that knows it.
func authorize(credentials Credentials) func(*http.Request) {
	var sample http.Request
	sample.Header = http.Header{}
	sample.SetBasicAuth(credentials.Email, credentials.APIKey.Reveal())
	value := sample.Header["Authorization"]
	return func(r *http.Request) {
		r.Header["Authorization"] = value
		if body, ok := r.Body.(sized); ok {
			r.ContentLength = body.size
		}
	}
}

// certificates are those that the credentials name.
func (c Credentials) certificates() httpx.Certificates {
	return httpx.Certificates{Bundle: c.CertBundle, Client: c.ClientCert, Key: c.ClientCertKey, TrustEverybody: c.Insecure}
}
