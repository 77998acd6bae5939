package zulipchat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// Chat is Zulip as a standup engine sees it: the engine sends through it, and [Chat.Run] feeds the engine. Make one
// with [New]. It is safe for concurrent use.
type Chat struct {
	client *zulip.Client
	log    *slog.Logger
	people *zulipadapter.Directory
}

var _ standup.Chat = (*Chat)(nil)

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

// New makes a chat of a client, whose credentials are the bot's. It does not connect and starts nothing.
func New(client *zulip.Client, options ...Option) (*Chat, error) {
	if client == nil {
		return nil, errors.New("zulipchat: new chat: the client is nil")
	}
	c := &Chat{client: client, log: slog.New(slog.DiscardHandler), people: zulipadapter.NewDirectory(client)}
	for _, option := range options {
		if err := option(c); err != nil {
			return nil, fmt.Errorf("zulipchat: new chat: %w", err)
		}
	}
	return c, nil
}

// Send implements [standup.Chat]. Zulip has no idempotency key, so m.Key is not used; see [Chat.Find].
// API: POST /messages.
func (c *Chat) Send(ctx context.Context, m standup.Outgoing) (standup.MessageID, error) {
	const op = "send"
	where, err := parseAddress(m.To)
	if err != nil {
		return "", failure(op, err)
	}
	content, err := content(m.Body)
	if err != nil {
		return "", failure(op, err)
	}
	sent, err := c.client.SendMessage(ctx, zulip.SendMessageRequest{To: where.recipient(), Content: content})
	if err != nil {
		return "", failure(op, err)
	}
	return standup.MessageID(zulipadapter.IDText(sent.ID)), nil
}

// Edit implements [standup.Chat]. An organisation that limits the time for editing messages limits the bot too: its
// refusal is a [standup.ErrUndeliverable]. API: PATCH /messages/{message_id}.
func (c *Chat) Edit(ctx context.Context, id standup.MessageID, m standup.Outgoing) error {
	const op = "edit"
	message, err := parseID[zulip.MessageID](string(id), "message")
	if err != nil {
		return failure(op, err)
	}
	content, err := content(m.Body)
	if err != nil {
		return failure(op, err)
	}
	if err := c.client.EditMessage(ctx, message, zulip.EditMessageRequest{Content: &content}); err != nil {
		return failure(op, err)
	}
	return nil
}

// content is the Markdown of a text that can be sent.
func content(body standup.Text) (string, error) {
	text := render(body)
	if text == "" {
		return "", fmt.Errorf("%w: it is empty", standup.ErrUndeliverable)
	}
	return text, nil
}
