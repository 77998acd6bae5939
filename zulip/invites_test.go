package zulip_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestInvitations(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, owner := h.owner(t)
	ctx := t.Context()
	require.NoError(t, admin.SendInvitations(ctx, zulip.SendInvitationsRequest{
		Emails: []string{"dora@example.org", "emil@example.org"}, ExpiresIn: 90 * time.Minute, Role: zulip.RoleGuest,
		Channels: []zulip.ChannelID{zulip.ChannelID(h.channel.ID)}, IncludeDefaultChannels: true,
		NotifyReferrerOnJoin: new(false), WelcomeMessage: "Hello!",
	}))
	require.NoError(t, admin.SendInvitations(ctx, zulip.SendInvitationsRequest{Emails: []string{"fred@example.org"}, ExpiresIn: zulip.NeverExpires}))
	invitations, err := admin.Invitations(ctx)
	require.NoError(t, err)
	require.Len(t, invitations, 3)
	dora, fred := invitations[0], invitations[2]
	assert.Equal(t, "dora@example.org", dora.Email)
	assert.Equal(t, zulip.RoleGuest, dora.InvitedAs)
	assert.Equal(t, owner.ID, int(dora.InvitedByUserID))
	require.NotNil(t, dora.ExpiryDate)
	assert.EqualValues(t, 5400, *dora.ExpiryDate-dora.Invited)
	assert.False(t, dora.NotifyReferrerOnJoin)
	assert.Nil(t, fred.ExpiryDate)
	assert.Equal(t, zulip.RoleMember, fred.InvitedAs)
	assert.True(t, fred.NotifyReferrerOnJoin)

	err = admin.SendInvitations(ctx, zulip.SendInvitationsRequest{Emails: []string{h.bob.Email}})
	refusal := new(zulip.APIError)
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, "INVITATION_FAILED", refusal.Code)
	require.ErrorContains(t, admin.SendInvitations(ctx, zulip.SendInvitationsRequest{}), "at least one")
	err = admin.SendInvitations(ctx, zulip.SendInvitationsRequest{Emails: []string{"a@b"}, ExpiresIn: time.Second})
	require.ErrorContains(t, err, "a minute")
}

func TestInvitationsOnOlderServers(t *testing.T) {
	t.Parallel()
	for level, req := range map[int]zulip.SendInvitationsRequest{
		261: {IncludeDefaultChannels: true},
		267: {NotifyReferrerOnJoin: new(false)},
		322: {Groups: []zulip.UserGroupID{1}, NotifyReferrerOnJoin: new(true)},
		416: {WelcomeMessage: "Hello!", IncludeDefaultChannels: true},
	} {
		req.Emails = []string{"dora@example.org"}
		requireTooOld(t, level, func(c *zulip.Client) error { return c.SendInvitations(t.Context(), req) })
	}
}
