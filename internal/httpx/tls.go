package httpx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"
)

// Certificates say whom to trust and as whom to come. The zero value trusts whom the system trusts and comes as nobody.
type Certificates struct {
	Bundle         string // A PEM file of certificates to trust instead of the system's; "" means the system's.
	Client, Key    string // PEM files of a client certificate; both "" means none.
	TrustEverybody bool   // Switches off the verification of the server's certificate.
}

// Transport returns a transport of its own with TLS 1.2 or newer. It reads the files.
func (c Certificates) Transport() (*http.Transport, error) {
	settings := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: c.TrustEverybody, //nolint:gosec // The user says so in these words.
	}
	if c.Bundle != "" {
		pem, err := os.ReadFile(c.Bundle)
		if err != nil {
			return nil, fmt.Errorf("read the certificate bundle: %w", err)
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the certificate bundle %s has no certificate in PEM form", c.Bundle)
		}
	}
	if (c.Client == "") != (c.Key == "") {
		return nil, errors.New("a client certificate needs both the certificate and its key")
	}
	if c.Client != "" {
		certificate, err := tls.LoadX509KeyPair(c.Client, c.Key)
		if err != nil {
			return nil, fmt.Errorf("load the client certificate: %w", err)
		}
		settings.Certificates = []tls.Certificate{certificate}
	}
	own := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // Documented type of net/http.
	own.TLSClientConfig = settings
	// A poll that is cut leaves an HTTP/2 connection open, perhaps a dead one: only a ping finds out.
	own.HTTP2 = &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second}
	return own, nil
}
