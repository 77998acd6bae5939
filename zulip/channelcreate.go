package zulip

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// ErrChannelAlreadyExists means that a channel of that name is there, perhaps one that the caller cannot see.
var ErrChannelAlreadyExists error = &sentinelError{text: "the channel exists already", codes: []string{"CHANNEL_ALREADY_EXISTS"}}

// Values of MessageRetentionDays that are no number of days.
const (
	RetainForever = -1
	// RetainDefault goes by the organisation's setting.
	RetainDefault = 0
)

// CreateChannelRequest describes a new channel; what is zero is as the server has it by default.
type CreateChannelRequest struct {
	// Name must be set and be new.
	Name        string
	Description string
	// Subscribers of the channel. Empty: the caller.
	Subscribers []UserID
	// InviteOnly makes a private channel.
	InviteOnly bool
	// IsWebPublic shows the channel to everybody on the web, where the server allows that.
	IsWebPublic bool
	// HistoryPublicToSubscribers shows new subscribers what was said before. Nil: yes in a public channel, else no.
	HistoryPublicToSubscribers *bool
	// IsDefault subscribes new users of the organisation. Zulip 8 (feature level 200).
	IsDefault bool
	// Announce tells the organisation about the channel.
	Announce bool
	// MessageRetentionDays may be [RetainForever].
	MessageRetentionDays int
	// FolderID needs Zulip 11 (feature level 389). Zero: no folder.
	FolderID ChannelFolderID
	// TopicsPolicy needs Zulip 11 (feature level 392).
	TopicsPolicy TopicsPolicy
	Permissions  ChannelPermissions
	// SendNewSubscriptionMessages tells the subscribers by direct message. Nil: yes. It needs Zulip 11 (feature level 397).
	SendNewSubscriptionMessages *bool
}

// CreateChannel makes a channel and returns its id. API: POST /channels/create; before Zulip 11 (feature level 417)
// POST /users/me/subscriptions, which subscribes to a channel that exists: there two programs that create the same
// channel at the same time both succeed.
func (c *Client) CreateChannel(ctx context.Context, req CreateChannelRequest) (ChannelID, error) {
	const op = "create channel"
	if req.Name == "" {
		return 0, errors.New("zulip: " + op + ": the channel has no name")
	}
	p, err := c.newChannelParams(ctx, op, req)
	if err != nil {
		return 0, err
	}
	level, err := c.featureLevel(ctx)
	switch {
	case err != nil:
		return 0, fmt.Errorf("zulip: %s: %w", op, err)
	case level < 417:
		return c.subscribeToNew(ctx, op, &p, req)
	}
	if len(req.Subscribers) == 0 { // an empty list would mean nobody
		self, err := c.OwnUser(ctx)
		if err != nil {
			return 0, err
		}
		req.Subscribers = []UserID{self.ID}
	}
	p.text("name", req.Name)
	p.textIf("description", req.Description)
	p.json("subscribers", req.Subscribers)
	var out struct {
		envelope
		ID ChannelID `json:"id"`
	}
	err = c.call(ctx, call{op: op, method: http.MethodPost, path: path("channels", "create"), params: p}, &out)
	return out.ID, err
}

// subscribeToNew is how a channel is made on older servers.
func (c *Client) subscribeToNew(ctx context.Context, op string, p *params, req CreateChannelRequest) (ChannelID, error) {
	switch _, err := c.ChannelID(ctx, req.Name); {
	case err == nil:
		return 0, fmt.Errorf("zulip: %s: %w", op, ErrChannelAlreadyExists)
	case !refused(err):
		return 0, err
	}
	p.json("subscriptions", []NewSubscription{{Name: req.Name, Description: req.Description}})
	listIf(p, "principals", req.Subscribers)
	r := call{op: op, method: http.MethodPost, path: path("users", "me", "subscriptions"), params: *p}
	if err := c.call(ctx, r, &envelope{}); err != nil {
		return 0, err
	}
	id, err := c.ChannelID(ctx, req.Name)
	if err != nil { // as for a private channel that the caller is not in
		return 0, fmt.Errorf("zulip: %s: it was made, but its id cannot be read: %w", op, err)
	}
	return id, nil
}

// newChannelParams are the parameters that both ways of making a channel have.
func (c *Client) newChannelParams(ctx context.Context, op string, req CreateChannelRequest) (params, error) {
	p, level := params{}, 0
	for name, set := range map[string]bool{"invite_only": req.InviteOnly, "is_web_public": req.IsWebPublic, "announce": req.Announce} {
		if set {
			p.json(name, true)
		}
	}
	p.boolIf("history_public_to_subscribers", req.HistoryPublicToSubscribers)
	if req.MessageRetentionDays != RetainDefault {
		p.json("message_retention_days", retention(req.MessageRetentionDays))
	}
	if req.IsDefault {
		level = 200
		p.json("is_default_stream", true)
	}
	if req.FolderID != 0 {
		level = 389
		p.json("folder_id", req.FolderID)
	}
	if req.TopicsPolicy != "" {
		level = topicsLevel(req.TopicsPolicy)
		p.json("topics_policy", req.TopicsPolicy)
	}
	if req.SendNewSubscriptionMessages != nil {
		level = max(level, 397)
		p.json("send_new_subscription_messages", *req.SendNewSubscriptionMessages)
	}
	if err := c.requiresIf(ctx, op, level); err != nil {
		return nil, err
	}
	return p, c.permit(ctx, op, &p, false, channelPermissions(req.Permissions, ChannelPermissions{}))
}

// retention is the API's form of MessageRetentionDays.
func retention(days int) any {
	switch days {
	case RetainForever:
		return "unlimited"
	case RetainDefault:
		return "realm_default"
	}
	return days
}

// topicsLevel is the feature level that a policy needs.
func topicsLevel(policy TopicsPolicy) int {
	if policy == TopicsEmptyOnly {
		return 404
	}
	return 392
}
