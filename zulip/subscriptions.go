package zulip

import (
	"context"
	"fmt"
	"net/http"
)

// Subscription is a channel that the caller is subscribed to, with personal settings.
type Subscription struct {
	Channel
	// Color is as #c2c2c2.
	Color    string `json:"color"`
	IsMuted  bool   `json:"is_muted"`
	PinToTop bool   `json:"pin_to_top"`
	// InHomeView is the older form of IsMuted, turned round.
	InHomeView bool `json:"in_home_view"`
	// Nil in these means the setting of the user's account.
	DesktopNotifications   *bool `json:"desktop_notifications"`
	AudibleNotifications   *bool `json:"audible_notifications"`
	PushNotifications      *bool `json:"push_notifications"`
	EmailNotifications     *bool `json:"email_notifications"`
	WildcardMentionsNotify *bool `json:"wildcard_mentions_notify"`
	// Subscribers or, for a large channel, PartialSubscribers come only where a queue asked for them;
	// [Client.Subscribers] fetches them.
	Subscribers        []UserID `json:"subscribers"`
	PartialSubscribers []UserID `json:"partial_subscribers"`
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
	// Color of the channel for the caller, as #c2c2c2. Empty: the server picks one.
	Color string `json:"color,omitempty"`
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
	// SkipUnauthorized subscribes to what the caller may and tells the rest in [Subscribed.Unauthorized].
	// Otherwise one channel that the caller may not subscribe to makes an error, and nothing happens.
	SkipUnauthorized bool
	// SendNewSubscriptionMessages tells other users by direct message that they were subscribed. Nil: yes.
	// Servers before Zulip 11 (feature level 397) always do.
	SendNewSubscriptionMessages *bool
}

// Subscribed is the outcome of [Client.Subscribe]: channel names per user.
// The key is the user's id, on servers before Zulip 10 the e-mail.
type Subscribed struct {
	Subscribed        map[string][]string `json:"subscribed"`
	AlreadySubscribed map[string][]string `json:"already_subscribed"`
	// Unauthorized are the channels that were skipped.
	Unauthorized []string `json:"unauthorized"`
	// NewSubscriptionMessagesSent needs Zulip 11.
	NewSubscriptionMessagesSent bool `json:"new_subscription_messages_sent"`
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
	if req.SkipUnauthorized {
		p.json("authorization_errors_fatal", false)
	}
	p.boolIf("send_new_subscription_messages", req.SendNewSubscriptionMessages)
	var out struct {
		envelope
		Subscribed
	}
	err := c.call(ctx, call{
		op: op, method: http.MethodPost, path: path("users", "me", "subscriptions"), params: p, safe: true,
		newer: []string{"send_new_subscription_messages"},
	}, &out)
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
