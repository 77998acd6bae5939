package zuliptest

import (
	"slices"
	"time"
)

// A Message is a copy of a message as it is at one moment.
type Message struct {
	ID         int // given by the server, from 1001 on, ascending over the whole organization
	SenderID   int
	SenderName string
	ChannelID  int    // zero for a direct message
	Channel    string // empty for a direct message
	Topic      string // empty for a direct message
	To         []int  // for a direct message: the ids of everybody in the conversation, the sender too, ascending
	Content    string // Markdown, as it was sent
	Time       time.Time
	EditedAt   time.Time // when the content was last changed; zero if never
	Reactions  []Reaction
	// Submessages are the entries of a widget; nil when there is none.
	Submessages []Submessage
}

// IsDirect reports whether it is a direct message, to one or several people.
func (m Message) IsDirect() bool { return m.ChannelID == 0 }

// A Reaction is one emoji of one user on a message.
type Reaction struct {
	UserID    int
	EmojiName string // such as "thumbs_up"
	EmojiCode string // such as "1f44d"
	Type      string // "unicode_emoji", "realm_emoji" or "zulip_extra_emoji"
}

type messageState struct {
	id        int
	sender    *userState
	channel   *channelState // nil for a direct message
	to        []int         // participants of a direct message, ascending
	topic     string
	content   string
	client    string
	at        time.Time
	edited    time.Time
	moved     time.Time
	history   []edit // newest first
	reactions []Reaction

	submessages []Submessage
	rows        map[int]map[string]bool // flags of each user who got the message
	deleted     bool
}

// edit is one change of a message; pointers are nil for what did not change.
type edit struct {
	by                    int
	at                    time.Time
	prevContent           *string
	prevTopic, topic      *string
	prevStream, newStream *int
}

func (m *messageState) snapshot() Message {
	c := Message{
		ID: m.id, SenderID: m.sender.ID, SenderName: m.sender.FullName, Topic: m.topic, To: slices.Clone(m.to),
		Content: m.content, Time: m.at, EditedAt: m.edited, Reactions: slices.Clone(m.reactions),
		Submessages: slices.Clone(m.submessages),
	}
	if m.channel != nil {
		c.ChannelID, c.Channel = m.channel.ID, m.channel.Name
	}
	return c
}
