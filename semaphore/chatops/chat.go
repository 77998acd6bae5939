package chatops

import (
	"context"
	"errors"
	"io"
	"time"
)

// Chat is what the engine needs of a chat. Adapters implement it: matrixchat for Matrix, zulipchat for Zulip. All
// methods are called from several goroutines at once and respect the context's deadline.
type Chat interface {
	// Send posts m and returns the id that the chat gave it. Errors decide what the engine does next:
	// one that wraps [ErrUndeliverable] is final, the message is dropped;
	// one that wraps [ErrNotSent] is tried again later;
	// after any other error the message may or may not have been posted, so the engine asks Find before it sends again.
	// Send places m.Buttons as reactions below the message as well as it can.
	Send(ctx context.Context, m Outgoing) (MessageID, error)

	// Edit replaces the text of the bot's own message. Its errors are those of Send; repeating an edit is harmless. An
	// edit that is refused for good is dropped, but for the last one of a card or a question, which is sent as a message.
	Edit(ctx context.Context, id MessageID, m Outgoing) error

	// Find looks for m among the bot's own messages in m.To that are newer than after, the newest of them that the
	// engine is sure of ("" means none yet), and reports whether it is there. A chat that takes an idempotency key sends
	// m again with it, which has the same effect.
	Find(ctx context.Context, m Outgoing, after MessageID) (id MessageID, found bool, err error)

	// Fits says whether a text is small enough for one message of the chat, once rendered.
	Fits(t Text) bool

	// Thread returns where to write what belongs to a message without disturbing the room: a thread below it, or a
	// topic of this title. A chat without either returns where.
	Thread(where Address, message MessageID, title string) Address

	// Rooms returns the rooms that the bot is in, by their names.
	Rooms(ctx context.Context) ([]Room, error)

	// Join enters a room and Leave leaves one, by the name or id that a person has written. Errors that wrap
	// [ErrUnsupported] mean that the chat has no such thing.
	Join(ctx context.Context, room string) (Room, error)
	Leave(ctx context.Context, room string) (Room, error)

	// Verify carries out the words after the command verify, which are about the encryption between the bot and who
	// wrote them. In the text, which the engine may change, code that begins with the word verify is a command without its
	// prefix. A chat without encryption returns an error that wraps [ErrUnsupported].
	Verify(ctx context.Context, from UserID, words []string) (Text, error)
}

var (
	// ErrUndeliverable says that the chat will never accept this message: its room is gone, it is too large, or the bot
	// may not write there.
	ErrUndeliverable = errors.New("the chat refuses this message for good")

	// ErrNotSent says that a message was surely not posted and that trying again may help.
	ErrNotSent = errors.New("the message was not posted")

	// ErrUnsupported says that a chat has no such thing.
	ErrUnsupported = errors.New("this chat has no such thing")
)

// Room is a room of Matrix or a channel of Zulip.
type Room struct {
	ID   RoomID
	Name string // As the chat shows it; may be empty.
	// CanSend says whether the bot may write there.
	CanSend bool
	// Direct says that nobody but one person and the bot is in it, as [Incoming].Direct does.
	Direct bool
}

// Incoming is one thing that a person did in the chat: a message in a room with the bot, or a reaction.
type Incoming struct {
	ID EventID // Required.

	From     UserID // Required.
	FromName string // As the chat shows it; data that the person chose.
	FromBot  bool   // From is a bot; such events are ignored.

	// Room is where it happened; "" means a direct message on a chat that has them beside rooms.
	Room     RoomID
	RoomName string
	Thread   string // The thread or topic; "" outside of any.
	Direct   bool   // Nobody but the person and the bot reads it.

	Message MessageID // The message written, or the one reacted to. Required.
	ReplyTo MessageID // The message that this one answers; "" when the chat does not say.
	Edit    bool      // Text is the new text of Message. Edits are never carried out.
	// Reaction is the emoji put on Message; then there is no Text.
	Reaction string
	// Text is what was written, without the mention of the bot.
	Text      string
	Mentioned bool // The message begins with a mention of the bot, as "@deploybot run 2 6".

	At time.Time // When the chat received it. Required.
	// Old says that it is too old to be carried out, as after a long absence of the bot.
	Old bool
	// Encrypted says that nobody but the people in the room could read or write it, and Verified that it came from a
	// device that the bot has verified. InEncrypted says that the room is encrypted. All false on Zulip.
	Encrypted, Verified, InEncrypted bool
}

// reply is where an answer goes.
func (in Incoming) reply() Address {
	to := Address{Room: in.Room, Thread: in.Thread}
	if in.Reaction == "" {
		to.ReplyTo = in.Message
	}
	if in.Room == "" {
		to.User = in.From
	}
	return to
}

// Outgoing is a message that the engine wants posted, or edited.
type Outgoing struct {
	// Key is stable for one message, also across restarts. A chat that takes an idempotency key (Matrix: the transaction
	// id) uses it. It is printable ASCII of at most 200 bytes.
	Key  string  `json:"key"`
	To   Address `json:"to"`
	Body Text    `json:"body,omitempty"`
	// Alert makes it a message of which the people mentioned in it are told; else it is as quiet as the chat can be.
	Alert bool `json:"alert,omitempty"`
	// Buttons are reactions to be offered, such as 👍 and 👎.
	Buttons []string `json:"buttons,omitempty"`
	// File is sent with Body as its caption.
	File *File `json:"-"`
}

// File is a file to be sent. Open returns its content anew for each attempt; the reader is closed.
type File struct {
	Name string
	Size int64 // In bytes.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// Address is where an [Outgoing] goes: to one person when User is set, else to a room.
type Address struct {
	User    UserID    `json:"user,omitempty"`
	Room    RoomID    `json:"room,omitempty"`
	Thread  string    `json:"thread,omitempty"`   // The thread or topic; "" outside of any.
	ReplyTo MessageID `json:"reply_to,omitempty"` // The message that is answered; "" for none.
}

// conversation names what the engine keeps in order: all messages to a person, or all messages to a room.
func (a Address) conversation() string {
	if a.User != "" {
		return joinKey("user", string(a.User))
	}
	return joinKey("room", string(a.Room))
}
