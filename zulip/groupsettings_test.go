package zulip_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestFormsOfAGroupSetting(t *testing.T) {
	t.Parallel()
	for text, setting := range map[string]zulip.GroupSetting{
		`7`: {Group: 7},
		`{"direct_members":[],"direct_subgroups":[]}`:   {DirectMembers: []zulip.UserID{}, DirectSubgroups: []zulip.UserGroupID{}},
		`{"direct_members":[1],"direct_subgroups":[2]}`: {DirectMembers: []zulip.UserID{1}, DirectSubgroups: []zulip.UserGroupID{2}},
	} {
		raw, err := json.Marshal(setting)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(raw))
		read := zulip.GroupSetting{Group: 1, DirectMembers: []zulip.UserID{9}} // nothing of it may stay
		require.NoError(t, json.Unmarshal([]byte(text), &read))
		assert.Equal(t, setting, read)
	}
	raw, err := json.Marshal(zulip.GroupSetting{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"direct_members":[],"direct_subgroups":[]}`, string(raw), "null is refused")
	require.Error(t, json.Unmarshal([]byte(`"everybody"`), new(zulip.GroupSetting)))
}

func TestPermissionsOnOlderServers(t *testing.T) {
	t.Parallel()
	group, people := &zulip.GroupSetting{Group: 11}, &zulip.GroupSetting{DirectMembers: []zulip.UserID{1}}
	for name, row := range map[string]struct {
		level int
		call  func(c *zulip.Client) error
		want  map[string]string
	}{
		"mention, 8.0 development": {191, func(c *zulip.Client) error {
			return c.UpdateUserGroup(t.Context(), 1, zulip.UpdateUserGroupRequest{Permissions: zulip.UserGroupPermissions{CanMention: group}})
		}, map[string]string{"can_mention_group_id": "11"}},
		"mention, 8.0": {237, func(c *zulip.Client) error {
			return c.UpdateUserGroup(t.Context(), 1, zulip.UpdateUserGroupRequest{Permissions: zulip.UserGroupPermissions{CanMention: group}})
		}, map[string]string{"can_mention_group": "11"}},
		"mention, 9.0": {277, func(c *zulip.Client) error {
			return c.UpdateUserGroup(t.Context(), 1, zulip.UpdateUserGroupRequest{Permissions: zulip.UserGroupPermissions{CanMention: group}})
		}, map[string]string{"can_mention_group": `{"new":11}`}},
		"remove subscribers, 7.0": {185, func(c *zulip.Client) error {
			return c.UpdateChannel(t.Context(), 1, zulip.UpdateChannelRequest{Permissions: zulip.ChannelPermissions{CanRemoveSubscribers: group}})
		}, map[string]string{"can_remove_subscribers_group_id": "11"}},
		"remove subscribers, 9.0": {277, func(c *zulip.Client) error {
			return c.UpdateChannel(t.Context(), 1, zulip.UpdateChannelRequest{Permissions: zulip.ChannelPermissions{CanRemoveSubscribers: group}})
		}, map[string]string{"can_remove_subscribers_group": "11"}},
		"remove subscribers, 10.0": {377, func(c *zulip.Client) error {
			return c.UpdateChannel(t.Context(), 1, zulip.UpdateChannelRequest{
				Permissions:         zulip.ChannelPermissions{CanRemoveSubscribers: people},
				ExpectedPermissions: zulip.ChannelPermissions{CanRemoveSubscribers: group},
			})
		}, map[string]string{"can_remove_subscribers_group": `{"new":{"direct_members":[1],"direct_subgroups":[]},"old":11}`}},
	} {
		server := &oldServer{level: row.level}
		require.NoError(t, row.call(server.client(t)), name)
		form := map[string]string{}
		for parameter := range server.form {
			form[parameter] = server.form.Get(parameter)
		}
		assert.Equal(t, row.want, form, name)
	}
	requireTooOld(t, 320, func(c *zulip.Client) error {
		return c.UpdateChannel(t.Context(), 1, zulip.UpdateChannelRequest{Permissions: zulip.ChannelPermissions{CanRemoveSubscribers: people}})
	})
	requireTooOld(t, 333, func(c *zulip.Client) error {
		return c.UpdateChannel(t.Context(), 1, zulip.UpdateChannelRequest{Permissions: zulip.ChannelPermissions{CanSendMessage: group}})
	})
}
