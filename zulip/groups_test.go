package zulip_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func groupNamed(t *testing.T, groups []zulip.UserGroup, name string) zulip.UserGroup {
	t.Helper()
	i := slices.IndexFunc(groups, func(g zulip.UserGroup) bool { return g.Name == name })
	require.GreaterOrEqual(t, i, 0, name)
	return groups[i]
}

func TestLifeOfAUserGroup(t *testing.T) {
	t.Parallel()
	for _, level := range []int{316, 421} { // the older one does not tell the id of a new group
		h := newHouse(t, zuliptest.WithFeatureLevel(level))
		admin, _ := h.owner(t)
		ctx := t.Context()
		alice, bob := zulip.UserID(h.alice.ID), zulip.UserID(h.bob.ID)

		id, err := admin.CreateUserGroup(ctx, zulip.CreateUserGroupRequest{
			Name: "on-call", Description: "Whom to wake", Members: []zulip.UserID{alice},
			Permissions: zulip.UserGroupPermissions{CanMention: &zulip.GroupSetting{DirectMembers: []zulip.UserID{bob}}},
		})
		require.NoError(t, err)
		groups, err := admin.UserGroups(ctx, zulip.UserGroupsRequest{})
		require.NoError(t, err)
		group := groupNamed(t, groups, "on-call")
		assert.Equal(t, id, group.ID)
		assert.Equal(t, []zulip.UserID{alice}, group.Members)
		assert.Equal(t, []zulip.UserID{bob}, group.CanMention.DirectMembers)
		everyone := groupNamed(t, groups, "role:everyone")
		assert.True(t, everyone.IsSystemGroup)

		require.NoError(t, admin.UpdateUserGroup(ctx, id, zulip.UpdateUserGroupRequest{
			Name: new("night-watch"), Permissions: zulip.UserGroupPermissions{CanMention: &zulip.GroupSetting{Group: everyone.ID}},
			ExpectedPermissions: zulip.UserGroupPermissions{CanMention: group.CanMention},
		}))
		err = admin.UpdateUserGroup(ctx, id, zulip.UpdateUserGroupRequest{
			Permissions:         zulip.UserGroupPermissions{CanMention: &zulip.GroupSetting{}},
			ExpectedPermissions: zulip.UserGroupPermissions{CanMention: group.CanMention},
		})
		require.Error(t, err, "it is not what the caller expects any more")
		groups, err = admin.UserGroups(ctx, zulip.UserGroupsRequest{})
		require.NoError(t, err)
		group = groupNamed(t, groups, "night-watch")
		assert.Equal(t, "Whom to wake", group.Description)
		assert.Equal(t, everyone.ID, group.CanMention.Group)

		require.NoError(t, admin.DeactivateUserGroup(ctx, id))
		groups, err = admin.UserGroups(ctx, zulip.UserGroupsRequest{})
		require.NoError(t, err)
		assert.False(t, slices.ContainsFunc(groups, func(g zulip.UserGroup) bool { return g.ID == id }))
		groups, err = admin.UserGroups(ctx, zulip.UserGroupsRequest{IncludeDeactivated: true})
		require.NoError(t, err)
		assert.True(t, groupNamed(t, groups, "night-watch").Deactivated)
		if level < 386 {
			require.ErrorIs(t, admin.ReactivateUserGroup(ctx, id), zulip.ErrUnsupported)
			continue
		}
		require.NoError(t, admin.ReactivateUserGroup(ctx, id))
		groups, err = admin.UserGroups(ctx, zulip.UserGroupsRequest{})
		require.NoError(t, err)
		assert.False(t, groupNamed(t, groups, "night-watch").Deactivated)
	}
}

func TestGroupRequestsNeedSomething(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	_, err := c.CreateUserGroup(ctx, zulip.CreateUserGroupRequest{})
	require.ErrorContains(t, err, "no name")
	require.ErrorContains(t, c.UpdateUserGroup(ctx, 1, zulip.UpdateUserGroupRequest{}), "nothing to change")
	require.ErrorContains(t, c.UpdateUserGroupMembers(ctx, 1, zulip.UpdateUserGroupMembersRequest{}), "nothing to change")
	require.ErrorContains(t, c.UpdateUserGroupSubgroups(ctx, 1, zulip.UpdateUserGroupSubgroupsRequest{}), "nothing to change")
	requireTooOld(t, 290, func(c *zulip.Client) error { return c.DeactivateUserGroup(ctx, 1) })
	requireTooOld(t, 311, func(c *zulip.Client) error {
		_, err := c.CreateUserGroup(ctx, zulip.CreateUserGroupRequest{Name: "x", Subgroups: []zulip.UserGroupID{1}})
		return err
	})
	requireTooOld(t, 311, func(c *zulip.Client) error {
		return c.UpdateUserGroupMembers(ctx, 1, zulip.UpdateUserGroupMembersRequest{AddSubgroups: []zulip.UserGroupID{2}})
	})
}
