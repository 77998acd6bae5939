package zulip

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
		settings, err := tlsSettings(credentials)
		if err != nil {
			return err
		}
		own := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // Documented type of net/http.
		own.TLSClientConfig = settings
		// A poll that is cut leaves an HTTP/2 connection open, perhaps a dead one: only a ping finds out.
		own.HTTP2 = &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second}
		transport = own
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

// authorize adds the credentials, which are written down once.
func authorize(credentials Credentials) func(*http.Request) {
	var sample http.Request
	sample.Header = http.Header{}
	sample.SetBasicAuth(credentials.Email, credentials.APIKey.Reveal())
	value := sample.Header["Authorization"]
	return func(r *http.Request) { r.Header["Authorization"] = value }
}

// tlsSettings reads the certificates that the credentials name.
func tlsSettings(credentials Credentials) (*tls.Config, error) {
	settings := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: credentials.Insecure, //nolint:gosec // The zuliprc says so in its own words.
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
		return nil, errors.New("a client certificate needs both client_cert and client_cert_key")
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
