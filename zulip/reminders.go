package zulip

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// ReminderID is the number of a reminder.
type ReminderID int64

// Reminder is a note about a message that the server will send to the caller.
type Reminder struct {
	ID ReminderID `json:"reminder_id"`
	// Type is "private".
	Type string `json:"type"`
	// To is the caller.
	To []UserID `json:"to"`
	// Content is Markdown.
	Content         string `json:"content"`
	RenderedContent string `json:"rendered_content"`
	// DeliveryTimestamp is Unix seconds; [Reminder.Time] makes a time of it.
	DeliveryTimestamp int64 `json:"scheduled_delivery_timestamp"`
	// Failed means that the server tried and could not.
	Failed bool `json:"failed"`
	// MessageID is the message that the reminder is about.
	MessageID MessageID `json:"reminder_target_message_id"`
}

// Time is when the reminder is due.
func (r Reminder) Time() time.Time { return time.Unix(r.DeliveryTimestamp, 0) }

// Reminders lists the caller's reminders that are still to come, the next one first.
// Zulip 11 (feature level 399). API: GET /reminders.
func (c *Client) Reminders(ctx context.Context) ([]Reminder, error) {
	const op = "list reminders"
	if err := c.requires(ctx, op, 399); err != nil {
		return nil, err
	}
	var out struct {
		envelope
		Reminders []Reminder `json:"reminders"`
	}
	err := c.call(ctx, call{op: op, method: http.MethodGet, path: path("reminders")}, &out)
	return out.Reminders, err
}

// CreateReminderRequest asks to be reminded of a message.
type CreateReminderRequest struct {
	MessageID MessageID
	// DeliverAt must be in the future, by the server's clock; seconds count.
	DeliverAt time.Time
	// Note is shown with the reminder and needs feature level 415. Empty: none.
	Note string
}

// CreateReminder has the server remind the caller of a message.
// Zulip 11 (feature level 381). API: POST /reminders.
func (c *Client) CreateReminder(ctx context.Context, req CreateReminderRequest) (ReminderID, error) {
	const op = "create reminder"
	p := params{}
	if err := p.deliverAt(req.DeliverAt); err != nil {
		return 0, fmt.Errorf("zulip: %s: %w", op, err)
	}
	level := 381
	if req.Note != "" {
		level = 415
	}
	if err := c.requires(ctx, op, level); err != nil {
		return 0, err
	}
	p.json("message_id", req.MessageID)
	p.textIf("note", req.Note)
	var out struct {
		envelope
		ID ReminderID `json:"reminder_id"`
	}
	err := c.call(ctx, call{op: op, method: http.MethodPost, path: path("reminders"), params: p}, &out)
	return out.ID, err
}

// DeleteReminder takes a reminder back. Zulip 11 (feature level 399). API: DELETE /reminders/{reminder_id}.
func (c *Client) DeleteReminder(ctx context.Context, id ReminderID) error {
	const op = "delete reminder"
	if err := c.requires(ctx, op, 399); err != nil {
		return err
	}
	return c.call(ctx, call{op: op, method: http.MethodDelete, path: path("reminders", id)}, &envelope{})
}
