package zulip_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestSelectedUsers(t *testing.T) {
	t.Parallel()
	for _, level := range []int{383, 421} { // the older one sends everybody
		h := newHouse(t, zuliptest.WithFeatureLevel(level))
		users, err := h.client(t).Users(t.Context(), zulip.UsersRequest{IDs: []zulip.UserID{zulip.UserID(h.bob.ID), 4711}})
		require.NoError(t, err)
		require.Len(t, users, 1, level)
		assert.Equal(t, "Bob", users[0].FullName)
	}
}

func TestUsersTellWhatTheyAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	h.server.AddUser(zuliptest.User{FullName: "Hook", IsBot: true, BotType: zuliptest.BotIncomingWebhook, OwnerID: h.alice.ID})
	h.server.SetTimezone(h.alice, "Asia/Tokyo")
	users, err := c.Users(ctx, zulip.UsersRequest{})
	require.NoError(t, err)
	byName := map[string]zulip.User{}
	for _, user := range users {
		byName[user.FullName] = user
	}
	hook, alice := byName["Hook"], byName["Alice"]
	assert.Equal(t, zulip.BotIncomingWebhook, *hook.BotType)
	assert.Equal(t, alice.ID, *hook.BotOwnerID)
	assert.Nil(t, alice.BotType)
	assert.Equal(t, "Asia/Tokyo", alice.Location(time.UTC).String())
}

func TestLocation(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for zone, want := range map[string]string{
		"Asia/Tokyo": "Asia/Tokyo", "": "Europe/Berlin", "Local": "Europe/Berlin", "Mars/Olympus": "Europe/Berlin", "../../etc/passwd": "Europe/Berlin",
	} {
		assert.Equal(t, want, zulip.User{Timezone: zone}.Location(berlin).String(), zone)
	}
}
