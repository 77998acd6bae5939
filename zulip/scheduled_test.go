package zulip_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestScheduledMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		c, ctx := h.client(t), t.Context()
		alice, channel := zulip.UserID(h.alice.ID), zulip.ChannelID(h.channel.ID)
		in := func(hours int) time.Time { return time.Now().Add(time.Duration(hours) * time.Hour) }
		first, err := c.ScheduleMessage(ctx, zulip.ScheduleMessageRequest{To: zulip.InChannel(channel, "tea"), Content: "in an hour", DeliverAt: in(1)})
		require.NoError(t, err)
		second, err := c.ScheduleMessage(ctx, zulip.ScheduleMessageRequest{To: zulip.Direct(alice), Content: "in two hours", DeliverAt: in(2)})
		require.NoError(t, err)
		third, err := c.ScheduleMessage(ctx, zulip.ScheduleMessageRequest{To: zulip.Direct(alice), Content: "never", DeliverAt: in(3)})
		require.NoError(t, err)
		waiting, err := c.ScheduledMessages(ctx)
		require.NoError(t, err)
		require.Len(t, waiting, 3)
		assert.Equal(t, first, waiting[0].ID)
		assert.Equal(t, channel, waiting[0].To.Channel)
		assert.Equal(t, "tea", waiting[0].Topic)
		assert.Equal(t, zulip.InChannel(channel, "tea"), waiting[0].Recipient())
		assert.True(t, in(1).Truncate(time.Second).Equal(waiting[0].Time()))
		assert.Equal(t, []zulip.UserID{alice}, waiting[1].To.Users)

		require.NoError(t, c.DeleteScheduledMessage(ctx, third))
		require.NoError(t, c.EditScheduledMessage(ctx, second, zulip.EditScheduledMessageRequest{
			To: new(zulip.InChannel(channel, "coffee")), Content: new("moved"), DeliverAt: in(4),
		}))
		time.Sleep(5 * time.Hour)
		synctest.Wait()
		assert.Equal(t, []string{"in an hour"}, contents(h.server.ChannelMessages(h.channel, "tea")))
		assert.Equal(t, []string{"moved"}, contents(h.server.ChannelMessages(h.channel, "coffee")))
		assert.Empty(t, h.server.DirectMessages(h.bot, h.alice))
		waiting, err = c.ScheduledMessages(ctx)
		require.NoError(t, err)
		assert.Empty(t, waiting)
	})
}

func TestWhatCannotBeScheduled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	to, at := zulip.Direct(zulip.UserID(h.alice.ID)), time.Now().Add(time.Hour)
	for wants, req := range map[string]zulip.ScheduleMessageRequest{
		"ids only": {To: zulip.DirectByEmail(h.alice.Email), Content: "x", DeliverAt: at},
		"empty":    {To: to, DeliverAt: at},
		"not set":  {To: to, Content: "x"},
	} {
		_, err := c.ScheduleMessage(ctx, req)
		require.ErrorContains(t, err, wants)
	}
	require.ErrorContains(t, c.EditScheduledMessage(ctx, 1, zulip.EditScheduledMessageRequest{}), "nothing to change")
	require.ErrorContains(t, c.EditScheduledMessage(ctx, 1, zulip.EditScheduledMessageRequest{To: &zulip.Recipient{}}), "no recipient")
	assert.Empty(t, h.server.Requests())
}

func TestScheduledToKeepsItsForm(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"7", "[7,8]", "[]"} {
		var to zulip.ScheduledTo
		require.NoError(t, json.Unmarshal([]byte(text), &to))
		raw, err := json.Marshal(to)
		require.NoError(t, err)
		assert.Equal(t, text, string(raw))
	}
}
