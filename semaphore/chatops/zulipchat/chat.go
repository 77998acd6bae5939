package zulipchat

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/signalbox-go/signalbox/internal/pages"
	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// Chat is Zulip as the engine sees it: the engine sends through it, and [Chat.Run] feeds the engine. Make one with
// [New]. It is safe for concurrent use.
type Chat struct {
	client *zulip.Client
	log    *slog.Logger
	site   pages.Site
	people *zulipadapter.Directory
	places places
	offers chan offer // Buttons that are to be put on messages.
}

var _ chatops.Chat = (*Chat)(nil)

// Option changes a [Chat]. Options are for [New].
type Option func(*Chat) error

// WithLogger sets where the chat reports what it skips and what it tries again. The default is silence.
func WithLogger(log *slog.Logger) Option {
	return func(c *Chat) error {
		if log == nil {
			return errors.New("the logger is nil")
		}
		c.log = log
		return nil
	}
}

// New makes a chat of a client, whose credentials are the bot's. The address is that of the Semaphore server, to whose
// pages messages may link; where it is empty there are no links. It does not connect and starts nothing.
func New(client *zulip.Client, semaphoreURL string, options ...Option) (*Chat, error) {
	if client == nil {
		return nil, errors.New("zulipchat: new chat: the client is nil")
	}
	c := &Chat{
		client: client, log: slog.New(slog.DiscardHandler), site: pages.New(semaphoreURL), people: zulipadapter.NewDirectory(client), offers: make(chan offer, maxOffers),
	}
	if semaphoreURL != "" && c.site == (pages.Site{}) {
		return nil, fmt.Errorf("zulipchat: new chat: %q is no address such as https://semaphore.example.org", semaphoreURL)
	}
	for _, option := range options {
		if err := option(c); err != nil {
			return nil, fmt.Errorf("zulipchat: new chat: %w", err)
		}
	}
	return c, nil
}
