package chatops

// The names that a chat gives to things. They are opaque here, and compared character by character.
type (
	// EventID names one event of the chat for ever, so that one that comes twice is handled once.
	EventID string
	// MessageID names a message: an event id of Matrix, a message id of Zulip.
	MessageID string
	// UserID names an account, by what nobody can choose or change: @ada:example.org on Matrix, 12 on Zulip.
	UserID string
	// RoomID names a room of Matrix or a channel of Zulip.
	RoomID string
)
