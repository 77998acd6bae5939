package zulip_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestUpdateChannel(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.owner(t)
	ctx, id := t.Context(), zulip.ChannelID(h.channel.ID)
	require.NoError(t, admin.UpdateChannel(ctx, id, zulip.UpdateChannelRequest{
		Name: new("engine room"), Description: new("Where the noise is"), MessageRetentionDays: new(30), IsDefault: new(true),
		TopicsPolicy: zulip.TopicsDisableEmpty,
		Permissions:  zulip.ChannelPermissions{CanSendMessage: &zulip.GroupSetting{DirectMembers: []zulip.UserID{zulip.UserID(h.alice.ID)}}},
	}))
	channels, err := admin.Channels(ctx, zulip.ChannelsRequest{IncludeDefault: true})
	require.NoError(t, err)
	require.Len(t, channels, 1)
	channel := channels[0]
	assert.Equal(t, "engine room", channel.Name)
	assert.Equal(t, "Where the noise is", channel.Description)
	assert.Equal(t, 30, *channel.MessageRetentionDays)
	assert.Equal(t, zulip.TopicsDisableEmpty, channel.TopicsPolicy)
	assert.True(t, channel.IsDefault)
	assert.Equal(t, []zulip.UserID{zulip.UserID(h.alice.ID)}, channel.CanSendMessage.DirectMembers)

	change := zulip.UpdateChannelRequest{
		Permissions:         zulip.ChannelPermissions{CanSendMessage: &zulip.GroupSetting{}},
		ExpectedPermissions: zulip.ChannelPermissions{CanSendMessage: &zulip.GroupSetting{}},
	}
	require.Error(t, admin.UpdateChannel(ctx, id, change), "it is not what the caller expects")
	change.ExpectedPermissions.CanSendMessage = channel.CanSendMessage
	require.NoError(t, admin.UpdateChannel(ctx, id, change))
	require.NoError(t, admin.UpdateChannel(ctx, id, zulip.UpdateChannelRequest{MessageRetentionDays: new(zulip.RetainDefault)}))
	channel, err = admin.Channel(ctx, id)
	require.NoError(t, err)
	assert.Nil(t, channel.MessageRetentionDays)
	require.ErrorContains(t, admin.UpdateChannel(ctx, id, zulip.UpdateChannelRequest{}), "nothing to change")
	require.Error(t, h.client(t).UpdateChannel(ctx, id, zulip.UpdateChannelRequest{Name: new("mine")}), "a member may not")
}

func TestArchiveAndBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.owner(t)
	ctx, id := t.Context(), zulip.ChannelID(h.channel.ID)
	require.NoError(t, admin.ArchiveChannel(ctx, id))
	channels, err := admin.Channels(ctx, zulip.ChannelsRequest{})
	require.NoError(t, err)
	assert.Empty(t, channels)
	channels, err = admin.Channels(ctx, zulip.ChannelsRequest{IncludeArchived: true})
	require.NoError(t, err)
	require.Len(t, channels, 1)
	assert.True(t, channels[0].IsArchived)
	require.NoError(t, admin.UnarchiveChannel(ctx, id))
	channels, err = admin.Channels(ctx, zulip.ChannelsRequest{})
	require.NoError(t, err)
	assert.Len(t, channels, 1)
	requireTooOld(t, 388, func(c *zulip.Client) error { return c.UnarchiveChannel(ctx, id) })
}

func TestChannelEmail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, id := t.Context(), zulip.ChannelID(h.channel.ID)
	address, err := h.client(t).ChannelEmail(ctx, id, 0)
	require.NoError(t, err)
	assert.Contains(t, address, "@")
	own, err := h.client(t).ChannelEmail(ctx, id, zulip.UserID(h.bot.ID))
	require.NoError(t, err)
	assert.Contains(t, own, "@")
	_, err = h.client(t).ChannelEmail(ctx, id, zulip.UserID(h.bob.ID))
	require.Error(t, err, "in the name of somebody else")
	requireTooOld(t, 226, func(c *zulip.Client) error { _, err := c.ChannelEmail(ctx, id, 0); return err })
	requireTooOld(t, 335, func(c *zulip.Client) error { _, err := c.ChannelEmail(ctx, id, 1); return err })
}

func TestChannelsThatAreIncluded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.server.AddPrivateChannel("board", h.alice)
	admin, _ := h.owner(t)
	channels, err := admin.Channels(t.Context(), zulip.ChannelsRequest{})
	require.NoError(t, err)
	assert.Len(t, channels, 1)
	channels, err = admin.Channels(t.Context(), zulip.ChannelsRequest{IncludeAll: true})
	require.NoError(t, err)
	assert.Len(t, channels, 2)
	channels, err = h.client(t).Channels(t.Context(), zulip.ChannelsRequest{IncludeOwnerSubscribed: true})
	require.NoError(t, err)
	assert.Len(t, channels, 1)

	server := &oldServer{level: 355, answers: map[string]string{"GET /streams": `{"result":"success","msg":"","streams":[{"stream_id":1}]}`}}
	channels, err = server.client(t).Channels(t.Context(), zulip.ChannelsRequest{IncludeAll: true})
	require.NoError(t, err)
	assert.Len(t, channels, 1)
	assert.Equal(t, url.Values{"include_all_active": {"true"}}, server.form)
}

func TestFoldersOfChannels(t *testing.T) {
	t.Parallel()
	server := &oldServer{level: 421}
	c := server.client(t)
	require.NoError(t, c.UpdateChannel(t.Context(), 1, zulip.UpdateChannelRequest{FolderID: new(zulip.ChannelFolderID(7))}))
	assert.Equal(t, "7", server.form.Get("folder_id"))
	require.NoError(t, c.UpdateChannel(t.Context(), 1, zulip.UpdateChannelRequest{FolderID: new(zulip.ChannelFolderID(0))}))
	assert.Equal(t, "null", server.form.Get("folder_id"), "out of its folder")
	requireTooOld(t, 389, func(c *zulip.Client) error {
		return c.UpdateChannel(t.Context(), 1, zulip.UpdateChannelRequest{FolderID: new(zulip.ChannelFolderID(7))})
	})
}

func TestChannelFolders(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	folders, err := h.client(t).ChannelFolders(t.Context(), zulip.ChannelFoldersRequest{})
	require.NoError(t, err)
	assert.Empty(t, folders)
	server := &oldServer{level: 421, answers: map[string]string{"GET /channel_folders": `{"result":"success","msg":"","channel_folders":[
		{"id":2,"name":"Teams","description":"*all*","rendered_description":"<p>all</p>","order":0,"creator_id":null,"date_created":1691057093,"is_archived":true}]}`}}
	folders, err = server.client(t).ChannelFolders(t.Context(), zulip.ChannelFoldersRequest{IncludeArchived: true})
	require.NoError(t, err)
	assert.Equal(t, []zulip.ChannelFolder{{
		ID: 2, Name: "Teams", Description: "*all*", RenderedDescription: "<p>all</p>", DateCreated: 1691057093, IsArchived: true,
	}}, folders)
	requireTooOld(t, 389, func(c *zulip.Client) error {
		_, err := c.ChannelFolders(t.Context(), zulip.ChannelFoldersRequest{})
		return err
	})
}
