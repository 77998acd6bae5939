package zulip_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestCreateChannel(t *testing.T) {
	t.Parallel()
	for _, level := range []int{416, 421} { // the older one makes channels by subscribing to them
		h := newHouse(t, zuliptest.WithFeatureLevel(level))
		admin, owner := h.owner(t)
		ctx := t.Context()
		alice := zulip.UserID(h.alice.ID)
		id, err := admin.CreateChannel(ctx, zulip.CreateChannelRequest{
			Name: "board", Description: "Minutes", InviteOnly: true, HistoryPublicToSubscribers: new(true),
			Subscribers: []zulip.UserID{zulip.UserID(owner.ID), alice}, MessageRetentionDays: zulip.RetainForever,
			Permissions: zulip.ChannelPermissions{CanSendMessage: &zulip.GroupSetting{DirectMembers: []zulip.UserID{alice}}},
		})
		require.NoError(t, err, level)
		channel, err := admin.Channel(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, "board", channel.Name)
		assert.Equal(t, "Minutes", channel.Description)
		assert.True(t, channel.InviteOnly)
		assert.True(t, channel.HistoryPublicToSubscribers)
		assert.Equal(t, zulip.RetainForever, *channel.MessageRetentionDays)
		assert.Equal(t, []zulip.UserID{alice}, channel.CanSendMessage.DirectMembers)
		subscribers, err := admin.Subscribers(ctx, id)
		require.NoError(t, err)
		assert.ElementsMatch(t, []zulip.UserID{zulip.UserID(owner.ID), alice}, subscribers)

		_, err = admin.CreateChannel(ctx, zulip.CreateChannelRequest{Name: "Board"})
		require.ErrorIs(t, err, zulip.ErrChannelAlreadyExists, level)

		id, err = h.client(t).CreateChannel(ctx, zulip.CreateChannelRequest{Name: "for the bot alone"})
		require.NoError(t, err, level)
		subscribers, err = admin.Subscribers(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, []zulip.UserID{zulip.UserID(h.bot.ID)}, subscribers)
	}
}

func TestNewChannelsTravelAsTheAPIHasThem(t *testing.T) {
	t.Parallel()
	server := &oldServer{level: 421, answers: map[string]string{"POST /channels/create": `{"result":"success","msg":"","id":12}`}}
	id, err := server.client(t).CreateChannel(t.Context(), zulip.CreateChannelRequest{
		Name: "123", Subscribers: []zulip.UserID{1}, IsWebPublic: true, IsDefault: true, Announce: true, FolderID: 3,
		MessageRetentionDays: 30, TopicsPolicy: zulip.TopicsEmptyOnly, SendNewSubscriptionMessages: new(false),
	})
	require.NoError(t, err)
	assert.Equal(t, zulip.ChannelID(12), id)
	form := map[string]string{}
	for name := range server.form {
		form[name] = server.form.Get(name)
	}
	assert.Equal(t, map[string]string{
		"name": "123", "subscribers": "[1]", "is_web_public": "true", "is_default_stream": "true", "announce": "true", "folder_id": "3",
		"message_retention_days": "30", "topics_policy": `"empty_topic_only"`, "send_new_subscription_messages": "false",
	}, form)
}

func TestNewChannelThatItsMakerCannotSee(t *testing.T) {
	t.Parallel()
	const unknown = `{"result":"error","msg":"Invalid channel name 'board'","code":"BAD_REQUEST"}`
	server := &oldServer{level: 416, answers: map[string]string{"GET /get_stream_id": unknown}}
	_, err := server.client(t).CreateChannel(t.Context(), zulip.CreateChannelRequest{Name: "board", InviteOnly: true, Subscribers: []zulip.UserID{1}})
	require.ErrorContains(t, err, "it was made")
	assert.Contains(t, server.asked, "POST /users/me/subscriptions")
}

func TestNewChannelsOnOlderServers(t *testing.T) {
	t.Parallel()
	for level, req := range map[int]zulip.CreateChannelRequest{
		200: {IsDefault: true},
		389: {FolderID: 1},
		392: {TopicsPolicy: zulip.TopicsAllowEmpty},
		397: {SendNewSubscriptionMessages: new(false)},
		404: {TopicsPolicy: zulip.TopicsEmptyOnly, SendNewSubscriptionMessages: new(false)},
		407: {Permissions: zulip.ChannelPermissions{CanDeleteAnyMessage: &zulip.GroupSetting{}}},
		441: {Permissions: zulip.ChannelPermissions{CanCreateTopic: &zulip.GroupSetting{}}},
	} {
		req.Name = "new"
		requireTooOld(t, level, func(c *zulip.Client) error {
			_, err := c.CreateChannel(t.Context(), req)
			return err
		})
	}
	_, err := newHouse(t).client(t).CreateChannel(t.Context(), zulip.CreateChannelRequest{})
	require.ErrorContains(t, err, "no name")
}
