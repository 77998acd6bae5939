package zulip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// MessageFlag is a user's personal mark on a message. Later servers may add values.
type MessageFlag string

// The flags of today. Only the first three can be changed; the server sets the others.
const (
	FlagRead                   MessageFlag = "read"
	FlagStarred                MessageFlag = "starred"
	FlagCollapsed              MessageFlag = "collapsed"
	FlagMentioned              MessageFlag = "mentioned"
	FlagChannelWildcardMention MessageFlag = "stream_wildcard_mentioned"
	FlagTopicWildcardMention   MessageFlag = "topic_wildcard_mentioned"
	FlagHasAlertWord           MessageFlag = "has_alert_word"
	FlagHistorical             MessageFlag = "historical"
)

// wildcardBefore is what servers before Zulip 8 say for all kinds of wildcards.
const wildcardBefore = "wildcard_mentioned"

// HasFlag tells whether the caller's marks on the message include the flag.
func (m Message) HasFlag(flag MessageFlag) bool {
	return slices.Contains(m.Flags, string(flag)) ||
		flag == FlagChannelWildcardMention && slices.Contains(m.Flags, wildcardBefore)
}

// FlagOp says whether a flag is set or taken away.
type FlagOp string

// The zero value means FlagAdd.
const (
	FlagAdd    FlagOp = "add"
	FlagRemove FlagOp = "remove"
)

// UpdateFlagsRequest changes the caller's mark on messages.
type UpdateFlagsRequest struct {
	Op       FlagOp
	Flag     MessageFlag
	Messages []MessageID
}

// UpdatedFlags says which messages were changed.
type UpdatedFlags struct {
	Messages []MessageID `json:"messages"`
	// IgnoredChannels are channels that the caller is not subscribed to, whose messages cannot be made unread.
	IgnoredChannels []ChannelID `json:"ignored_because_not_subscribed_channels"`
}

// UpdateFlags sets or removes the caller's mark on messages. A bot that marks a message as read shows in its read
// receipts that it has dealt with it. API: POST /messages/flags.
func (c *Client) UpdateFlags(ctx context.Context, req UpdateFlagsRequest) (UpdatedFlags, error) {
	const op = "update message flags"
	if req.Flag == "" || len(req.Messages) == 0 {
		return UpdatedFlags{}, errors.New("zulip: " + op + ": name a flag and at least one message")
	}
	p := params{}
	p.json("messages", req.Messages)
	p.text("op", string(cmp.Or(req.Op, FlagAdd)))
	p.text("flag", string(req.Flag))
	var out struct {
		envelope
		UpdatedFlags
	}
	err := c.call(ctx, call{op: op, method: http.MethodPost, path: path("messages", "flags"), params: p, safe: true}, &out)
	return out.UpdatedFlags, err
}

// UpdateFlagsInNarrowRequest changes the caller's mark on a range of messages.
type UpdateFlagsInNarrowRequest struct {
	Op   FlagOp
	Flag MessageFlag
	// Anchor is where the range is counted from. Empty: AnchorNewest.
	Anchor Anchor
	// NumBefore and NumAfter count messages on both sides of the anchor; the server may do fewer.
	NumBefore, NumAfter int
	// ExcludeAnchor leaves out the message that is the anchor, of a range to one side of it.
	ExcludeAnchor bool
	// Narrow selects messages. Empty: the caller's own history.
	Narrow []NarrowTerm
}

// UpdatedRange says what [Client.UpdateFlagsInNarrow] did. When FoundNewest is false, go on after LastProcessedID.
type UpdatedRange struct {
	ProcessedCount int `json:"processed_count"`
	UpdatedCount   int `json:"updated_count"`
	// FirstProcessedID and LastProcessedID are 0 when no message was in the range.
	FirstProcessedID MessageID `json:"first_processed_id"`
	LastProcessedID  MessageID `json:"last_processed_id"`
	FoundOldest      bool      `json:"found_oldest"`
	FoundNewest      bool      `json:"found_newest"`
	// IgnoredChannels are channels that the caller is not subscribed to, whose messages cannot be made unread.
	IgnoredChannels []ChannelID `json:"ignored_because_not_subscribed_channels"`
}

