package zulip_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestMessageHistoryTellsWhatWasBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	sent, err := c.SendMessage(ctx, zulip.SendMessageRequest{To: zulip.InChannel(zulip.ChannelID(h.channel.ID), "tea"), Content: "first"})
	require.NoError(t, err)
	require.NoError(t, c.EditMessage(ctx, sent.ID, zulip.EditMessageRequest{Content: new("second")}))
	require.NoError(t, c.EditMessage(ctx, sent.ID, zulip.EditMessageRequest{Topic: new("coffee")}))
	versions, err := c.MessageHistory(ctx, sent.ID)
	require.NoError(t, err)
	require.Len(t, versions, 3)
	assert.Equal(t, "first", versions[0].Content)
	assert.Nil(t, versions[0].PrevContent)
	assert.Equal(t, "second", versions[1].Content)
	assert.Equal(t, "first", *versions[1].PrevContent)
	assert.Nil(t, versions[1].PrevTopic)
	assert.Equal(t, "tea", versions[1].Topic)
	assert.Equal(t, "coffee", versions[2].Topic)
	assert.Equal(t, "tea", *versions[2].PrevTopic)
	assert.Equal(t, zulip.UserID(h.bot.ID), versions[2].UserID)
	assert.False(t, versions[2].Time().IsZero())
}

func TestReadReceipts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, alice := h.client(t), h.clientOf(t, h.alice)
	sent, err := c.SendMessage(t.Context(), zulip.SendMessageRequest{To: zulip.InChannel(zulip.ChannelID(h.channel.ID), "tea"), Content: "read this"})
	require.NoError(t, err)
	readers, err := c.ReadReceipts(t.Context(), sent.ID)
	require.NoError(t, err)
	assert.Empty(t, readers)
	_, err = alice.UpdateFlags(t.Context(), zulip.UpdateFlagsRequest{Flag: zulip.FlagRead, Messages: []zulip.MessageID{sent.ID}})
	require.NoError(t, err)
	readers, err = c.ReadReceipts(t.Context(), sent.ID)
	require.NoError(t, err)
	assert.Equal(t, []zulip.UserID{zulip.UserID(h.alice.ID)}, readers)
}
