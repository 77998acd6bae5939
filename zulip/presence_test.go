package zulip_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestPresence(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	h.server.SetPresence(h.alice, true)
	alice, err := c.UserPresence(ctx, zulip.UserID(h.alice.ID))
	require.NoError(t, err)
	assert.Equal(t, zulip.PresenceActive, alice.At(time.Now()))
	assert.Equal(t, zulip.PresenceOffline, alice.At(time.Now().Add(time.Hour)))
	all, err := c.RealmPresence(ctx)
	require.NoError(t, err)
	assert.Len(t, all.Presences, 1)
	assert.Equal(t, zulip.PresenceActive, all.Presences[h.alice.Email].At(time.Now()))
	assert.InDelta(t, float64(time.Now().Unix()), all.ServerTimestamp, 60)
	_, err = c.UserPresence(ctx, zulip.UserID(h.bot.ID))
	require.Error(t, err, "a bot has none")
}

func TestBothFormsOfPresence(t *testing.T) {
	t.Parallel()
	now := time.Unix(10_000, 0)
	for name, row := range map[string]struct {
		presence zulip.Presence
		want     zulip.PresenceStatus
	}{
		"nothing":      {zulip.Presence{}, zulip.PresenceOffline},
		"modern":       {zulip.Presence{ActiveTimestamp: 9_900, IdleTimestamp: 9_990}, zulip.PresenceActive},
		"modern, idle": {zulip.Presence{ActiveTimestamp: 9_000, IdleTimestamp: 9_990}, zulip.PresenceIdle},
		"modern, gone": {zulip.Presence{ActiveTimestamp: 9_000, IdleTimestamp: 9_799}, zulip.PresenceOffline},
		"older":        {zulip.Presence{Aggregated: zulip.ClientPresence{Status: "active", Timestamp: 9_800}}, zulip.PresenceActive},
		"older, idle":  {zulip.Presence{Aggregated: zulip.ClientPresence{Status: "idle", Timestamp: 9_990}}, zulip.PresenceIdle},
		"older, gone":  {zulip.Presence{Aggregated: zulip.ClientPresence{Status: "active", Timestamp: 9_799}}, zulip.PresenceOffline},
	} {
		assert.Equal(t, row.want, row.presence.At(now), name)
	}
}
