package semaphore

import (
	"net/http"
	"net/url"
	"time"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

const (
	defaultTimeout   = 30 * time.Second
	defaultUserAgent = "signalbox-semaphore"
	defaultMaxOutput = 1 << 30
)

// connect puts the layers together.
func (c *Client) connect(base *url.URL) error {
	calls, sockets := c.config.transport, c.config.transport
	if calls == nil {
		own, err := c.credentials.certificates().Transport()
		if err != nil {
			return err
		}
		calls = own
		// A WebSocket takes over a connection of HTTP/1.1, so that HTTP/2 must not be negotiated.
		http1 := own.Clone()
		http1.Protocols = new(http.Protocols)
		http1.Protocols.SetHTTP1(true)
		sockets = http1
	}
	c.sockets = &http.Client{Transport: sockets, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	name, value := c.credentials.authorization()
	stack := httpx.Config{
		BaseURL: base, Transport: calls, UserAgent: c.config.userAgent, Logger: c.config.log,
		AllowHTTP: c.config.insecureHTTP, Timeout: c.config.timeout, MaxBody: maxAnswer,
		Secrets: []string{c.credentials.Token.Reveal(), c.credentials.session.Reveal()},
		Authorize: func(r *http.Request) {
			r.Header.Set("Accept", "application/json") // without it some errors are redirects
			if name != "" {
				r.Header.Set(name, value)
			}
		},
	}
	var err error
	if c.calls, err = httpx.New(stack); err != nil {
		return err
	}
	stack.MaxBody = c.config.maxOutput
	c.streams, err = httpx.New(stack)
	return err
}

// certificates are those that the credentials name.
func (c Credentials) certificates() httpx.Certificates {
	return httpx.Certificates{Bundle: c.CertBundle, Client: c.ClientCert, Key: c.ClientCertKey, TrustEverybody: c.Insecure}
}
