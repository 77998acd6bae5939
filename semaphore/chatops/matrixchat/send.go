package matrixchat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// Send implements [chatops.Chat]. m.Key becomes the transaction id, so that sending the same message again leads to the
// one that is there. A message to a person goes to a room with nobody else, which is made if there is none. Buttons
// appear a moment after Send has returned. API: PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}.
func (c *Chat) Send(ctx context.Context, m chatops.Outgoing) (chatops.MessageID, error) {
	const op = "send"
	room, err := c.room(ctx, m.To)
	if err != nil {
		return "", unsent(op, err)
	}
	message, err := c.message(ctx, room, m)
	if err != nil {
		return "", failure(op, err)
	}
	sent, err := c.bot.Send(ctx, message)
	if err != nil {
		return "", failure(op, err)
	}
	c.offer(offer{room, sent, m.Key, m.Buttons})
	return chatops.MessageID(sent), nil
}

// Edit implements [chatops.Chat]. A text that does not fit one event is refused for good.
// API: PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}.
func (c *Chat) Edit(ctx context.Context, edited chatops.MessageID, m chatops.Outgoing) error {
	const op = "edit"
	room, err := c.room(ctx, m.To)
	if err != nil {
		return unsent(op, err)
	}
	m.File, m.To.Thread, m.To.ReplyTo = nil, "", ""
	message, err := c.message(ctx, room, m)
	if err != nil {
		return failure(op, err)
	}
	if message.Edit = id.EventID(edited); !strings.HasPrefix(string(edited), "$") {
		return failure(op, fmt.Errorf("%w: %.60q is not the id of a message on Matrix", chatops.ErrUndeliverable, edited))
	}
	if _, err := c.bot.Send(ctx, message); err != nil {
		return failure(op, err)
	}
	return nil
}

// Find implements [chatops.Chat]: it sends m again, which is the same message where it was sent before. The key is known
// to the bot for a week.
func (c *Chat) Find(ctx context.Context, m chatops.Outgoing, _ chatops.MessageID) (chatops.MessageID, bool, error) {
	sent, err := c.Send(ctx, m)
	switch {
	case err == nil:
		return sent, true, nil
	case errors.Is(err, chatops.ErrUndeliverable), errors.Is(err, chatops.ErrNotSent):
		return "", false, nil // It is surely not there, and Send will say why.
	}
	return "", false, err
}

// room is where a message goes.
func (c *Chat) room(ctx context.Context, to chatops.Address) (id.RoomID, error) {
	if to.User == "" || to.Room != "" {
		if !strings.HasPrefix(string(to.Room), "!") {
			return "", fmt.Errorf("%w: %.60q is not the id of a room on Matrix", chatops.ErrUndeliverable, to.Room)
		}
		return id.RoomID(to.Room), nil
	}
	c.direct.Lock()
	defer c.direct.Unlock()
	return c.bot.DirectRoom(ctx, id.UserID(to.User))
}

// message is the bot's form of a message.
func (c *Chat) message(ctx context.Context, room id.RoomID, m chatops.Outgoing) (matrixbot.Message, error) {
	message := matrixbot.Message{
		Room: room, Key: m.Key, Alert: m.Alert, Thread: id.EventID(m.To.Thread), ReplyTo: id.EventID(m.To.ReplyTo),
	}
	if m.Alert {
		message.Mentions = mentioned(m.Body)
	}
	if m.File != nil {
		message.File = &matrixbot.File{
			Name: m.File.Name, Size: m.File.Size, Caption: strings.TrimSpace(m.Body.String()),
			Open: func() (io.ReadCloser, error) { return m.File.Open(ctx) },
		}
		return message, nil
	}
	if message.Markdown = c.render(m.Body); message.Markdown == "" {
		return message, fmt.Errorf("%w: it is empty", chatops.ErrUndeliverable)
	}
	return message, nil
}

// mentioned are the people whom a text mentions.
func mentioned(t chatops.Text) []id.UserID {
	var users []id.UserID
	for _, block := range t {
		for _, s := range block.Spans {
			if user := id.UserID(s.User); s.Style == chatops.Mention && isUser(user) && !slices.Contains(users, user) {
				users = append(users, user)
			}
		}
	}
	return users
}

// longestID is an id as long as any.
const longestID = "$" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// Fits implements [chatops.Chat]: a message has to fit one event of Matrix, also once it is encrypted and when it takes
// the place of another.
func (c *Chat) Fits(t chatops.Text) bool {
	return matrixbot.Message{Markdown: c.render(t), Edit: longestID, Mentions: mentioned(t)}.Fits()
}

// Thread implements [chatops.Chat]: a thread below the message, or the one in which that is.
func (c *Chat) Thread(where chatops.Address, message chatops.MessageID, _ string) chatops.Address {
	where.ReplyTo = ""
	if where.Thread == "" {
		where.Thread = string(message)
	}
	return where
}
