package zulip_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// flagged tells which of the messages carry a flag.
func flagged(t *testing.T, c *zulip.Client, flag zulip.MessageFlag, narrow ...zulip.NarrowTerm) (ids []zulip.MessageID) {
	t.Helper()
	for message, err := range c.AllMessages(t.Context(), zulip.MessagesRequest{Narrow: narrow}) {
		require.NoError(t, err)
		if message.HasFlag(flag) {
			ids = append(ids, message.ID)
		}
	}
	return ids
}

func TestFlags(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	first := zulip.MessageID(h.server.SendDirect(h.alice, "one", h.bot).ID)
	second := zulip.MessageID(h.server.SendDirect(h.alice, "two", h.bot).ID)
	changed, err := c.UpdateFlags(ctx, zulip.UpdateFlagsRequest{Flag: zulip.FlagStarred, Messages: []zulip.MessageID{first, second}})
	require.NoError(t, err)
	assert.ElementsMatch(t, []zulip.MessageID{first, second}, changed.Messages)
	assert.Equal(t, []zulip.MessageID{first, second}, flagged(t, c, zulip.FlagStarred))
	_, err = c.UpdateFlags(ctx, zulip.UpdateFlagsRequest{Op: zulip.FlagRemove, Flag: zulip.FlagStarred, Messages: []zulip.MessageID{first}})
	require.NoError(t, err)
	assert.Equal(t, []zulip.MessageID{second}, flagged(t, c, zulip.FlagStarred, zulip.NarrowIs(zulip.IsStarred)))
	_, err = c.UpdateFlags(ctx, zulip.UpdateFlagsRequest{Flag: zulip.FlagMentioned, Messages: []zulip.MessageID{first}})
	require.ErrorContains(t, err, "400", "not everything can be changed")
	_, err = c.UpdateFlags(ctx, zulip.UpdateFlagsRequest{Flag: zulip.FlagRead})
	require.ErrorContains(t, err, "at least one message")
}

func TestFlagsInNarrow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.client(t)
	for range 5 {
		h.server.SendToChannel(h.alice, h.channel, "tea", "x")
		h.server.SendToChannel(h.alice, h.channel, "coffee", "y")
	}
	changed, err := c.UpdateFlagsInNarrow(t.Context(), zulip.UpdateFlagsInNarrowRequest{
		Flag: zulip.FlagStarred, Anchor: zulip.AnchorOldest, NumAfter: 3,
		Narrow: []zulip.NarrowTerm{zulip.NarrowChannel(zulip.ChannelID(h.channel.ID)), zulip.NarrowTopic("tea")},
	})
	require.NoError(t, err)
	assert.False(t, changed.FoundNewest)
	assert.Equal(t, changed.ProcessedCount, changed.UpdatedCount)
	starred := flagged(t, c, zulip.FlagStarred)
	require.Len(t, starred, changed.UpdatedCount)
	assert.Equal(t, changed.FirstProcessedID, starred[0])
	assert.Equal(t, changed.LastProcessedID, starred[len(starred)-1])
	for _, id := range starred {
		message, err := c.Message(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, "tea", message.Topic)
	}
	_, err = c.UpdateFlagsInNarrow(t.Context(), zulip.UpdateFlagsInNarrowRequest{})
	require.ErrorContains(t, err, "name a flag")
}

func TestMarkAsRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	channel := zulip.ChannelID(h.channel.ID)
	unread := func() (count int) {
		return len(flaggedUnread(t, c))
	}
	for range 3 {
		h.server.SendToChannel(h.alice, h.channel, "tea", "x")
		h.server.SendToChannel(h.alice, h.channel, "coffee", "y")
		h.server.SendDirect(h.alice, "z", h.bot)
	}
	require.Equal(t, 9, unread())
	require.NoError(t, c.MarkTopicAsRead(ctx, channel, "tea"))
	require.Equal(t, 6, unread())
	require.NoError(t, c.MarkChannelAsRead(ctx, channel))
	require.Equal(t, 3, unread())
	require.NoError(t, c.MarkAllAsRead(ctx))
	require.Zero(t, unread())
}

func flaggedUnread(t *testing.T, c *zulip.Client) (ids []zulip.MessageID) {
	t.Helper()
	for message, err := range c.AllMessages(t.Context(), zulip.MessagesRequest{}) {
		require.NoError(t, err)
		if !message.HasFlag(zulip.FlagRead) {
			ids = append(ids, message.ID)
		}
	}
	return ids
}

func TestMarkAllAsReadGoesOnUntilTheServerIsDone(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][]string{
		"since 8.0": {
			`{"result":"success","msg":"","complete":false}`, `{"result":"success","msg":"","complete":false}`,
			`{"result":"success","msg":"","complete":true}`,
		},
		"before": {
			`{"result":"partially_completed","msg":"","code":"REQUEST_TIMEOUT"}`, `{"result":"success","msg":""}`,
		},
	} {
		asked := 0
		c := answering(t, func(w http.ResponseWriter, r *http.Request) {
			asked++
			answerWith(http.StatusOK, answers[asked-1])(w, r)
		})
		require.NoError(t, c.MarkAllAsRead(t.Context()), name)
		assert.Len(t, answers, asked, name)
	}
	c := answering(t, answerWith(http.StatusOK, `{"result":"success","msg":"","complete":false}`))
	require.ErrorContains(t, c.MarkAllAsRead(t.Context()), "does not come to an end")
}

func TestOldWordForWildcards(t *testing.T) {
	t.Parallel()
	assert.True(t, zulip.Message{Flags: []string{"wildcard_mentioned"}}.HasFlag(zulip.FlagChannelWildcardMention))
	assert.False(t, zulip.Message{Flags: []string{"read"}}.HasFlag(zulip.FlagStarred))
}
