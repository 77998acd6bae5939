package zulip

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// SendMessageOnce sends a message and finds out what became of it when [Client.SendMessage] could not tell: the
// connection broke after the request had left, or the answer came from a proxy. It then looks for the message among
// the caller's own in that conversation that are newer than the newest one before the first attempt, and sends again
// only what is not there. While an event loop ([Client.Events], [Bot.Run]) runs on the same client, the message
// is also recognised when it comes back as an event.
//
// The price is a request before each send, and that the caller must be able to read where it writes (an
// incoming webhook bot is not). Two calls at once with the same recipient and content follow each other. What can still
// make a double is a server that stores the message more than half a minute after the connection broke; what can hide
// one is that somebody edits, moves or deletes it at once, or another program sends the same text with the same account.
//
// It sends at most four times, waits half a minute before it believes that a message is not there, and ends
// with ctx. An error for which [NotSent] is false means that the message may exist in spite of everything. API: POST /messages, GET /messages.
func (c *Client) SendMessageOnce(ctx context.Context, req SendMessageRequest) (SentMessage, error) {
	return c.sendOnce(ctx, req, func(ctx context.Context) (MessageID, error) {
		return c.newestSent(ctx, req.To)
	})
}

// FindSentRequest describes a message of the caller that may or may not exist.
type FindSentRequest struct {
	// To and Content are what was sent, or would have been.
	To      Recipient
	Content string
	// After is a message that is known to be older. 0: only the caller's newest 20 in the conversation count, so that
	// the same words of long ago are not taken for these.
	After MessageID
}

// How many of the caller's own messages in one conversation are looked at.
const (
	searchAfter  = 100
	searchNewest = 20
)

// FindSent looks for a message of the caller by its conversation and content; the oldest one that fits counts.
// Blank space at the ends is not compared: the server takes it away. A message that was edited or moved
// is not found. API: GET /messages.
func (c *Client) FindSent(ctx context.Context, req FindSentRequest) (id MessageID, found bool, err error) {
	return c.findSent(ctx, req, func(MessageID) bool { return true })
}

func (c *Client) findSent(ctx context.Context, req FindSentRequest, claim func(MessageID) bool) (MessageID, bool, error) {
	search := MessagesRequest{Anchor: AnchorNewest, NumBefore: searchNewest}
	if req.After != 0 {
		search = MessagesRequest{Anchor: AnchorAt(req.After), ExcludeAnchor: true, NumAfter: searchAfter}
	}
	page, err := c.ownMessages(ctx, req.To, search)
	if err != nil {
		return 0, false, fmt.Errorf("zulip: find sent message: %w", err)
	}
	want := stored(req.Content)
	for _, message := range page.Messages {
		if stored(message.Content) == want && message.ID > req.After && claim(message.ID) {
			return message.ID, true, nil
		}
	}
	return 0, false, nil
}

// stored is a content as the server keeps it, or at least alike for the text that was sent and for the one that was kept.
func stored(content string) string {
	return strings.TrimSpace(strings.ReplaceAll(content, "\r\n", "\n"))
}

// newestSent is the caller's newest message in a conversation; 1, which is older than all, when there is none.
func (c *Client) newestSent(ctx context.Context, to Recipient) (MessageID, error) {
	page, err := c.ownMessages(ctx, to, MessagesRequest{Anchor: AnchorNewest, NumBefore: 1})
	newest := MessageID(1)
	for _, message := range page.Messages {
		newest = max(newest, message.ID)
	}
	return newest, err
}

// ownMessages searches what the caller wrote in one conversation.
func (c *Client) ownMessages(ctx context.Context, to Recipient, search MessagesRequest) (MessagesPage, error) {
	if err := to.check(c.limits()); err != nil {
		return MessagesPage{}, err
	}
	self, err := c.ownID(ctx)
	if err != nil {
		return MessagesPage{}, err
	}
	search.Narrow = append(to.narrow(), NarrowSender(self))
	return c.Messages(ctx, search)
}

