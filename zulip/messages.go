package zulip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"
)

// SendMessageRequest is a message to send.
type SendMessageRequest struct {
	To Recipient
	// Content is Markdown, not empty, at most 10,000 code points (or what the server allows).
	// With Buttons, empty means their text.
	Content string
	// Buttons are shown below the content. Nil: none.
	Buttons *Buttons
	// QueueID and LocalID let the sender recognise its own message among the events of that queue.
	// The server does not use them against doubles.
	QueueID, LocalID string
	// ReadBySender marks the message as read by the sender. Nil: the server decides by the client's name.
	ReadBySender *bool
}

// SentMessage is what the server says about a message that it took.
type SentMessage struct {
	ID MessageID `json:"id"`
	// AutomaticNewVisibilityPolicy is set when sending changed how the sender follows the topic.
	AutomaticNewVisibilityPolicy int `json:"automatic_new_visibility_policy"`
}

// SendMessage sends a message. The server would cut a long one silently, so one over the limit is refused here
// with [ErrMessageTooLong] or [ErrTopicTooLong]; [Client.SendLongMessage] sends it in parts.
// A send is repeated only where the server surely did not take it (as on 429). After any other failure
// the message may exist: [Client.SendMessageOnce] finds out. API: POST /messages.
func (c *Client) SendMessage(ctx context.Context, req SendMessageRequest) (SentMessage, error) {
	const op = "send message"
	p, limits := params{}, c.limits()
	if req.Buttons != nil {
		if err := req.Buttons.check(); err != nil {
			return SentMessage{}, fmt.Errorf("zulip: %s: %w", op, err)
		}
		p.json("widget_content", req.Buttons.widget())
	}
	req.Content = req.content()
	if err := errors.Join(req.To.check(limits), limits.checkContent(req.Content)); err != nil {
		return SentMessage{}, fmt.Errorf("zulip: %s: %w", op, err)
	}
	if err := req.To.params(&p); err != nil {
		return SentMessage{}, fmt.Errorf("zulip: %s: %w", op, err)
	}
	p.text("content", req.Content)
	p.textIf("queue_id", req.QueueID)
	p.textIf("local_id", req.LocalID)
	if req.ReadBySender != nil {
		p.json("read_by_sender", *req.ReadBySender)
	}
	var out struct {
		envelope
		SentMessage
	}
	err := c.call(ctx, call{op: op, method: http.MethodPost, path: path("messages"), params: p}, &out)
	if err == nil {
		c.sends.note(out.ID)
	}
	return out.SentMessage, err
}

// SendLongMessage sends a message of any length, in as many parts as [SplitMessage] makes of it, and returns what was
// sent, also with an error. Buttons and LocalID go with the last part. API: POST /messages.
func (c *Client) SendLongMessage(ctx context.Context, req SendMessageRequest) ([]SentMessage, error) {
	parts := SplitMessage(req.Content, c.limits().message)
	if len(parts) == 0 {
		parts = []string{req.Content} // for SendMessage to judge
	}
	sent := make([]SentMessage, 0, len(parts))
	for i, content := range parts {
		part := req
		part.Content = content
		if i < len(parts)-1 {
			part.Buttons, part.LocalID = nil, ""
		}
		one, err := c.SendMessage(ctx, part)
		if err != nil {
			return sent, err
		}
		sent = append(sent, one)
	}
	return sent, nil
}

// PropagateMode says which messages move along when a topic or channel is changed.
type PropagateMode string

// The ways of moving; the zero value leaves the choice to the server, which moves one message.
const (
	MoveOne   PropagateMode = "change_one"
	MoveLater PropagateMode = "change_later"
	MoveAll   PropagateMode = "change_all"
)

// EditMessageRequest changes a message; nil fields stay as they are.
type EditMessageRequest struct {
	Content *string
	Topic   *string
	// Channel moves the message to another channel.
	Channel *ChannelID
	// Propagate applies to Topic and Channel.
	Propagate PropagateMode
	// NotifyOldThread and NotifyNewThread post a note about the move. Nil: the server's default.
	NotifyOldThread, NotifyNewThread *bool
	// PreviousSHA256 is the hex hash of the content that the caller believes it edits;
	// the server refuses when it has changed. Zulip 11 (feature level 379). Empty: no check.
	PreviousSHA256 string
}

// EditMessage changes content, topic or channel of a message. API: PATCH /messages/{message_id}.
func (c *Client) EditMessage(ctx context.Context, id MessageID, req EditMessageRequest) error {
	const op = "edit message"
	p, limits := params{}, c.limits()
	if req.Content == nil && req.Topic == nil && req.Channel == nil {
		return fmt.Errorf("zulip: %s: nothing to change; set Content, Topic or Channel", op)
	}
	if req.Content != nil {
		if err := limits.checkContent(*req.Content); err != nil {
			return fmt.Errorf("zulip: %s: %w", op, err)
		}
		p.text("content", *req.Content)
	}
	if req.Topic != nil {
		if err := limits.checkTopic(*req.Topic); err != nil {
			return fmt.Errorf("zulip: %s: %w", op, err)
		}
		p.text("topic", *req.Topic)
	}
	if req.Channel != nil {
		p.json("stream_id", *req.Channel)
	}
	p.textIf("propagate_mode", string(req.Propagate))
	p.boolIf("send_notification_to_old_thread", req.NotifyOldThread)
	p.boolIf("send_notification_to_new_thread", req.NotifyNewThread)
	if req.PreviousSHA256 != "" {
		if err := c.requires(ctx, op, 379); err != nil {
			return err
		}
		p.text("prev_content_sha256", req.PreviousSHA256)
	}
	return c.call(ctx, call{op: op, method: http.MethodPatch, path: path("messages", id), params: p}, &envelope{})
}

