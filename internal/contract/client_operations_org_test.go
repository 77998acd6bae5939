package contract

import (
	"context"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/zulip"
)

func channelOperations() []operation {
	return []operation{
		{name: "GET /streams", by: "Channels", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Channels(ctx, zulip.ChannelsRequest{SubscribedOnly: true, IncludeArchived: true})
		}},
		{name: "GET /streams/{stream_id}", by: "Channel", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Channel(ctx, 11)
		}},
		{name: "GET /get_stream_id", by: "ChannelID", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.ChannelID(ctx, "Denmark")
		}},
		{name: "GET /streams/{stream_id}/members", by: "Subscribers", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Subscribers(ctx, 11)
		}},
		{name: "GET /users/me/subscriptions", by: "Subscriptions", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Subscriptions(ctx)
		}},
		{name: "POST /users/me/subscriptions", by: "Subscribe", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Subscribe(ctx, zulip.SubscribeRequest{
				Channels: []zulip.NewSubscription{{Name: "Verona", Description: "A city"}}, Users: []zulip.UserID{9},
				InviteOnly: true, Announce: true,
			})
		}},
		{name: "PATCH /users/me/subscriptions", by: "UpdateSubscriptions", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.UpdateSubscriptions(ctx, zulip.UpdateSubscriptionsRequest{
				Add: []zulip.NewSubscription{{Name: "Verona", Description: "A city"}}, Delete: []string{"Denmark"},
			})
		}},
		{name: "POST /users/me/subscriptions/properties", by: "UpdateSubscriptionSettings", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UpdateSubscriptionSettings(ctx, zulip.SubscriptionSettings{Channel: 11, Color: new("#c2c2c2"), IsMuted: new(true)})
		}},
		{name: "GET /users/{user_id}/subscriptions/{stream_id}", by: "IsSubscribed", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.IsSubscribed(ctx, 9, 11)
		}},
		{name: "GET /users/me/{stream_id}/topics", by: "Topics", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Topics(ctx, 11)
		}},
		{name: "POST /streams/{stream_id}/delete_topic", by: "DeleteTopic", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.DeleteTopic(ctx, 11, "lunch")
		}},
		{name: "POST /channels/create", by: "CreateChannel", since: 417, call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.CreateChannel(ctx, zulip.CreateChannelRequest{Name: "Verona", Description: "A city", InviteOnly: true})
		}},
		{name: "PATCH /streams/{stream_id}", by: "UpdateChannel", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UpdateChannel(ctx, 11, zulip.UpdateChannelRequest{
				Name: new("Verona"), Description: new("A city"), IsPrivate: new(true), HistoryPublicToSubscribers: new(true),
				MessageRetentionDays: new(zulip.RetainForever),
			})
		}},
		{name: "DELETE /streams/{stream_id}", by: "ArchiveChannel", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.ArchiveChannel(ctx, 11)
		}},
		{name: "PATCH /streams/{stream_id}", by: "UnarchiveChannel", since: 388, call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UnarchiveChannel(ctx, 11)
		}},
		{name: "GET /streams/{stream_id}/email_address", by: "ChannelEmail", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.ChannelEmail(ctx, 11, 0)
		}},
		{name: "GET /channel_folders", by: "ChannelFolders", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.ChannelFolders(ctx, zulip.ChannelFoldersRequest{})
		}},
		{name: "DELETE /users/me/subscriptions", by: "Unsubscribe", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.Unsubscribe(ctx, zulip.UnsubscribeRequest{Channels: []string{"Verona"}, Users: []zulip.UserID{9}})
		}},
	}
}

func organizationOperations() []operation {
	return []operation{
		{name: "GET /server_settings", by: "ServerSettings", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.ServerSettings(ctx)
		}},
		{name: "PATCH /settings", by: "UpdateSettings", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UpdateSettings(ctx, zulip.UpdateSettingsRequest{
				FullName: new("Ada King"), Timezone: new("Europe/London"), SendReadReceipts: new(true), ColorScheme: new(2),
			})
		}},
		{name: "GET /realm/emoji", by: "CustomEmoji", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.CustomEmoji(ctx)
		}},
		{name: "POST /realm/emoji/{emoji_name}", by: "UploadCustomEmoji", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UploadCustomEmoji(ctx, "lunch", "lunch.png", strings.NewReader("a picture"))
		}},
		{name: "GET /realm/profile_fields", by: "ProfileFields", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.ProfileFields(ctx)
		}},
		{name: "GET /realm/linkifiers", by: "Linkifiers", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Linkifiers(ctx)
		}},
		{name: "POST /realm/filters", by: "AddLinkifier", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.AddLinkifier(ctx, "#(?P<id>[0-9]+)", "https://tickets.example.org/{id}")
		}},
		{name: "GET /invites", by: "Invitations", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Invitations(ctx)
		}},
		{name: "POST /invites", by: "SendInvitations", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.SendInvitations(ctx, zulip.SendInvitationsRequest{
				Emails: []string{"ada@example.org", "bob@example.org"}, ExpiresIn: 24 * time.Hour, Role: zulip.RoleMember,
				Channels: []zulip.ChannelID{11},
			})
		}},
	}
}
