package zulip

import (
	"encoding/json"
	"time"
)

// Message is a message as the server shows it to the caller.
// Content is Markdown unless HTML was asked for; ContentType says which.
type Message struct {
	ID             MessageID `json:"id"`
	SenderID       UserID    `json:"sender_id"`
	SenderFullName string    `json:"sender_full_name"`
	SenderEmail    string    `json:"sender_email"`
	// AvatarURL is nil for a picture that Gravatar has under the e-mail.
	AvatarURL *string `json:"avatar_url"`
	// Type is "stream" in a channel and "private" for a direct message.
	// Use [Message.IsDirect] rather than the word.
	Type string `json:"type"`
	// ChannelID is 0 for a direct message.
	ChannelID ChannelID `json:"stream_id"`
	// Topic is empty for a direct message.
	Topic string `json:"subject"`
	// Recipient names the channel or the people of the conversation, the caller included.
	Recipient   DisplayRecipient `json:"display_recipient"`
	Content     string           `json:"content"`
	ContentType string           `json:"content_type"`
	// RenderedContent is HTML; only outgoing webhooks get it.
	RenderedContent string `json:"rendered_content"`
	// MatchContent and MatchTopic are HTML with the found words marked; only a search with [NarrowSearch] has them.
	MatchContent string `json:"match_content"`
	MatchTopic   string `json:"match_subject"`
	// Timestamp is Unix seconds; [Message.Time] makes a time of it.
	Timestamp    int64 `json:"timestamp"`
	LastEditedAt int64 `json:"last_edit_timestamp"`
	LastMovedAt  int64 `json:"last_moved_timestamp"`
	// EditHistory has what each edit or move replaced, newest first. Nil: there was none, or the organisation hides it.
	EditHistory []MessageVersion `json:"edit_history"`
	IsMeMessage bool             `json:"is_me_message"`
	Client      string           `json:"client"`
	Reactions   []Reaction       `json:"reactions"`
	Submessages []Submessage     `json:"submessages"`
	// TopicLinks are where linkifiers make parts of the topic point to.
	TopicLinks []TopicLink `json:"topic_links"`
	// Flags are the caller's marks, as "read", "mentioned", "starred".
	Flags []string `json:"flags"`
}

// TopicLink is a part of a topic that is a link.
type TopicLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// IsDirect tells a direct message from one in a channel.
func (m Message) IsDirect() bool {
	return m.ChannelID == 0 && m.Type != "stream" && m.Type != "channel"
}

// Time is when the message was sent.
func (m Message) Time() time.Time { return time.Unix(m.Timestamp, 0) }

// ReplyTo is the conversation of the message: its topic, or its people without self.
// A note to oneself goes back to oneself.
func (m Message) ReplyTo(self UserID) Recipient {
	if !m.IsDirect() {
		return InChannel(m.ChannelID, m.Topic)
	}
	ids := make([]UserID, 0, len(m.Recipient.Users))
	for _, user := range m.Recipient.Users {
		if user.ID != self {
			ids = append(ids, user.ID)
		}
	}
	if len(ids) == 0 {
		ids = append(ids, m.SenderID)
	}
	return Direct(ids...)
}

// DisplayRecipient is the name of a channel, or the people of a direct conversation.
type DisplayRecipient struct {
	// Channel is the channel's name; empty for a direct message.
	Channel string
	// Users are the people of a direct message, sender included; nil for a channel.
	Users []RecipientUser
}

// RecipientUser is one of the people of a direct conversation.
type RecipientUser struct {
	ID       UserID `json:"id"`
	Email    string `json:"email"`
	FullName string `json:"full_name"`
}

// UnmarshalJSON reads either form that the API has: a string or a list of users.
func (d *DisplayRecipient) UnmarshalJSON(data []byte) error {
	*d = DisplayRecipient{}
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, &d.Users)
	}
	if name, ok := plainString(data); ok {
		d.Channel = name
		return nil
	}
	return json.Unmarshal(data, &d.Channel)
}

// MarshalJSON writes the form that the API uses.
func (d DisplayRecipient) MarshalJSON() ([]byte, error) {
	if d.Users != nil {
		return json.Marshal(d.Users)
	}
	return json.Marshal(d.Channel)
}

// plainString takes the short way for a JSON string without escapes, the common case of a busy event loop.
func plainString(data []byte) (string, bool) {
	if len(data) < 2 || data[0] != '"' {
		return "", false
	}
	inner := data[1 : len(data)-1]
	for _, b := range inner {
		if b == '\\' || b >= 0x80 {
			return "", false
		}
	}
	return string(inner), true
}

// Submessage is an entry of a widget such as a poll: its definition or one vote.
type Submessage struct {
	ID        int64     `json:"id"`
	MessageID MessageID `json:"message_id"`
	SenderID  UserID    `json:"sender_id"`
	Type      string    `json:"msg_type"`
	// Content is JSON inside a string; its form depends on the widget.
	Content string `json:"content"`
}
