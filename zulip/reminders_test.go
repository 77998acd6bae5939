package zulip_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestReminders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		c, ctx := h.client(t), t.Context()
		message := zulip.MessageID(h.server.SendDirect(h.alice, "do this", h.bot).ID)
		at := time.Now().Add(time.Hour)
		later, err := c.CreateReminder(ctx, zulip.CreateReminderRequest{MessageID: message, DeliverAt: at.Add(time.Hour), Note: "really"})
		require.NoError(t, err)
		soon, err := c.CreateReminder(ctx, zulip.CreateReminderRequest{MessageID: message, DeliverAt: at})
		require.NoError(t, err)
		reminders, err := c.Reminders(ctx)
		require.NoError(t, err)
		require.Len(t, reminders, 2)
		assert.Equal(t, soon, reminders[0].ID)
		assert.Equal(t, later, reminders[1].ID)
		assert.Equal(t, message, reminders[0].MessageID)
		assert.True(t, at.Truncate(time.Second).Equal(reminders[0].Time()))
		assert.Contains(t, reminders[1].Content, "really")
		require.NoError(t, c.DeleteReminder(ctx, later))
		reminders, err = c.Reminders(ctx)
		require.NoError(t, err)
		assert.Len(t, reminders, 1)
		_, err = c.CreateReminder(ctx, zulip.CreateReminderRequest{MessageID: message})
		require.ErrorContains(t, err, "not set")
	})
}