// UpdateFlagsInNarrow sets or removes the caller's mark on all messages of a range that match a search.
// API: POST /messages/flags/narrow.
func (c *Client) UpdateFlagsInNarrow(ctx context.Context, req UpdateFlagsInNarrowRequest) (UpdatedRange, error) {
	const op = "update message flags in narrow"
	if req.Flag == "" {
		return UpdatedRange{}, errors.New("zulip: " + op + ": name a flag")
	}
	if err := c.checkNarrow(ctx, op, req.Narrow); err != nil {
		return UpdatedRange{}, err
	}
	p := params{}
	p.text("anchor", string(cmp.Or(req.Anchor, AnchorNewest)))
	p.json("include_anchor", !req.ExcludeAnchor)
	p.json("num_before", req.NumBefore)
	p.json("num_after", req.NumAfter)
	p.json("narrow", append([]NarrowTerm{}, req.Narrow...)) // never null
	p.text("op", string(cmp.Or(req.Op, FlagAdd)))
	p.text("flag", string(req.Flag))
	var out struct {
		envelope
		UpdatedRange
	}
	r := call{op: op, method: http.MethodPost, path: path("messages", "flags", "narrow"), params: p, safe: true}
	err := c.call(ctx, r, &out)
	return out.UpdatedRange, err
}

// MarkChannelAsRead marks all messages of a channel as read by the caller.
// API: POST /messages/flags/narrow, as often as it takes.
func (c *Client) MarkChannelAsRead(ctx context.Context, channel ChannelID) error {
	return c.markAsRead(ctx, NarrowChannel(channel))
}

// MarkTopicAsRead marks all messages of a topic as read by the caller.
// API: POST /messages/flags/narrow, as often as it takes.
func (c *Client) MarkTopicAsRead(ctx context.Context, channel ChannelID, topic string) error {
	return c.markAsRead(ctx, NarrowChannel(channel), NarrowTopic(topic))
}

// markAsRead does not use POST /mark_stream_as_read and /mark_topic_as_read: they are deprecated.
func (c *Client) markAsRead(ctx context.Context, narrow ...NarrowTerm) error {
	req := UpdateFlagsInNarrowRequest{
		Flag: FlagRead, Anchor: AnchorOldest, NumAfter: historyPage, Narrow: append(narrow, NarrowIs(IsUnread)),
	}
	for {
		done, err := c.UpdateFlagsInNarrow(ctx, req)
		if err != nil {
			return err
		}
		next := AnchorAt(done.LastProcessedID)
		if done.FoundNewest || done.LastProcessedID == 0 || next == req.Anchor {
			return nil
		}
		req.Anchor, req.ExcludeAnchor = next, true
	}
}

// markRounds bounds how often the server may say that it has not marked everything yet.
const markRounds = 1000

// markAllAnswer may be the answer of a server that ran out of time, which older ones call partially completed.
type markAllAnswer struct {
	envelope
	Complete *bool `json:"complete"` // nil before Zulip 8
}

func (a *markAllAnswer) head() *envelope {
	if a.Result == "partially_completed" {
		a.Result, a.Complete = "success", new(false)
	}
	return &a.envelope
}

// MarkAllAsRead marks everything as read by the caller. API: POST /mark_all_as_read, as often as it takes.
func (c *Client) MarkAllAsRead(ctx context.Context) error {
	const op = "mark all as read"
	for range markRounds {
		var out markAllAnswer
		r := call{op: op, method: http.MethodPost, path: path("mark_all_as_read"), safe: true}
		if err := c.call(ctx, r, &out); err != nil {
			return err
		}
		if out.Complete == nil || *out.Complete {
			return nil
		}
	}
	return fmt.Errorf("zulip: %s: the server does not come to an end after %d requests", op, markRounds)
}
