package zulip_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestStatusOfOthers(t *testing.T) {
	t.Parallel()
	for _, level := range []int{185, 421} { // the older one tells it to event queues only
		h := newHouse(t, zuliptest.WithFeatureLevel(level))
		h.server.SetStatus(h.alice, "back on Monday", "palm_tree")
		c := h.client(t)
		status, err := c.UserStatus(t.Context(), zulip.UserID(h.alice.ID))
		require.NoError(t, err, level)
		assert.Equal(t, "back on Monday", status.StatusText)
		assert.Equal(t, "palm_tree", status.Emoji.Name)
		assert.Equal(t, zulip.UnicodeEmoji, status.Emoji.Type)
		status, err = c.UserStatus(t.Context(), zulip.UserID(h.bob.ID))
		require.NoError(t, err)
		assert.Zero(t, status)
	}
}

func TestOwnStatus(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	alice, ctx := h.clientOf(t, h.alice), t.Context()
	read := func() zulip.UserStatus {
		status, err := alice.UserStatus(ctx, zulip.UserID(h.alice.ID))
		require.NoError(t, err)
		return status
	}
	require.NoError(t, alice.UpdateOwnStatus(ctx, zulip.UpdateStatusRequest{StatusText: new("lunch"), Emoji: &zulip.Emoji{Name: "palm_tree"}}))
	assert.Equal(t, "lunch", read().StatusText)
	require.NoError(t, alice.UpdateOwnStatus(ctx, zulip.UpdateStatusRequest{StatusText: new("")}))
	assert.Equal(t, "palm_tree", read().Emoji.Name, "the emoji stays")
	require.NoError(t, alice.UpdateOwnStatus(ctx, zulip.UpdateStatusRequest{Emoji: &zulip.Emoji{}}))
	assert.Zero(t, read())

	require.ErrorContains(t, alice.UpdateOwnStatus(ctx, zulip.UpdateStatusRequest{}), "nothing to change")
	err := alice.UpdateOwnStatus(ctx, zulip.UpdateStatusRequest{StatusText: new(strings.Repeat("ä", 61))})
	require.ErrorContains(t, err, "61 code points")
	require.NoError(t, alice.UpdateOwnStatus(ctx, zulip.UpdateStatusRequest{StatusText: new(strings.Repeat("ä", 60))}))
	require.Error(t, h.client(t).UpdateOwnStatus(ctx, zulip.UpdateStatusRequest{StatusText: new("x")}), "a bot has none")
}

func TestAdministratorsSetTheStatusOfOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.owner(t)
	bob := zulip.UserID(h.bob.ID)
	require.NoError(t, admin.UpdateUserStatus(t.Context(), bob, zulip.UpdateStatusRequest{StatusText: new("on leave")}))
	status, err := admin.UserStatus(t.Context(), bob)
	require.NoError(t, err)
	assert.Equal(t, "on leave", status.StatusText)
	requireTooOld(t, 407, func(c *zulip.Client) error {
		return c.UpdateUserStatus(t.Context(), 1, zulip.UpdateStatusRequest{StatusText: new("x")})
	})
}
