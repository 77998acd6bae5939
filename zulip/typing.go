package zulip

import (
	"context"
	"fmt"
	"net/http"
)

// typingOp says whether somebody begins or stops.
type typingOp string

const (
	typingStart typingOp = "start"
	typingStop  typingOp = "stop"
)

// StartTyping shows to the people of a conversation that the caller writes something. It shows for 15 seconds:
// call it again every 10 for as long as it takes. The recipient must be made from ids. API: POST /typing.
func (c *Client) StartTyping(ctx context.Context, to Recipient) error {
	return c.typing(ctx, "start typing", to, typingStart)
}

// StopTyping ends what [Client.StartTyping] began. Sending the message does so too. API: POST /typing.
func (c *Client) StopTyping(ctx context.Context, to Recipient) error {
	return c.typing(ctx, "stop typing", to, typingStop)
}

func (c *Client) typing(ctx context.Context, op string, to Recipient, what typingOp) error {
	if err := to.checkIDs(c.limits()); err != nil {
		return fmt.Errorf("zulip: %s: %w", op, err)
	}
	p := params{}
	p.text("type", to.kind)
	p.text("op", string(what))
	switch id := to.to.(type) {
	case ChannelID:
		// Before Zulip 8 (feature level 215) the channel was a list of one id in the parameter to, which later
		// servers do not look at for a channel.
		p.json("to", []ChannelID{id})
		p.json("stream_id", id)
		p.text("topic", to.topic)
	default:
		p.json("to", to.to)
	}
	return c.call(ctx, call{
		op: op, method: http.MethodPost, path: path("typing"), params: p, safe: true, newer: []string{"stream_id", "to"},
	}, &envelope{})
}

// StartEditTyping shows that the caller edits a message, as [Client.StartTyping] does for a new one.
// Zulip 10 (feature level 361). API: POST /messages/{message_id}/typing.
func (c *Client) StartEditTyping(ctx context.Context, id MessageID) error {
	return c.editTyping(ctx, "start typing in an edit", id, typingStart)
}

// StopEditTyping ends what [Client.StartEditTyping] began.
// Zulip 10 (feature level 361). API: POST /messages/{message_id}/typing.
func (c *Client) StopEditTyping(ctx context.Context, id MessageID) error {
	return c.editTyping(ctx, "stop typing in an edit", id, typingStop)
}

func (c *Client) editTyping(ctx context.Context, op string, id MessageID, what typingOp) error {
	if err := c.requires(ctx, op, 361); err != nil {
		return err
	}
	p := params{}
	p.text("op", string(what))
	return c.call(ctx, call{op: op, method: http.MethodPost, path: path("messages", id, "typing"), params: p, safe: true}, &envelope{})
}
