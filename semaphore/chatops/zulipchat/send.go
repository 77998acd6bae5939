package zulipchat

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// Send implements [chatops.Chat]. Zulip has no idempotency key, so m.Key is not used; see [Chat.Find]. A file is
// uploaded first. Buttons appear a moment after Send has returned. API: POST /messages, POST /user_uploads, POST
// /messages/{message_id}/reactions.
func (c *Chat) Send(ctx context.Context, m chatops.Outgoing) (chatops.MessageID, error) {
	const op = "send"
	where, err := parseAddress(m.To)
	if err != nil {
		return "", failure(op, err)
	}
	content, err := c.content(m)
	if err != nil {
		return "", failure(op, err)
	}
	if m.File != nil {
		file, err := c.upload(ctx, m.File)
		if err != nil {
			return "", err
		}
		content = withFile(content, m.File.Name, file)
	}
	sent, err := c.client.SendMessage(ctx, zulip.SendMessageRequest{To: where.recipient(), Content: content})
	if err != nil {
		return "", failure(op, err)
	}
	c.places.put(sent.ID, place{own: true, channel: where.channel, topic: where.topic, user: where.user})
	c.offer(sent.ID, m.Buttons)
	return chatops.MessageID(zulipadapter.IDText(sent.ID)), nil
}

// Edit implements [chatops.Chat]. An organisation that limits the time for editing messages limits the bot too: its
// refusal is a [chatops.ErrUndeliverable]. API: PATCH /messages/{message_id}.
func (c *Chat) Edit(ctx context.Context, id chatops.MessageID, m chatops.Outgoing) error {
	const op = "edit"
	message, err := parseID[zulip.MessageID](string(id), "message")
	if err != nil {
		return failure(op, err)
	}
	content, err := c.content(m)
	if err != nil {
		return failure(op, err)
	}
	if err := c.client.EditMessage(ctx, message, zulip.EditMessageRequest{Content: &content}); err != nil {
		return failure(op, err)
	}
	return nil
}

// errEmpty and errTooLong refuse what cannot be sent. Zulip would cut what is too long without a word.
var (
	errEmpty   = errors.New("it is empty")
	errTooLong = errors.New("it is too long for a message")
)

// content is the Markdown of a message that can be sent.
func (c *Chat) content(m chatops.Outgoing) (string, error) {
	text := c.render(m.Body, m.Alert)
	switch {
	case text == "" && m.File == nil:
		return "", fmt.Errorf("%w: %w", chatops.ErrUndeliverable, errEmpty)
	case utf8.RuneCountInString(text) > zulip.MaxMessageLength:
		return "", fmt.Errorf("%w: %w", chatops.ErrUndeliverable, errTooLong)
	}
	return text, nil
}

// Fits implements [chatops.Chat]: Zulip takes ten thousand characters, markup included, and the link to a file has to
// have room among them.
func (c *Chat) Fits(t chatops.Text) bool {
	return utf8.RuneCountInString(c.render(t, false))+maxFileLink <= zulip.MaxMessageLength
}

// Thread implements [chatops.Chat]: a topic of this title in the same channel. A direct conversation has no topics.
func (c *Chat) Thread(where chatops.Address, _ chatops.MessageID, title string) chatops.Address {
	if where.User != "" {
		return where
	}
	return chatops.Address{Room: where.Room, Thread: zulipadapter.Topic(title)}
}
