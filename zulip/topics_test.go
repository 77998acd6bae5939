package zulip_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestTopics(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.owner(t)
	ctx, id := t.Context(), zulip.ChannelID(h.channel.ID)
	h.server.SendToChannel(h.alice, h.channel, "tea", "one")
	h.server.SendToChannel(h.alice, h.channel, "tea", "two")
	last := h.server.SendToChannel(h.bob, h.channel, "lunch", "three")
	topics, err := admin.Topics(ctx, id)
	require.NoError(t, err)
	require.Len(t, topics, 2)
	assert.Equal(t, zulip.Topic{Name: "lunch", MaxID: zulip.MessageID(last.ID)}, topics[0])
	require.NoError(t, admin.DeleteTopic(ctx, id, "tea"))
	topics, err = admin.Topics(ctx, id)
	require.NoError(t, err)
	assert.Len(t, topics, 1)
	require.Error(t, h.client(t).DeleteTopic(ctx, id, "lunch"), "a member may not")
}

func TestDeleteTopicGoesOnUntilAllIsGone(t *testing.T) {
	t.Parallel()
	const path = "POST /streams/1/delete_topic"
	for name, row := range map[string]struct {
		answer string
		rounds int
		wants  string
	}{
		"7.0, says nothing":  {`{"result":"success","msg":""}`, 1, ""},
		"complete":           {`{"result":"success","msg":"","complete":true}`, 1, ""},
		"never ends":         {`{"result":"success","msg":"","complete":false}`, 100, "call again"},
		"never ends, 7.0":    {`{"result":"partially_completed","msg":"","code":"REQUEST_TIMEOUT"}`, 100, "call again"},
		"refused":            {`{"result":"error","msg":"no","code":"BAD_REQUEST"}`, 1, "no"},
		"not Zulip's answer": {`<html>`, 1, "could not be understood"},
	} {
		server := &oldServer{level: 185, answers: map[string]string{path: row.answer}}
		err := server.client(t).DeleteTopic(t.Context(), 1, "tea")
		if row.wants == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, row.wants, name)
		}
		assert.Equal(t, slices.Repeat([]string{path}, row.rounds), server.asked, name)
	}
}

func TestUpdateUserTopic(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx, id := h.client(t), t.Context(), zulip.ChannelID(h.channel.ID)
	require.NoError(t, c.UpdateUserTopic(ctx, id, "tea", zulip.VisibilityMuted))
	require.NoError(t, c.UpdateUserTopic(ctx, id, "tea", zulip.VisibilityFollowed))
	require.NoError(t, c.UpdateUserTopic(ctx, id, "tea", zulip.VisibilityInherit))
	require.Error(t, c.UpdateUserTopic(ctx, 4711, "tea", zulip.VisibilityMuted))
	require.ErrorIs(t, c.UpdateUserTopic(ctx, id, strings.Repeat("t", 61), zulip.VisibilityMuted), zulip.ErrTopicTooLong)
	var sent []string
	for _, request := range h.server.Requests() {
		if request.Path == "/user_topics" && request.Status == 200 {
			sent = append(sent, request.Params.Get("visibility_policy"))
		}
	}
	assert.Equal(t, []string{"1", "3", "0"}, sent)
	requireTooOld(t, 219, func(c *zulip.Client) error { return c.UpdateUserTopic(ctx, id, "tea", zulip.VisibilityFollowed) })
}
