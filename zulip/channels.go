package zulip

import (
	"context"
	"fmt"
	"net/http"
)

// Channel is a channel of the organisation.
type Channel struct {
	ID   ChannelID `json:"stream_id"`
	Name string    `json:"name"`
	// Description is Markdown, RenderedDescription its HTML.
	Description         string `json:"description"`
	RenderedDescription string `json:"rendered_description"`
	IsArchived          bool   `json:"is_archived"`
	// InviteOnly marks a private channel.
	InviteOnly                 bool `json:"invite_only"`
	IsWebPublic                bool `json:"is_web_public"`
	HistoryPublicToSubscribers bool `json:"history_public_to_subscribers"`
	// CreatorID is 0 when unknown.
	CreatorID UserID `json:"creator_id"`
	// DateCreated is Unix seconds.
	DateCreated int64 `json:"date_created"`
	// FirstMessageID is nil for a channel without messages.
	FirstMessageID *MessageID `json:"first_message_id"`
	// MessageRetentionDays is nil for the organisation's default and -1 for ever.
	MessageRetentionDays *int `json:"message_retention_days"`
	// FolderID and TopicsPolicy need Zulip 11; a channel that is in no folder has nil.
	FolderID     *ChannelFolderID `json:"folder_id"`
	TopicsPolicy TopicsPolicy     `json:"topics_policy"`
	// SubscriberCount needs Zulip 11.
	SubscriberCount int `json:"subscriber_count"`
	// IsRecentlyActive needs Zulip 10.
	IsRecentlyActive bool `json:"is_recently_active"`
	// StreamWeeklyTraffic is how many messages come in a week; nil when it is too early to say.
	StreamWeeklyTraffic *int `json:"stream_weekly_traffic"`
	// IsDefault tells, where the request asked for it, whether new users are subscribed.
	IsDefault bool `json:"is_default"`
	// StreamPostPolicy and IsAnnouncementOnly are older forms of CanSendMessage.
	StreamPostPolicy   int  `json:"stream_post_policy"`
	IsAnnouncementOnly bool `json:"is_announcement_only"`
	ChannelPermissions
}

// TopicsPolicy says which topics a channel takes. Later servers may add values.
type TopicsPolicy string

// The policies of today; the empty one, in a request, leaves the choice to the server or things as they are.
const (
	TopicsInherit      TopicsPolicy = "inherit" // as the organisation has it
	TopicsAllowEmpty   TopicsPolicy = "allow_empty_topic"
	TopicsDisableEmpty TopicsPolicy = "disable_empty_topic"
	// TopicsEmptyOnly makes a channel without topics. Zulip 11 (feature level 404).
	TopicsEmptyOnly TopicsPolicy = "empty_topic_only"
)

// ChannelPermissions says who may do what in a channel. In an answer nil means that the server does not know the
// permission; in a request it means the server's default, or no change.
type ChannelPermissions struct {
	CanRemoveSubscribers *GroupSetting `json:"can_remove_subscribers_group"`
	// These need Zulip 10 (feature levels 325, 333, 342 and 357).
	CanAdministerChannel *GroupSetting `json:"can_administer_channel_group"`
	CanSendMessage       *GroupSetting `json:"can_send_message_group"`
	CanAddSubscribers    *GroupSetting `json:"can_add_subscribers_group"`
	CanSubscribe         *GroupSetting `json:"can_subscribe_group"`
	// These need Zulip 11 (feature levels 396, 402 and 407).
	CanMoveMessagesOutOfChannel  *GroupSetting `json:"can_move_messages_out_of_channel_group"`
	CanMoveMessagesWithinChannel *GroupSetting `json:"can_move_messages_within_channel_group"`
	CanResolveTopics             *GroupSetting `json:"can_resolve_topics_group"`
	CanDeleteAnyMessage          *GroupSetting `json:"can_delete_any_message_group"`
	CanDeleteOwnMessage          *GroupSetting `json:"can_delete_own_message_group"`
	// CanCreateTopic needs Zulip 12 (feature level 441).
	CanCreateTopic *GroupSetting `json:"can_create_topic_group"`
}

// channelPermissions are the parameters for new permissions and the ones that the caller believes to change.
func channelPermissions(value, expected ChannelPermissions) []permission {
	return []permission{
		{
			name: "can_remove_subscribers_group", renamed: 197, objects: 320,
			value: value.CanRemoveSubscribers, expected: expected.CanRemoveSubscribers,
		},
		{name: "can_administer_channel_group", since: 325, value: value.CanAdministerChannel, expected: expected.CanAdministerChannel},
		{name: "can_send_message_group", since: 333, value: value.CanSendMessage, expected: expected.CanSendMessage},
		{name: "can_add_subscribers_group", since: 342, value: value.CanAddSubscribers, expected: expected.CanAddSubscribers},
		{name: "can_subscribe_group", since: 357, value: value.CanSubscribe, expected: expected.CanSubscribe},
		{
			name: "can_move_messages_out_of_channel_group", since: 396,
			value: value.CanMoveMessagesOutOfChannel, expected: expected.CanMoveMessagesOutOfChannel,
		},
		{
			name: "can_move_messages_within_channel_group", since: 396,
			value: value.CanMoveMessagesWithinChannel, expected: expected.CanMoveMessagesWithinChannel,
		},
		{name: "can_resolve_topics_group", since: 402, value: value.CanResolveTopics, expected: expected.CanResolveTopics},
		{name: "can_delete_any_message_group", since: 407, value: value.CanDeleteAnyMessage, expected: expected.CanDeleteAnyMessage},
		{name: "can_delete_own_message_group", since: 407, value: value.CanDeleteOwnMessage, expected: expected.CanDeleteOwnMessage},
		{name: "can_create_topic_group", since: 441, value: value.CanCreateTopic, expected: expected.CanCreateTopic},
	}
}

// ChannelsRequest selects channels; the zero value means the caller's own and all public ones that are active.
type ChannelsRequest struct {
	// SubscribedOnly leaves out public channels that the caller is not subscribed to.
	SubscribedOnly bool
	// IncludeAll adds all channels of which the caller may know; before Zulip 10 (feature level 356) only an
	// administrator may ask for it.
	IncludeAll bool
	// IncludeOwnerSubscribed adds, for a bot, the channels that its owner is subscribed to.
	IncludeOwnerSubscribed bool
	// IncludeArchived adds archived channels; servers before Zulip 10 never list them.
	IncludeArchived bool
	// IncludeDefault fills in [Channel.IsDefault].
	IncludeDefault bool
}

// Channels lists channels. API: GET /streams.
func (c *Client) Channels(ctx context.Context, req ChannelsRequest) ([]Channel, error) {
	const op = "list channels"
	p := params{}
	if req.IncludeAll {
		level, err := c.featureLevel(ctx)
		switch {
		case err != nil:
			return nil, fmt.Errorf("zulip: %s: %w", op, err)
		case level < 356:
			p.json("include_all_active", true)
		default:
			p.json("include_all", true)
		}
	}
	if req.IncludeOwnerSubscribed {
		p.json("include_owner_subscribed", true)
	}
	if req.IncludeDefault {
		p.json("include_default", true)
	}
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
	err := c.call(ctx, call{op: op, method: http.MethodGet, path: path("streams"), params: p, newer: []string{"exclude_archived"}}, &out)
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
