package matrixbot

import (
	"context"
	"strconv"
	"time"

	"maunium.net/go/mautrix/id"
)

// Reply answers with Markdown, in the thread if the message is in one, and returns the id of its event. Data gets into
// Markdown through [Escape], [Code], [CodeBlock] and [Link], so that it stays data.
//
// Answers are notices, as Matrix advises for bots: no bot takes the answer of another for a command. They mention
// nobody, since whoever asked is there; see [Request.Alert] for what comes later. A text that does not fit one event
// becomes several, and one that would be more than four a file; the id is that of the first.
//
// It blocks until the homeserver has the answer, which may be long when it is away, or until ctx ends; the answer is
// sent all the same then. API: PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}.
func (r *Request) Reply(ctx context.Context, markdown string) (id.EventID, error) {
	return r.say(ctx, r.message(Message{Markdown: markdown}))
}

// ReplyText is [Request.Reply] with a text without any markup.
func (r *Request) ReplyText(ctx context.Context, text string) (id.EventID, error) {
	return r.say(ctx, r.message(Message{Text: text}))
}

// ReplyThread is [Request.Reply] in a thread: the one of the message, or a new one below it.
func (r *Request) ReplyThread(ctx context.Context, markdown string) (id.EventID, error) {
	m := r.message(Message{Markdown: markdown})
	if m.Thread == "" {
		m.Thread, m.ReplyTo = m.ReplyTo, ""
	}
	return r.say(ctx, m)
}

// Alert is [Request.Reply] as an ordinary message that mentions the sender, for news that come when nobody waits for
// them any more: the sender's clients tell of it. Other bots take it for the message of a person.
func (r *Request) Alert(ctx context.Context, markdown string) (id.EventID, error) {
	m := r.message(Message{Markdown: markdown, Alert: true})
	if r.Sender != "" {
		m.Mentions = []id.UserID{r.Sender}
	}
	return r.say(ctx, m)
}

// ReplyFile answers with a file, encrypted where the room is. A file that is larger than the homeserver takes is
// refused before it is read, with [ErrTooLarge]. API: POST /_matrix/media/v3/upload.
func (r *Request) ReplyFile(ctx context.Context, f File) (id.EventID, error) {
	return r.say(ctx, r.message(Message{File: &f}))
}

// Edit replaces the text of a message that the bot has sent, by Markdown that must fit one event, see [ErrTooLarge].
// It returns the id of the edit; the message keeps its own, by which it is edited again. Nobody is told.
func (r *Request) Edit(ctx context.Context, message id.EventID, markdown string) (id.EventID, error) {
	return r.say(ctx, Message{Room: r.Room, Key: r.key(), Markdown: markdown, Edit: message})
}

// React puts a reaction on the message. Reactions are never encrypted.
func (r *Request) React(ctx context.Context, emoji string) (id.EventID, error) {
	s, err := r.bot()
	if err != nil {
		return "", err
	}
	return s.send(ctx, reaction(r.Room, r.key(), r.target(), emoji))
}

// Redact removes the content of an event: one of the bot, or with the power for it that of somebody else. The reason
// may be empty; it is not encrypted. API: PUT /_matrix/client/v3/rooms/{roomId}/redact/{eventId}/{txnId}.
func (r *Request) Redact(ctx context.Context, event id.EventID, reason string) (id.EventID, error) {
	s, err := r.bot()
	if err != nil {
		return "", err
	}
	return s.send(ctx, redaction(r.Room, r.key(), event, reason))
}

// Typing shows for so long, or until the bot says something, that it types; 0 ends it.
// API: PUT /_matrix/client/v3/rooms/{roomId}/typing/{userId}.
func (r *Request) Typing(ctx context.Context, d time.Duration) error {
	s, err := r.bot()
	if err != nil {
		return err
	}
	return s.typing(ctx, r.Room, d)
}

// MarkRead tells the room that the bot has read the message.
// API: POST /_matrix/client/v3/rooms/{roomId}/receipt/m.read/{eventId}.
func (r *Request) MarkRead(ctx context.Context) error {
	s, err := r.bot()
	if err != nil {
		return err
	}
	return s.markRead(ctx, r.Room, r.Event)
}

// target is what answers refer to: the message, or for a reaction what it is put on.
func (r *Request) target() id.EventID {
	if r.Reaction != nil {
		return r.Reaction.To
	}
	return r.Event
}

// say sends a message.
func (r *Request) say(ctx context.Context, m Message) (id.EventID, error) {
	s, err := r.bot()
	if err != nil {
		return "", err
	}
	return say(ctx, s, m)
}

// message makes an answer to the request out of a message.
func (r *Request) message(m Message) Message {
	m.Room, m.Key, m.Thread, m.ReplyTo = r.Room, r.key(), r.Thread, r.target()
	return m
}

// key names the next thing that is sent. A handler that runs again comes to the same keys in the same order.
func (r *Request) key() string {
	key := string(r.Event) + "/" + strconv.Itoa(r.sent)
	r.sent++
	return key
}
