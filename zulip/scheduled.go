package zulip

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// ScheduledMessageID is the number of a message that is to be sent later; the message gets another one then.
type ScheduledMessageID int64

// ScheduledMessage is a message of the caller that the server will send later.
type ScheduledMessage struct {
	ID ScheduledMessageID `json:"scheduled_message_id"`
	// Type is "stream" for a channel and "private" for a direct message.
	Type string      `json:"type"`
	To   ScheduledTo `json:"to"`
	// Topic is empty for a direct message.
	Topic string `json:"topic"`
	// Content is Markdown.
	Content         string `json:"content"`
	RenderedContent string `json:"rendered_content"`
	// DeliveryTimestamp is Unix seconds; [ScheduledMessage.Time] makes a time of it.
	DeliveryTimestamp int64 `json:"scheduled_delivery_timestamp"`
	// Failed means that the server tried and could not; it will not try again by itself.
	Failed bool `json:"failed"`
}

// Time is when the message is due.
func (m ScheduledMessage) Time() time.Time { return time.Unix(m.DeliveryTimestamp, 0) }

// Recipient is where the message goes.
func (m ScheduledMessage) Recipient() Recipient {
	if m.To.Users == nil {
		return InChannel(m.To.Channel, m.Topic)
	}
	return Direct(m.To.Users...)
}

// ScheduledTo is a channel or the people of a direct conversation.
type ScheduledTo struct {
	Channel ChannelID
	// Users is nil for a channel.
	Users []UserID
}

// UnmarshalJSON reads either form that the API has: a number or a list of numbers.
func (t *ScheduledTo) UnmarshalJSON(data []byte) error {
	*t = ScheduledTo{}
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, &t.Users)
	}
	return json.Unmarshal(data, &t.Channel)
}

// MarshalJSON writes the form that the API uses.
func (t ScheduledTo) MarshalJSON() ([]byte, error) {
	if t.Users != nil {
		return json.Marshal(t.Users)
	}
	return json.Marshal(t.Channel)
}

// ScheduledMessages lists what the caller has scheduled and the server has not sent, the next one first.
// API: GET /scheduled_messages.
func (c *Client) ScheduledMessages(ctx context.Context) ([]ScheduledMessage, error) {
	var out struct {
		envelope
		Messages []ScheduledMessage `json:"scheduled_messages"`
	}
	err := c.call(ctx, call{op: "list scheduled messages", method: http.MethodGet, path: path("scheduled_messages")}, &out)
	return out.Messages, err
}

// ScheduleMessageRequest is a message to send later.
type ScheduleMessageRequest struct {
	// To must be made from ids: [Direct] or [InChannel].
	To Recipient
	// Content is Markdown, with the limits of [SendMessageRequest].
	Content string
	// DeliverAt must be in the future, by the server's clock; seconds count.
	DeliverAt time.Time
	// ReadBySender marks the message as read by the sender. Nil: the server decides by the client's name.
	ReadBySender *bool
}

// ScheduleMessage has the server send a message later. After a failure that is not a refusal it may be scheduled
// all the same: look at [Client.ScheduledMessages] before repeating. API: POST /scheduled_messages.
func (c *Client) ScheduleMessage(ctx context.Context, req ScheduleMessageRequest) (ScheduledMessageID, error) {
	const op = "schedule message"
	p, limits := params{}, c.limits()
	err := errors.Join(req.To.checkIDs(limits), limits.checkContent(req.Content), p.deliverAt(req.DeliverAt))
	if err == nil {
		err = req.To.params(&p)
	}
	if err != nil {
		return 0, fmt.Errorf("zulip: %s: %w", op, err)
	}
	p.text("content", req.Content)
	p.boolIf("read_by_sender", req.ReadBySender)
	var out struct {
		envelope
		ID ScheduledMessageID `json:"scheduled_message_id"`
	}
	r := call{op: op, method: http.MethodPost, path: path("scheduled_messages"), params: p, newer: []string{"read_by_sender"}}
	err = c.call(ctx, r, &out)
	return out.ID, err
}

// EditScheduledMessageRequest changes a scheduled message; zero fields stay as they are.
type EditScheduledMessageRequest struct {
	// To must be made from ids.
	To      *Recipient
	Content *string
	// DeliverAt has to be set again for a message that failed.
	DeliverAt time.Time
}

// EditScheduledMessage changes a message that is not sent yet. API: PATCH /scheduled_messages/{scheduled_message_id}.
func (c *Client) EditScheduledMessage(ctx context.Context, id ScheduledMessageID, req EditScheduledMessageRequest) error {
	const op = "edit scheduled message"
	p, limits := params{}, c.limits()
	var err error
	if req.To != nil {
		if err = req.To.checkIDs(limits); err == nil {
			err = req.To.params(&p)
		}
	}
	if req.Content != nil {
		err = errors.Join(err, limits.checkContent(*req.Content))
		p.text("content", *req.Content)
	}
	if !req.DeliverAt.IsZero() {
		err = errors.Join(err, p.deliverAt(req.DeliverAt))
	}
	if err == nil && len(p) == 0 {
		err = errors.New("nothing to change; set To, Content or DeliverAt")
	}
	if err != nil {
		return fmt.Errorf("zulip: %s: %w", op, err)
	}
	return c.call(ctx, call{op: op, method: http.MethodPatch, path: path("scheduled_messages", id), params: p}, &envelope{})
}

// DeleteScheduledMessage takes a scheduled message back. API: DELETE /scheduled_messages/{scheduled_message_id}.
func (c *Client) DeleteScheduledMessage(ctx context.Context, id ScheduledMessageID) error {
	r := call{op: "delete scheduled message", method: http.MethodDelete, path: path("scheduled_messages", id)}
	return c.call(ctx, r, &envelope{})
}

// deliverAt sets the time at which the server is to act.
func (p *params) deliverAt(at time.Time) error {
	if at.Unix() <= 0 {
		return errors.New("the time of delivery is not set")
	}
	p.json("scheduled_delivery_timestamp", at.Unix())
	return nil
}

// checkIDs is check for the operations that take no names.
func (r Recipient) checkIDs(l limits) error {
	switch r.to.(type) {
	case string, []string:
		return errors.New("this takes ids only; use Direct or InChannel")
	}
	return r.check(l)
}
