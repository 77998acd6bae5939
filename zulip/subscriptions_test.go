package zulip_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestUpdateSubscriptions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	elsewhere := zulip.ChannelID(h.server.AddChannel("elsewhere", h.alice).ID)
	outcome, err := c.UpdateSubscriptions(ctx, zulip.UpdateSubscriptionsRequest{
		Add: []zulip.NewSubscription{{Name: "elsewhere", Color: "#c2c2c2"}}, Delete: []string{"engineering"},
	})
	require.NoError(t, err)
	assert.Len(t, outcome.Subscribed.Subscribed, 1)
	assert.Equal(t, []string{"engineering"}, outcome.Removed)
	in, err := c.IsSubscribed(ctx, zulip.UserID(h.bot.ID), elsewhere)
	require.NoError(t, err)
	assert.True(t, in)
	in, err = c.IsSubscribed(ctx, zulip.UserID(h.bob.ID), elsewhere)
	require.NoError(t, err)
	assert.False(t, in)
	_, err = c.UpdateSubscriptions(ctx, zulip.UpdateSubscriptionsRequest{})
	require.ErrorContains(t, err, "at least one channel")
	_, err = c.UpdateSubscriptions(ctx, zulip.UpdateSubscriptionsRequest{Add: []zulip.NewSubscription{{}}})
	require.ErrorContains(t, err, "no name")
}

func TestSubscriptionSettings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	require.NoError(t, c.UpdateSubscriptionSettings(ctx, zulip.SubscriptionSettings{
		Channel: zulip.ChannelID(h.channel.ID), Color: new("#00ff00"), IsMuted: new(true), PinToTop: new(true), EmailNotifications: new(false),
	}))
	subscriptions, err := c.Subscriptions(ctx)
	require.NoError(t, err)
	require.Len(t, subscriptions, 1)
	one := subscriptions[0]
	assert.Equal(t, "#00ff00", one.Color)
	assert.True(t, one.IsMuted)
	assert.False(t, one.InHomeView)
	assert.True(t, one.PinToTop)
	require.NotNil(t, one.EmailNotifications)
	assert.False(t, *one.EmailNotifications)
	assert.Nil(t, one.PushNotifications, "as in the account")
	require.ErrorContains(t, c.UpdateSubscriptionSettings(ctx, zulip.SubscriptionSettings{Channel: 1}), "nothing to change")
}

func TestSubscribeSkipsWhatIsClosed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.server.AddPrivateChannel("board", h.alice)
	h.server.AddChannel("open", h.alice)
	c, ctx := h.client(t), t.Context()
	req := zulip.SubscribeRequest{Channels: []zulip.NewSubscription{{Name: "board"}, {Name: "open"}}, SendNewSubscriptionMessages: new(false)}
	_, err := c.Subscribe(ctx, req)
	require.Error(t, err)
	req.SkipUnauthorized = true
	outcome, err := c.Subscribe(ctx, req)
	require.NoError(t, err)
	assert.Equal(t, []string{"board"}, outcome.Unauthorized)
	assert.Len(t, outcome.Subscribed, 1)
}

func TestUserChannels(t *testing.T) {
	t.Parallel()
	h := newHouse(t, zuliptest.WithFeatureLevel(460))
	h.server.AddChannel("elsewhere", h.bob)
	channels, err := h.client(t).UserChannels(t.Context(), zulip.UserID(h.alice.ID))
	require.NoError(t, err)
	assert.Equal(t, []zulip.ChannelID{zulip.ChannelID(h.channel.ID)}, channels)
	requireTooOld(t, 440, func(c *zulip.Client) error { _, err := c.UserChannels(t.Context(), 1); return err })
}
