package standup

// The ids of a chat are opaque strings: an adapter writes what its chat uses
// and is the only one that reads it.
type (
	// UserID names a person in the chat. The zero value names nobody.
	UserID string

	// ChannelID names a channel (Zulip) or room (Matrix). The zero value names
	// none.
	ChannelID string

	// MessageID names one message in the chat. The zero value names none.
	MessageID string

	// EventID names one thing that happened in the chat, such as a message or
	// one edit of it. An adapter gives the same event the same id each time
	// that it hands it over, so that a repetition does nothing.
	EventID string

	// TeamID names a [Team]. Today a channel has at most one team, and the
	// team's id is its channel's.
	TeamID string
)