// ownID is the caller, who is asked for once.
func (c *Client) ownID(ctx context.Context) (UserID, error) {
	if id := c.sends.self.Load(); id != 0 {
		return UserID(id), nil
	}
	self, err := c.OwnUser(ctx)
	if err != nil {
		return 0, err
	}
	c.sends.self.Store(int64(self.ID))
	return self.ID, nil
}

// narrow selects the conversation.
func (r Recipient) narrow() []NarrowTerm {
	switch to := r.to.(type) {
	case []UserID:
		return []NarrowTerm{NarrowDirect(to...)}
	case []string:
		return []NarrowTerm{{Operator: "dm", Operand: strings.Join(to, ",")}}
	default: // a channel's id or name
		return []NarrowTerm{{Operator: "stream", Operand: to}, NarrowTopic(strings.TrimSpace(r.topic))}
	}
}

// maxSends bounds the attempts of one [Client.SendMessageOnce].
const maxSends = 4

// searches are the pauses before each look for a message in doubt. The server may still be at work on the
// request whose connection broke, so absence counts only after the last one.
var searches = []time.Duration{0, 2 * time.Second, 5 * time.Second, 25 * time.Second}

// sendOnce is [Client.SendMessageOnce] with a way to learn of a message that is older.
func (c *Client) sendOnce(
	ctx context.Context, req SendMessageRequest, older func(context.Context) (MessageID, error),
) (SentMessage, error) {
	const op = "send message once"
	limits := c.limits()
	req.Content = req.content()
	if err := errors.Join(req.To.check(limits), limits.checkContent(req.Content)); err != nil {
		return SentMessage{}, fmt.Errorf("zulip: %s: %w", op, err)
	}
	unlock, err := c.sends.lock(ctx, fmt.Sprint(req.To, "\x00", stored(req.Content)))
	if err != nil {
		return SentMessage{}, fmt.Errorf("zulip: %s: %w", op, err)
	}
	defer unlock()
	anchor, err := older(ctx)
	if err != nil {
		return SentMessage{}, fmt.Errorf("zulip: %s: look for what is there before: %w", op, notSentError{err})
	}
	var echo <-chan MessageID
	if queue := c.sends.queue(); queue != "" && req.QueueID == "" && req.LocalID == "" {
		req.QueueID, req.LocalID = queue, rand.Text()
	}
	if req.LocalID != "" {
		var forget func()
		echo, forget = c.sends.expect(req.LocalID)
		defer forget()
	}
	for attempt := 1; ; attempt++ {
		sent, err := c.SendMessage(ctx, req)
		if err == nil || NotSent(err) || !inDoubt(err) {
			return sent, err
		}
		c.log.WarnContext(ctx, "a send is in doubt; looking for the message", "attempt", attempt, "error", err)
		id, found, lookErr := c.search(ctx, FindSentRequest{To: req.To, Content: req.Content, After: anchor}, echo)
		switch {
		case found:
			return SentMessage{ID: id}, nil
		case lookErr != nil:
			return SentMessage{}, fmt.Errorf("zulip: %s: the message may exist, and could not be looked for: %w", op, errors.Join(err, lookErr))
		case attempt == maxSends:
			return SentMessage{}, err
		}
	}
}

// inDoubt tells whether the server may have taken a message all the same. An error that was found before anything was
// sent is none of these types.
func inDoubt(err error) bool {
	_, api := errors.AsType[*APIError](err)
	_, malformed := errors.AsType[*MalformedError](err)
	_, transport := errors.AsType[*httpx.TransportError](err)
	return api || malformed || transport
}

// search waits until a message in doubt appears, or has had enough time to.
func (c *Client) search(ctx context.Context, req FindSentRequest, echo <-chan MessageID) (id MessageID, found bool, err error) {
	for _, pause := range searches {
		timer := time.NewTimer(pause)
		select {
		case id, found = <-echo:
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		if !found { // it may have come at the same time as something else
			select {
			case id, found = <-echo:
			default:
			}
		}
		if found {
			c.sends.claim(id)
			return id, true, nil
		}
		if ctx.Err() != nil {
			return 0, false, context.Cause(ctx)
		}
		// One search that fails is made up for by the next one; the last one decides.
		if id, found, err = c.findSent(ctx, req, c.sends.claim); found {
			return id, true, nil
		}
	}
	return 0, false, err
}
