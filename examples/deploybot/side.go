package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// side is the chat of a bot, with what differs between the two beyond what the
// engine needs to know.
type side struct {
	chat    chatops.Chat
	run     func(ctx context.Context, engine countedEngine) error          // Feeds the engine.
	person  func(ctx context.Context, name string) (chatops.UserID, error) // Who is meant by a name.
	contact func() time.Time                                               // See [contact].
	parts   func() []part                                                  // Its parts of a backup; nil for none.
}

// newSemaphore makes the client of Semaphore.
func newSemaphore(s settings, log *slog.Logger) (*semaphore.Client, error) {
	c := s.Semaphore
	options := []semaphore.Option{semaphore.WithLogger(log), semaphore.WithUserAgent("deploybot")}
	if c.AllowHTTP {
		options = append(options, semaphore.WithInsecureHTTP())
	}
	return semaphore.NewClient(semaphore.Credentials{
		URL: c.URL, Token: c.Token.Secret, CertBundle: c.CertBundle, ClientCert: c.Cert, ClientCertKey: c.CertKey, Insecure: c.AllowInsecure,
	}, options...)
}
