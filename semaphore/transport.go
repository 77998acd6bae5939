package semaphore

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
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
		settings, err := tlsSettings(c.credentials)
		if err != nil {
			return err
		}
		own := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // Documented type of net/http.
		own.TLSClientConfig = settings
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

// tlsSettings reads the certificates that the credentials name.
func tlsSettings(credentials Credentials) (*tls.Config, error) {
	settings := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: credentials.Insecure, //nolint:gosec // The credentials say so in their own words.
	}
	if credentials.CertBundle != "" {
		pem, err := os.ReadFile(credentials.CertBundle)
		if err != nil {
			return nil, fmt.Errorf("read the certificate bundle: %w", err)
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the certificate bundle %s has no certificate in PEM form", credentials.CertBundle)
		}
	}
	if (credentials.ClientCert == "") != (credentials.ClientCertKey == "") {
		return nil, errors.New("a client certificate needs both ClientCert and ClientCertKey")
	}
	if credentials.ClientCert != "" {
		certificate, err := tls.LoadX509KeyPair(credentials.ClientCert, credentials.ClientCertKey)
		if err != nil {
			return nil, fmt.Errorf("load the client certificate: %w", err)
		}
		settings.Certificates = []tls.Certificate{certificate}
	}
	return settings, nil
}
