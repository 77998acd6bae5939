package zulip

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// HandlerFunc answers a message. The message's Content comes without the mention that addressed the bot.
// ctx ends with the bot or after the time of [WithHandlerTimeout]. An error or a panic is logged, and the
// person is told that something went wrong, with an id to find it in the log and no detail; the message counts as handled.
type HandlerFunc func(ctx context.Context, b *Bot, m Message) error

// Bot listens and hands on what is addressed to it: direct messages from one person, and messages that begin
// with a mention of it. It ignores itself and other bots. Make one with [NewBot].
type Bot struct {
	c       *Client
	handler HandlerFunc
	config  botConfig
	self    User // known while it runs
}

type botConfig struct {
	listen  ListenRequest
	timeout time.Duration
	workers int
}

// BotOption changes a [Bot].
type BotOption func(*botConfig) error

// WithQueueStore keeps the bot's place in the event queue, so that messages sent while it was away are answered.
func WithQueueStore(store QueueStore) BotOption {
	return func(config *botConfig) error {
		if store == nil {
			return errors.New("the queue store is nil")
		}
		config.listen.Store = store
		return nil
	}
}

// WithHandlerTimeout bounds one call of the handler. The default is one minute.
func WithHandlerTimeout(d time.Duration) BotOption {
	return func(config *botConfig) error {
		if d <= 0 {
			return errors.New("the handler's timeout must be positive")
		}
		config.timeout = d
		return nil
	}
}

// WithWorkers says how many conversations are served at once. The default is 8. Messages of one conversation are
// always handled one after the other, in their order.
func WithWorkers(n int) BotOption {
	return func(config *botConfig) error {
		if n < 1 {
			return errors.New("a bot needs at least one worker")
		}
		config.workers = min(n, reorderWindow)
		return nil
	}
}

// NewBot makes a bot; nothing happens before [Bot.Run].
func NewBot(c *Client, handler HandlerFunc, options ...BotOption) (*Bot, error) {
	if c == nil || handler == nil {
		return nil, errors.New("zulip: new bot: it needs a client and a handler")
	}
	b := &Bot{c: c, handler: handler}
	b.config = botConfig{listen: ListenRequest{EventTypes: []string{EventMessage}}, timeout: time.Minute, workers: 8}
	for _, option := range options {
		if err := option(&b.config); err != nil {
			return nil, fmt.Errorf("zulip: new bot: %w", err)
		}
	}
	return b, nil
}

// Client is the client that the bot was made with.
func (b *Bot) Client() *Client { return b.c }

// Self is the bot's own user; the zero value outside of a handler.
func (b *Bot) Self() User { return b.self }

// Reply sends content to the conversation of m, in several messages when it is long, and returns the last one.
// What becomes of each is found out as by [Client.SendMessageOnce], at no price: it is newer than m.
func (b *Bot) Reply(ctx context.Context, m Message, content string) (SentMessage, error) {
	var sent SentMessage
	parts := SplitMessage(content, b.c.limits().message)
	if len(parts) == 0 {
		return sent, errors.New("zulip: reply: the message is empty")
	}
	older := func(context.Context) (MessageID, error) { return max(m.ID, sent.ID), nil }
	for _, part := range parts {
		var err error
		if sent, err = b.c.sendOnce(ctx, SendMessageRequest{To: m.ReplyTo(b.self.ID), Content: part}, older); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// Run serves until ctx ends or the bot cannot go on, and returns the cause (see [Client.Events] for which there are).
// It waits for the handlers that are at work. A bot may run again, but not twice at once with one store.
func (b *Bot) Run(ctx context.Context) error {
	return newBotRun(b).run(ctx)
}
