package zulip_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestTypingIsSeenByTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		c, alice, ctx := h.client(t), h.clientOf(t, h.alice), t.Context()
		queue, err := alice.Register(ctx, zulip.RegisterRequest{EventTypes: []string{zulip.EventTyping}})
		require.NoError(t, err)
		require.NoError(t, c.StartTyping(ctx, zulip.Direct(zulip.UserID(h.alice.ID))))
		require.NoError(t, c.StopTyping(ctx, zulip.Direct(zulip.UserID(h.alice.ID))))
		require.NoError(t, c.StartTyping(ctx, zulip.InChannel(zulip.ChannelID(h.channel.ID), "tea")))
		events, err := alice.GetEvents(ctx, zulip.EventsRequest{QueueID: queue.ID, LastEventID: queue.LastEventID, DontBlock: true})
		require.NoError(t, err)
		require.Len(t, events, 3)
		assert.Equal(t, "start", events[0].Op)
		assert.Equal(t, zulip.UserID(h.bot.ID), events[0].Typing.SenderID)
		assert.Equal(t, "stop", events[1].Op)
		assert.Equal(t, zulip.ChannelID(h.channel.ID), events[2].Typing.ChannelID)
		assert.Equal(t, "tea", events[2].Typing.Topic)
	})
}

// TestTypingInTheFormOfAllServers: before level 215 the channel is in "to", later in "stream_id".
func TestTypingInTheFormOfAllServers(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	c := atLevel(t, 185, "", seen, func(r *http.Request) {
		assert.Equal(t, "stream", r.Form.Get("type"))
		assert.Equal(t, "[7]", r.Form.Get("to"))
		assert.Equal(t, "7", r.Form.Get("stream_id"))
		assert.Equal(t, "tea", r.Form.Get("topic"))
	})
	require.NoError(t, c.StartTyping(t.Context(), zulip.InChannel(7, "tea")))
	assert.Equal(t, map[string]int{"POST /api/v1/typing": 1}, seen, "without asking for the level")
}

func TestTypingTakesIDs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.client(t)
	require.ErrorContains(t, c.StartTyping(t.Context(), zulip.DirectByEmail("a@b.example")), "ids only")
	require.ErrorContains(t, c.StopTyping(t.Context(), zulip.InChannelNamed("engineering", "tea")), "ids only")
	require.ErrorContains(t, c.StopTyping(t.Context(), zulip.Recipient{}), "no recipient")
	assert.Empty(t, h.server.Requests())
}

func TestTypingInAnEdit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		c, alice, ctx := h.client(t), h.clientOf(t, h.alice), t.Context()
		sent, err := c.SendMessage(ctx, zulip.SendMessageRequest{To: zulip.InChannel(zulip.ChannelID(h.channel.ID), "tea"), Content: "x"})
		require.NoError(t, err)
		queue, err := alice.Register(ctx, zulip.RegisterRequest{EventTypes: []string{"typing_edit_message"}})
		require.NoError(t, err)
		require.NoError(t, c.StartEditTyping(ctx, sent.ID))
		require.NoError(t, c.StopEditTyping(ctx, sent.ID))
		events, err := alice.GetEvents(ctx, zulip.EventsRequest{QueueID: queue.ID, LastEventID: queue.LastEventID, DontBlock: true})
		require.NoError(t, err)
		require.Len(t, events, 2)
		assert.Equal(t, "start", events[0].Op)
		assert.Equal(t, "stop", events[1].Op)
	})
}
