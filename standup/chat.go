package standup

import (
	"context"
	"errors"
	"time"
)

// Chat is what the engine needs of a chat. Adapters implement it: zulipchat for
// Zulip. All methods are called from several goroutines at once and respect
// the context's deadline.
type Chat interface {
	// Send posts m and returns the id that the chat gave it. Errors decide
	// what the engine does next:
	// one that wraps [ErrUndeliverable] is final, the message is dropped;
	// one that wraps [ErrNotSent] is tried again later;
	// after any other error the message may or may not have been posted, so the
	// engine asks Find before it sends again.
	Send(ctx context.Context, m Outgoing) (MessageID, error)

	// Edit replaces the text of the bot's own message. Its errors are those of
	// Send; repeating an edit is harmless.
	Edit(ctx context.Context, id MessageID, m Outgoing) error

	// Find looks for m among the bot's own messages in m.To that are newer
	// than after, the newest of them that the engine is sure of ("" means none
	// yet), and reports whether it is there.
	Find(ctx context.Context, m Outgoing, after MessageID) (id MessageID, found bool, err error)

	// Order compares when two messages of one conversation were posted: it is
	// negative if a is older, positive if it is newer, and 0 if their ids do
	// not tell.
	Order(a, b MessageID) int

	// Members returns the people who read a channel, without bots and without
	// deactivated accounts.
	Members(ctx context.Context, channel ChannelID) ([]Member, error)
}

// ErrUndeliverable says that the chat will never accept this message: its
// recipient is gone or the bot may not write there.
var ErrUndeliverable = errors.New("the chat refuses this message for good")

// ErrNotSent says that a message was surely not posted and that trying again
// may help.
var ErrNotSent = errors.New("the message was not posted")

// Member is a person who reads a channel.
type Member struct {
	ID   UserID `json:"id"`
	Name string `json:"name"`
	Zone string `json:"zone,omitempty"` // IANA name from the chat's profile; "" when unknown.
}

// Incoming is one thing that a person did in the chat: a message to the bot, or
// an edit of one.
type Incoming struct {
	ID EventID // Required.

	From      UserID // Required.
	FromName  string // As the chat shows it.
	FromBot   bool   // From is a bot; such events are ignored.
	FromAdmin bool   // From administers the chat or this channel, and so may configure its standup.

	// Channel is where the bot was addressed; "" means a direct message.
	Channel     ChannelID
	ChannelName string
	Topic       string // Where in the channel to answer; "" where the chat has no topics.

	Message MessageID // The message said or edited. Required.
	ReplyTo MessageID // The bot's message that this one answers or quotes; "" when the chat does not say.
	Edit    bool      // Text is the new text of Message.
	Text    string    // Without the mention of the bot. "" when there was none, as with a lone image.
	At      time.Time // When the chat received it. Required.
}

// Outgoing is a message that the engine wants posted, or edited.
type Outgoing struct {
	// Key is stable for one message, also across restarts. A chat that takes
	// an idempotency key (Matrix: the transaction id) uses it.
	Key  string  `json:"key"`
	To   Address `json:"to"`
	Body Text    `json:"body"`
}

// Address is where an [Outgoing] goes: to one person when User is set, else to
// a channel.
type Address struct {
	User    UserID    `json:"user,omitempty"`
	Channel ChannelID `json:"channel,omitempty"`
	Topic   string    `json:"topic,omitempty"`
}

// conversation names what the engine keeps in order: all direct messages with
// a person, or all messages to a channel.
func (a Address) conversation() string {
	if a.User != "" {
		return joinKey("user", string(a.User))
	}
	return joinKey("channel", string(a.Channel))
}
