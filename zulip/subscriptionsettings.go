package zulip

import (
	"context"
	"net/http"
)

// SubscriptionSettings changes how the caller sees a channel; what is nil stays as it is.
type SubscriptionSettings struct {
	Channel ChannelID
	// Color is as #c2c2c2.
	Color                  *string
	IsMuted, PinToTop      *bool
	DesktopNotifications   *bool
	AudibleNotifications   *bool
	PushNotifications      *bool
	EmailNotifications     *bool
	WildcardMentionsNotify *bool
}

// subscriptionProperty is one change in the API's form.
type subscriptionProperty struct {
	Channel  ChannelID `json:"stream_id"`
	Property string    `json:"property"`
	Value    any       `json:"value"`
}

func (s SubscriptionSettings) properties() []subscriptionProperty {
	var list []subscriptionProperty
	if s.Color != nil {
		list = append(list, subscriptionProperty{s.Channel, "color", *s.Color})
	}
	for _, one := range []struct {
		name  string
		value *bool
	}{
		{"is_muted", s.IsMuted},
		{"pin_to_top", s.PinToTop},
		{"desktop_notifications", s.DesktopNotifications},
		{"audible_notifications", s.AudibleNotifications},
		{"push_notifications", s.PushNotifications},
		{"email_notifications", s.EmailNotifications},
		{"wildcard_mentions_notify", s.WildcardMentionsNotify},
	} {
		if one.value != nil {
			list = append(list, subscriptionProperty{s.Channel, one.name, *one.value})
		}
	}
	return list
}

// UpdateSubscriptionSettings changes the caller's own settings for channels that the caller is subscribed to.
// API: POST /users/me/subscriptions/properties.
func (c *Client) UpdateSubscriptionSettings(ctx context.Context, settings ...SubscriptionSettings) error {
	const op = "update subscription settings"
	var list []subscriptionProperty
	for _, one := range settings {
		list = append(list, one.properties()...)
	}
	if len(list) == 0 {
		return errNothingToChange(op)
	}
	p := params{}
	p.json("subscription_data", list)
	r := call{op: op, method: http.MethodPost, path: path("users", "me", "subscriptions", "properties"), params: p, safe: true}
	return c.call(ctx, r, &envelope{})
}

// UpdateSubscriptionsRequest begins and ends subscriptions of the caller.
type UpdateSubscriptionsRequest struct {
	Add []NewSubscription
	// Delete are channels by name.
	Delete []string
}

// UpdatedSubscriptions is the outcome of [Client.UpdateSubscriptions].
type UpdatedSubscriptions struct {
	Subscribed
	Removed []string `json:"removed"`
	// NotRemoved are channels that the caller was not subscribed to.
	NotRemoved []string `json:"not_removed"`
}

// UpdateSubscriptions is [Client.Subscribe] and [Client.Unsubscribe] for the caller, all or nothing.
// API: PATCH /users/me/subscriptions.
func (c *Client) UpdateSubscriptions(ctx context.Context, req UpdateSubscriptionsRequest) (UpdatedSubscriptions, error) {
	const op = "update subscriptions"
	names := append([]string{}, req.Delete...)
	for _, one := range req.Add {
		names = append(names, one.Name)
	}
	if err := checkNames(op, len(names), func(i int) string { return names[i] }); err != nil {
		return UpdatedSubscriptions{}, err
	}
	p := params{}
	listIf(&p, "add", req.Add)
	listIf(&p, "delete", req.Delete)
	var out struct {
		envelope
		UpdatedSubscriptions
	}
	err := c.call(ctx, call{op: op, method: http.MethodPatch, path: path("users", "me", "subscriptions"), params: p, safe: true}, &out)
	return out.UpdatedSubscriptions, err
}

// IsSubscribed tells whether a user is subscribed to a channel. API: GET /users/{user_id}/subscriptions/{stream_id}.
func (c *Client) IsSubscribed(ctx context.Context, user UserID, channel ChannelID) (bool, error) {
	var out struct {
		envelope
		IsSubscribed bool `json:"is_subscribed"`
	}
	err := c.call(ctx, call{
		op: "get subscription status", method: http.MethodGet, path: path("users", user, "subscriptions", channel),
	}, &out)
	return out.IsSubscribed, err
}

// UserChannels lists the channels that a user is subscribed to and of which the caller may know.
// Zulip 12 (feature level 440; for bots 458). API: GET /users/{user_id}/channels.
func (c *Client) UserChannels(ctx context.Context, id UserID) ([]ChannelID, error) {
	const op = "list channels of a user"
	if err := c.requires(ctx, op, 440); err != nil {
		return nil, err
	}
	var out struct {
		envelope
		Channels []ChannelID `json:"subscribed_channel_ids"`
	}
	err := c.call(ctx, call{op: op, method: http.MethodGet, path: path("users", id, "channels")}, &out)
	return out.Channels, err
}
