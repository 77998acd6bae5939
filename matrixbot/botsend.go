package matrixbot

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Send says something without being asked: news of a job, a reminder. What is said of splitting and waiting at
// [Request.Reply] holds here too. It waits until [Bot.Run] runs, and fails with [ErrStopped] when that has ended.
// Methods of a Bot that send may be called from several goroutines; of what goes to one room at the same time any may
// be the first.
func (b *Bot) Send(ctx context.Context, m Message) (id.EventID, error) {
	key, err := ownKey(m.Key)
	if err != nil {
		return "", err
	}
	m.Key = key
	if err := b.outbox.open(ctx); err != nil {
		return "", err
	}
	return say(ctx, b, m)
}

// React puts a reaction on an event. The key is what [Message].Key is.
func (b *Bot) React(ctx context.Context, room id.RoomID, key string, to id.EventID, emoji string) (id.EventID, error) {
	key, err := ownKey(key)
	if err != nil {
		return "", err
	}
	return b.send(ctx, reaction(room, key, to, emoji))
}

// Redact removes the content of an event, see [Request.Redact]. The key is what [Message].Key is.
func (b *Bot) Redact(ctx context.Context, room id.RoomID, key string, of id.EventID, reason string) (id.EventID, error) {
	key, err := ownKey(key)
	if err != nil {
		return "", err
	}
	return b.send(ctx, redaction(room, key, of, reason))
}

// Typing shows for so long that the bot types, see [Request.Typing].
func (b *Bot) Typing(ctx context.Context, room id.RoomID, d time.Duration) error {
	if err := b.outbox.open(ctx); err != nil {
		return err
	}
	return b.typing(ctx, room, d)
}

// ownKey keeps the keys of callers apart from those of requests, which begin with an event id.
func ownKey(key string) (string, error) {
	if key == "" || len(key) > maxKey-len("own/") {
		return "", fmt.Errorf("matrixbot: send: %w: the key must have 1 to %d bytes", ErrMessage, maxKey-len("own/"))
	}
	return "own/" + key, nil
}

// delivered implements sender.
func (b *Bot) delivered(key string) (bool, error) {
	l, err := b.outbox.find(key)
	return l != nil, err
}

// typing implements sender.
func (b *Bot) typing(ctx context.Context, room id.RoomID, d time.Duration) error {
	if _, err := b.client.UserTyping(ctx, room, d > 0, d); err != nil {
		return fmt.Errorf("matrixbot: typing in %s: %w", room, err)
	}
	return nil
}

// markRead implements sender.
func (b *Bot) markRead(ctx context.Context, room id.RoomID, read id.EventID) error {
	if err := b.client.SendReceipt(ctx, room, read, event.ReceiptTypeRead, struct{}{}); err != nil {
		return fmt.Errorf("matrixbot: mark %s as read: %w", read, err)
	}
	return nil
}
