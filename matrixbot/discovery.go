package matrixbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"maunium.net/go/mautrix"
)

const (
	// maxWellKnown bounds the file in which a server says where its homeserver is.
	maxWellKnown = 64 << 10
	// discoveryTimeout bounds one look-up.
	discoveryTimeout = 30 * time.Second
)

// homeserverAddress returns where the homeserver is. A name is looked up once and kept with the session.
func (b *Bot) homeserverAddress(ctx context.Context, kept *session) (string, error) {
	name := b.config.serverName()
	switch {
	case name == "":
		return b.config.Homeserver, nil
	case kept != nil && kept.Server == name:
		return kept.Address, nil
	}
	var address string
	err := b.retrying(ctx, "look up the homeserver", func(ctx context.Context) (err error) {
		address, err = b.discover(ctx, name)
		return err
	})
	return address, err
}

// discover asks the server with that name where its homeserver is. API: GET /.well-known/matrix/client.
func (b *Bot) discover(ctx context.Context, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, discoveryTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+name+"/.well-known/matrix/client", nil)
	if err != nil {
		return "", err
	}
	// No token goes with this request, so that it may follow redirects.
	resp, err := (&http.Client{Transport: b.client.Client.Transport}).Do(req)
	if err != nil {
		return "", mautrix.HTTPError{Request: req, WrappedError: err, Message: "request failed"}
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return "https://" + name, nil
	case resp.StatusCode != http.StatusOK:
		return "", mautrix.HTTPError{Request: req, Response: resp}
	}
	var found mautrix.ClientWellKnown
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxWellKnown)).Decode(&found); err != nil || found.Homeserver.BaseURL == "" {
		return "", fmt.Errorf("https://%s/.well-known/matrix/client does not say where the homeserver is: set MATRIX_HOMESERVER to its address", name)
	}
	address, err := b.config.parseAddress(found.Homeserver.BaseURL)
	if err != nil {
		return "", fmt.Errorf("https://%s/.well-known/matrix/client: %w", name, err)
	}
	return address.String(), nil
}

// greet makes sure that a homeserver is there before it gets a secret. Where a session was kept, it once was: trouble
// then passes, such as the page of a proxy. API: GET /_matrix/client/versions.
func (b *Bot) greet(ctx context.Context, known bool) error {
	return b.retrying(ctx, "reach the homeserver", func(ctx context.Context) error {
		versions, err := b.client.Versions(ctx)
		if err == nil && versions != nil && len(versions.Versions) > 0 {
			return nil
		}
		if err != nil && passing(err) {
			return err
		}
		err = errors.Join(fmt.Errorf("%w: check the address %s", ErrHomeserver, b.client.HomeserverURL.Redacted()), err)
		if known {
			return passingError{err}
		}
		return err
	})
}

// passingError is trouble that is worth another try, whatever it looks like.
type passingError struct{ error }

func (e passingError) Unwrap() error { return e.error }

// retrying calls do until it succeeds, or fails in a way that another try does not change.
func (b *Bot) retrying(ctx context.Context, what string, do func(context.Context) error) error {
	var wait backoff
	for {
		err := do(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if _, later := errors.AsType[passingError](err); !later && !passing(err) {
			return err
		}
		if broken := b.store.Flush(ctx); broken != nil { // What the barrier says looks like trouble of the network.
			return broken
		}
		pause := wait.next()
		b.log.WarnContext(ctx, "the homeserver is out of reach", "operation", what, "error", err, "wait", pause)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
