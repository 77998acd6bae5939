package zulip

import (
	"encoding/json"
	"errors"
	"strings"
)

// Recipient says where a message goes: to people or to a topic of a channel.
// Make one with [Direct], [DirectByEmail], [InChannel] or [InChannelNamed]; the zero value is refused.
type Recipient struct {
	kind  string // "direct" or "stream", words that every supported server understands
	to    any
	topic string
}

// Direct addresses the users, as one conversation. The caller need not name itself.
func Direct(ids ...UserID) Recipient { return Recipient{kind: "direct", to: ids} }

// DirectByEmail is [Direct] for users named by their Zulip e-mail.
func DirectByEmail(emails ...string) Recipient { return Recipient{kind: "direct", to: emails} }

// InChannel addresses a topic of a channel.
func InChannel(id ChannelID, topic string) Recipient {
	return Recipient{kind: "stream", to: id, topic: topic}
}

// InChannelNamed is [InChannel] for a channel known by name.
func InChannelNamed(name, topic string) Recipient {
	return Recipient{kind: "stream", to: name, topic: topic}
}

// check finds what the server could only refuse or, worse, change silently.
func (r Recipient) check(l limits) error {
	switch to := r.to.(type) {
	case []UserID:
		if len(to) == 0 {
			return errors.New("a direct message needs at least one user")
		}
	case []string:
		if len(to) == 0 {
			return errors.New("a direct message needs at least one e-mail")
		}
	case ChannelID:
		return l.checkTopic(r.topic)
	case string:
		if strings.TrimSpace(to) == "" {
			return errors.New("the channel has no name")
		}
		return l.checkTopic(r.topic)
	default:
		return errors.New("the message has no recipient; use Direct or InChannel")
	}
	return nil
}

// params sets type, to and topic. A channel's name is JSON too: one that is called 123 would be taken for an id.
func (r Recipient) params(p *params) error {
	raw, err := json.Marshal(r.to)
	if err != nil {
		return err
	}
	p.text("type", r.kind)
	p.text("to", string(raw))
	if r.kind == "stream" {
		p.text("topic", r.topic)
	}
	return nil
}
