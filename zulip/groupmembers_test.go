package zulip_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// The server refuses the lists of groups to bots; the client finds another way, and the answers are the same.
func TestMembersOfGroupsForPeopleAndBots(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.owner(t)
	ctx := t.Context()
	alice, bob := zulip.UserID(h.alice.ID), zulip.UserID(h.bob.ID)
	inner := zulip.UserGroupID(h.server.AddGroup("inner", h.bob).ID)
	middle := zulip.UserGroupID(h.server.AddGroup("middle").ID)
	outer := zulip.UserGroupID(h.server.AddGroup("outer", h.alice).ID)
	require.NoError(t, admin.UpdateUserGroupSubgroups(ctx, middle, zulip.UpdateUserGroupSubgroupsRequest{Add: []zulip.UserGroupID{inner}}))
	require.NoError(t, admin.UpdateUserGroupMembers(ctx, outer, zulip.UpdateUserGroupMembersRequest{AddSubgroups: []zulip.UserGroupID{middle}}))

	for name, c := range map[string]*zulip.Client{"person": admin, "bot": h.client(t)} {
		members, err := c.UserGroupMembers(ctx, outer, zulip.MembershipRequest{})
		require.NoError(t, err, name)
		assert.Equal(t, []zulip.UserID{alice, bob}, members, name)
		members, err = c.UserGroupMembers(ctx, outer, zulip.MembershipRequest{DirectOnly: true})
		require.NoError(t, err, name)
		assert.Equal(t, []zulip.UserID{alice}, members, name)
		subgroups, err := c.UserGroupSubgroups(ctx, outer, zulip.MembershipRequest{})
		require.NoError(t, err, name)
		assert.ElementsMatch(t, []zulip.UserGroupID{inner, middle}, subgroups, name)
		subgroups, err = c.UserGroupSubgroups(ctx, outer, zulip.MembershipRequest{DirectOnly: true})
		require.NoError(t, err, name)
		assert.Equal(t, []zulip.UserGroupID{middle}, subgroups, name)
		is, err := c.IsUserGroupMember(ctx, outer, bob, zulip.MembershipRequest{})
		require.NoError(t, err, name)
		assert.True(t, is, name)
		is, err = c.IsUserGroupMember(ctx, outer, bob, zulip.MembershipRequest{DirectOnly: true})
		require.NoError(t, err, name)
		assert.False(t, is, name)
		groups, err := c.UserGroups(ctx, zulip.UserGroupsRequest{})
		require.NoError(t, err, name)
		assert.Equal(t, []zulip.UserGroupID{middle}, groupNamed(t, groups, "outer").DirectSubgroupIDs, name)
		_, err = c.UserGroupMembers(ctx, 4711, zulip.MembershipRequest{})
		require.Error(t, err, name)
	}
	made, ended := 0, 0
	for _, request := range h.server.Requests() {
		switch request.Method + " " + request.Path {
		case "POST /register":
			made++
		case "DELETE /events":
			ended++
		}
	}
	assert.Positive(t, made)
	assert.Equal(t, made, ended, "the queues that come with the lists are given back")
}

func TestChangeMembers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.owner(t)
	ctx := t.Context()
	id := zulip.UserGroupID(h.server.AddGroup("team", h.alice).ID)
	other := zulip.UserGroupID(h.server.AddGroup("other").ID)
	require.NoError(t, admin.UpdateUserGroupMembers(ctx, id, zulip.UpdateUserGroupMembersRequest{
		Add: []zulip.UserID{zulip.UserID(h.bob.ID)}, Delete: []zulip.UserID{zulip.UserID(h.alice.ID)}, AddSubgroups: []zulip.UserGroupID{other},
	}))
	members, err := admin.UserGroupMembers(ctx, id, zulip.MembershipRequest{DirectOnly: true})
	require.NoError(t, err)
	assert.Equal(t, []zulip.UserID{zulip.UserID(h.bob.ID)}, members)
	require.NoError(t, admin.UpdateUserGroupSubgroups(ctx, id, zulip.UpdateUserGroupSubgroupsRequest{Delete: []zulip.UserGroupID{other}}))
	subgroups, err := admin.UserGroupSubgroups(ctx, id, zulip.MembershipRequest{})
	require.NoError(t, err)
	assert.Empty(t, subgroups)
}