// DeleteMessage deletes a message for everybody. API: DELETE /messages/{message_id}.
func (c *Client) DeleteMessage(ctx context.Context, id MessageID) error {
	return c.call(ctx, call{op: "delete message", method: http.MethodDelete, path: path("messages", id)}, &envelope{})
}

// Message fetches one message as Markdown. A message that is gone or hidden gives an *[APIError] with
// status 400. API: GET /messages/{message_id}.
func (c *Client) Message(ctx context.Context, id MessageID) (Message, error) {
	p := params{}
	p.json("apply_markdown", false)
	p.json("allow_empty_topic_name", true)
	var out struct {
		envelope
		Message Message `json:"message"`
	}
	err := c.call(ctx, call{op: "get message", method: http.MethodGet, path: path("messages", id), params: p, newer: newerReads}, &out)
	return out.Message, err
}

// Anchor is the message from which [Client.Messages] counts.
type Anchor string

// Anchors that are not ids; the zero value means AnchorNewest.
const (
	AnchorNewest      Anchor = "newest"
	AnchorOldest      Anchor = "oldest"
	AnchorFirstUnread Anchor = "first_unread"
)

// AnchorAt is the place of a message, whether or not it still exists.
func AnchorAt(id MessageID) Anchor { return Anchor(fmt.Sprint(int64(id))) }

// MessagesRequest asks for the messages around an anchor.
type MessagesRequest struct {
	Anchor Anchor
	// AnchorDate takes the place of Anchor: the first message at or after this time.
	// Zulip 12 (feature level 445). Zero: Anchor counts.
	AnchorDate time.Time
	// NumBefore and NumAfter count messages on both sides of the anchor, together at most 5,000; the server's
	// authors advise at most 1,000.
	NumBefore, NumAfter int
	// ExcludeAnchor leaves out the message that is the anchor, of a range to one side of it: with both NumBefore and
	// NumAfter the server refuses it.
	ExcludeAnchor bool
	// Narrow selects messages. Empty: the caller's own history.
	Narrow []NarrowTerm
	// ApplyMarkdown asks for HTML instead of Markdown.
	ApplyMarkdown bool
}

// MessagesPage is a part of the history, in ascending order of ids.
type MessagesPage struct {
	Anchor         MessageID `json:"anchor"`
	Messages       []Message `json:"messages"`
	FoundAnchor    bool      `json:"found_anchor"`
	FoundNewest    bool      `json:"found_newest"`
	FoundOldest    bool      `json:"found_oldest"`
	HistoryLimited bool      `json:"history_limited"`
}

// newerReads are parameters that servers before Zulip 10 do not know and can do without.
var newerReads = []string{"allow_empty_topic_name"}

// Messages fetches a page of messages. API: GET /messages.
func (c *Client) Messages(ctx context.Context, req MessagesRequest) (MessagesPage, error) {
	const op = "get messages"
	if err := c.checkNarrow(ctx, op, req.Narrow); err != nil {
		return MessagesPage{}, err
	}
	p := params{}
	if !req.AnchorDate.IsZero() {
		if err := c.requires(ctx, op, 445); err != nil {
			return MessagesPage{}, err
		}
		req.Anchor = "date"
		p.text("anchor_date", req.AnchorDate.UTC().Format(time.RFC3339))
	}
	p.text("anchor", string(cmp.Or(req.Anchor, AnchorNewest)))
	p.json("num_before", req.NumBefore)
	p.json("num_after", req.NumAfter)
	p.json("include_anchor", !req.ExcludeAnchor)
	p.json("apply_markdown", req.ApplyMarkdown)
	p.json("allow_empty_topic_name", true)
	if len(req.Narrow) > 0 {
		p.json("narrow", req.Narrow)
	}
	var out struct {
		envelope
		MessagesPage
	}
	err := c.call(ctx, call{op: op, method: http.MethodGet, path: path("messages"), params: p, newer: newerReads}, &out)
	return out.MessagesPage, err
}

// historyPage is how many messages [Client.AllMessages] asks for at once when the request does not say.
const historyPage = 1000

// AllMessages walks the history from the anchor towards the newest message, page by page
// (NumAfter is the size of a page, 1,000 when 0; NumBefore goes with the first page only).
// An error is yielded once, last. Breaking out costs nothing.
func (c *Client) AllMessages(ctx context.Context, req MessagesRequest) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		req := req
		if req.Anchor == "" {
			req.Anchor = AnchorOldest
		}
		if req.NumAfter == 0 {
			req.NumAfter = historyPage
		}
		for {
			page, err := c.Messages(ctx, req)
			if err != nil {
				yield(Message{}, err)
				return
			}
			for _, message := range page.Messages {
				if !yield(message, nil) {
					return
				}
			}
			if page.FoundNewest || len(page.Messages) == 0 {
				return
			}
			last := page.Messages[len(page.Messages)-1].ID
			if AnchorAt(last) == req.Anchor {
				return // the server repeats itself
			}
			req.Anchor, req.AnchorDate, req.ExcludeAnchor, req.NumBefore = AnchorAt(last), time.Time{}, true, 0
		}
	}
}

// RenderMessage returns the HTML that the server makes of Markdown. API: POST /messages/render.
func (c *Client) RenderMessage(ctx context.Context, content string) (string, error) {
	p := params{}
	p.text("content", content)
	var out struct {
		envelope
		Rendered string `json:"rendered"`
	}
	err := c.call(ctx, call{op: "render message", method: http.MethodPost, path: path("messages", "render"), params: p, safe: true}, &out)
	return strings.TrimSpace(out.Rendered), err
}
