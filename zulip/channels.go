package zulip

import (
	"context"
	"fmt"
	"net/http"
)

// Channel is a channel of the organisation.
type Channel struct {
	ID          ChannelID `json:"stream_id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	IsArchived  bool      `json:"is_archived"`
	// InviteOnly marks a private channel.
	InviteOnly                 bool `json:"invite_only"`
	IsWebPublic                bool `json:"is_web_public"`
	HistoryPublicToSubscribers bool `json:"history_public_to_subscribers"`
	// CreatorID is 0 when unknown.
	CreatorID UserID `json:"creator_id"`
	// DateCreated is Unix seconds.
	DateCreated int64 `json:"date_created"`
	// MessageRetentionDays is nil for the organisation's default and -1 for ever.
	MessageRetentionDays *int `json:"message_retention_days"`
	// SubscriberCount needs Zulip 11.
	SubscriberCount int `json:"subscriber_count"`
}

// Subscription is a channel that the caller is subscribed to, with personal settings.
type Subscription struct {
	Channel
	Color    string `json:"color"`
	IsMuted  bool   `json:"is_muted"`
	PinToTop bool   `json:"pin_to_top"`
}

// ChannelsRequest selects channels; the zero value means all active ones that the caller can see.
type ChannelsRequest struct {
	// SubscribedOnly leaves out public channels that the caller is not subscribed to.
	SubscribedOnly bool
	// IncludeArchived adds archived channels.
	IncludeArchived bool
}

// Channels lists channels. API: GET /streams.
func (c *Client) Channels(ctx context.Context, req ChannelsRequest) ([]Channel, error) {
	p := params{}
	if req.SubscribedOnly {
		p.json("include_public", false)
	}
	if req.IncludeArchived {
		p.json("exclude_archived", false)
	}
	var out struct {
		envelope
		Streams []Channel `json:"streams"`
	}
	err := c.call(ctx, call{op: "list channels", method: http.MethodGet, path: path("streams"), params: p, newer: []string{"exclude_archived"}}, &out)
	return out.Streams, err
}

// Channel fetches one channel. API: GET /streams/{stream_id}.
func (c *Client) Channel(ctx context.Context, id ChannelID) (Channel, error) {
	var out struct {
		envelope
		Stream Channel `json:"stream"`
	}
	err := c.call(ctx, call{op: "get channel", method: http.MethodGet, path: path("streams", id)}, &out)
	return out.Stream, err
}

// ChannelID looks a channel up by its name. API: GET /get_stream_id.
func (c *Client) ChannelID(ctx context.Context, name string) (ChannelID, error) {
	p := params{}
	p.text("stream", name)
	var out struct {
		envelope
		StreamID ChannelID `json:"stream_id"`
	}
	err := c.call(ctx, call{op: "get channel id", method: http.MethodGet, path: path("get_stream_id"), params: p}, &out)
	return out.StreamID, err
}

// Subscribers lists who is subscribed to a channel. API: GET /streams/{stream_id}/members.
func (c *Client) Subscribers(ctx context.Context, id ChannelID) ([]UserID, error) {
	var out struct {
		envelope
		Subscribers []UserID `json:"subscribers"`
	}
	err := c.call(ctx, call{op: "list subscribers", method: http.MethodGet, path: path("streams", id, "members")}, &out)
	return out.Subscribers, err
}

// Subscriptions lists the channels that the caller is subscribed to.
// API: GET /users/me/subscriptions.
func (c *Client) Subscriptions(ctx context.Context) ([]Subscription, error) {
	var out struct {
		envelope
		Subscriptions []Subscription `json:"subscriptions"`
	}
	err := c.call(ctx, call{op: "list subscriptions", method: http.MethodGet, path: path("users", "me", "subscriptions")}, &out)
	return out.Subscriptions, err
}

// NewSubscription names a channel for [Client.Subscribe].
// The server creates a channel that does not exist, where the caller may do so.
type NewSubscription struct {
	Name string `json:"name"`
	// Description is used only for a channel that is created.
	Description string `json:"description,omitempty"`
}

// SubscribeRequest subscribes users to channels.
type SubscribeRequest struct {
	Channels []NewSubscription
	// Users to subscribe. Empty: the caller.
	Users []UserID
	// InviteOnly makes channels that are created private.
	InviteOnly bool
	// Announce tells the organisation about channels that are created.
	Announce bool
}

// Subscribed is the outcome of [Client.Subscribe]: channel names per user.
// The key is the user's id, on servers before Zulip 10 the e-mail.
type Subscribed struct {
	Subscribed        map[string][]string `json:"subscribed"`
	AlreadySubscribed map[string][]string `json:"already_subscribed"`
	Unauthorized      []string            `json:"unauthorized"`
}

// Subscribe subscribes the caller or other users to channels by name. API: POST /users/me/subscriptions.
func (c *Client) Subscribe(ctx context.Context, req SubscribeRequest) (Subscribed, error) {
	const op = "subscribe"
	if err := checkNames(op, len(req.Channels), func(i int) string { return req.Channels[i].Name }); err != nil {
		return Subscribed{}, err
	}
	p := params{}
	p.json("subscriptions", req.Channels)
	if len(req.Users) > 0 {
		p.json("principals", req.Users)
	}
	if req.InviteOnly {
		p.json("invite_only", true)
	}
	if req.Announce {
		p.json("announce", true)
	}
	var out struct {
		envelope
		Subscribed
	}
	err := c.call(ctx, call{op: op, method: http.MethodPost, path: path("users", "me", "subscriptions"), params: p, safe: true}, &out)
	return out.Subscribed, err
}

// UnsubscribeRequest ends subscriptions.
type UnsubscribeRequest struct {
	// Channels by name.
	Channels []string
	// Users to unsubscribe. Empty: the caller.
	Users []UserID
}

// Unsubscribe ends subscriptions; ones that did not exist are no error. API: DELETE /users/me/subscriptions.
func (c *Client) Unsubscribe(ctx context.Context, req UnsubscribeRequest) error {
	const op = "unsubscribe"
	if err := checkNames(op, len(req.Channels), func(i int) string { return req.Channels[i] }); err != nil {
		return err
	}
	p := params{}
	p.json("subscriptions", req.Channels)
	if len(req.Users) > 0 {
		p.json("principals", req.Users)
	}
	return c.call(ctx, call{op: op, method: http.MethodDelete, path: path("users", "me", "subscriptions"), params: p}, &envelope{})
}

func checkNames(op string, n int, name func(int) string) error {
	if n == 0 {
		return fmt.Errorf("zulip: %s: name at least one channel", op)
	}
	for i := range n {
		if name(i) == "" {
			return fmt.Errorf("zulip: %s: channel %d has no name", op, i+1)
		}
	}
	return nil
}
