package zulip

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Poll is a question with options that people vote for, more than one if they like. [Message.Poll] makes one.
type Poll struct {
	MessageID MessageID
	// Author sent the poll.
	Author   UserID
	Question string
	Options  []PollOption

	last int64 // the newest submessage in it
}

// PollOption is an answer to choose.
type PollOption struct {
	// Key names the option for a vote.
	Key  string
	Text string
	// Voters are those who chose it, in the order of their votes.
	Voters []UserID
}

// Poll reads a poll with all votes that the message has; false when the message is none.
func (m Message) Poll() (Poll, bool) {
	var extra struct {
		Question string   `json:"question"`
		Options  []string `json:"options"`
	}
	entries, ok := m.widget("poll", &extra)
	if !ok {
		return Poll{}, false
	}
	p := Poll{MessageID: m.ID, Author: m.SenderID, Question: extra.Question}
	for i, text := range extra.Options {
		p.add(fmt.Sprintf("canned,%d", i), text)
	}
	for _, entry := range entries {
		p.Apply(entry)
	}
	return p, true
}

// Apply takes a vote, an option or a question from an event into the poll and reports whether it changed.
// Entries of other messages, entries that are in the poll already and ones that Zulip would not show do nothing.
func (p *Poll) Apply(s Submessage) bool {
	entry, ok := s.Entry()
	if !ok || s.MessageID != p.MessageID || s.ID <= p.last {
		return false
	}
	p.last = s.ID
	switch entry.Type {
	case PollVoted:
		return p.vote(entry.Key, s.SenderID, entry.Vote > 0)
	case PollOptioned:
		return p.add(fmt.Sprintf("%d,%d", s.SenderID, entry.Index), entry.Text)
	case PollRenamed:
		changed := s.SenderID == p.Author && entry.Text != p.Question // nobody else may
		if changed {
			p.Question = entry.Text
		}
		return changed
	}
	return false
}

func (p *Poll) add(key, text string) bool {
	if slices.ContainsFunc(p.Options, func(o PollOption) bool { return o.Text == text || o.Key == key }) {
		return false
	}
	p.Options = append(p.Options, PollOption{Key: key, Text: text})
	return true
}

func (p *Poll) vote(key string, user UserID, up bool) bool {
	at := slices.IndexFunc(p.Options, func(o PollOption) bool { return o.Key == key })
	if at < 0 || slices.Contains(p.Options[at].Voters, user) == up {
		return false
	}
	option := &p.Options[at]
	if up {
		option.Voters = append(option.Voters, user)
	} else {
		option.Voters = slices.DeleteFunc(option.Voters, func(id UserID) bool { return id == user })
	}
	return true
}

// SendPollRequest is a poll to send.
type SendPollRequest struct {
	To Recipient
	// Question and Options are one line each and not empty; line ends in them become blanks. People can add options.
	Question string
	Options  []string
}

// SendPoll sends a poll. Clients that cannot show one show its text. API: POST /messages.
func (c *Client) SendPoll(ctx context.Context, req SendPollRequest) (SentMessage, error) {
	return c.sendCommand(ctx, "send poll", req.To, "/poll", req.Question, req.Options)
}

// sendCommand sends a command that the server makes a widget of: a headline and a list.
func (c *Client) sendCommand(ctx context.Context, op string, to Recipient, command, headline string, items []string) (SentMessage, error) {
	if strings.TrimSpace(headline) == "" {
		return SentMessage{}, fmt.Errorf("zulip: %s: it has no headline", op)
	}
	var text strings.Builder
	text.WriteString(command + " " + blanks(headline))
	for i, item := range items {
		if strings.TrimSpace(item) == "" {
			return SentMessage{}, fmt.Errorf("zulip: %s: line %d is empty", op, i+1)
		}
		text.WriteString("\n- " + blanks(item))
	}
	return c.SendMessage(ctx, SendMessageRequest{To: to, Content: text.String()})
}

// blanks makes one line of a text.
func blanks(text string) string { return strings.Join(strings.Fields(text), " ") }

// VotePoll votes for an option. It is voted for already: no error. API: POST /submessage.
func (c *Client) VotePoll(ctx context.Context, id MessageID, key string) error {
	return c.votePoll(ctx, "vote in poll", id, key, 1)
}

// UnvotePoll takes a vote back. There is none: no error. API: POST /submessage.
func (c *Client) UnvotePoll(ctx context.Context, id MessageID, key string) error {
	return c.votePoll(ctx, "take back vote in poll", id, key, -1)
}

func (c *Client) votePoll(ctx context.Context, op string, id MessageID, key string, vote int) error {
	return c.submessage(ctx, op, id, map[string]any{"type": PollVoted, "key": key, "vote": vote}, true)
}

// AddPollOption adds an option to a poll. API: POST /submessage.
func (c *Client) AddPollOption(ctx context.Context, poll Poll, text string) error {
	const op = "add poll option"
	next := 0
	for _, option := range poll.Options {
		_, index, _ := strings.Cut(option.Key, ",")
		next = max(next, indexOf(index)+1)
	}
	if text = blanks(text); text == "" {
		return errors.New("zulip: " + op + ": the option is empty")
	}
	if !validIndex(next) {
		return fmt.Errorf("zulip: %s: the poll has no room for more", op)
	}
	return c.submessage(ctx, op, poll.MessageID, map[string]any{"type": PollOptioned, "idx": next, "option": text}, true)
}
