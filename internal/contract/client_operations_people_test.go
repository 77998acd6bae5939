package contract

import (
	"context"

	"github.com/signalbox-go/signalbox/zulip"
)

func userOperations() []operation {
	return []operation{
		{name: "GET /users", by: "Users", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Users(ctx, zulip.UsersRequest{IncludeProfileData: true})
		}},
		{name: "GET /users/me", by: "OwnUser", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.OwnUser(ctx)
		}},
		{name: "GET /users/{user_id}", by: "User", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.User(ctx, 9)
		}},
		{name: "GET /users/{email}", by: "UserByEmail", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.UserByEmail(ctx, "ada@chat.example.org")
		}},
		{name: "POST /users", by: "CreateUser", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.CreateUser(ctx, zulip.CreateUserRequest{
				Email: "ada@chat.example.org", Password: zulip.NewSecret("abcd1234"), FullName: "Ada Byron",
			})
		}},
		{name: "PATCH /users/{user_id}", by: "UpdateUser", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UpdateUser(ctx, 9, zulip.UpdateUserRequest{
				FullName: new("Ada King"), Role: zulip.RoleModerator, ProfileData: []zulip.ProfileChange{
					{Field: 4, Text: "vim"}, {Field: 5, UserIDs: []zulip.UserID{10}},
				},
			})
		}},
		{name: "PATCH /users/{email}", by: "UpdateUserByEmail", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UpdateUserByEmail(ctx, "ada@chat.example.org", zulip.UpdateUserRequest{FullName: new("Ada King")})
		}},
		{name: "DELETE /users/{user_id}", by: "DeactivateUser", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.DeactivateUser(ctx, 9, zulip.DeactivateUserRequest{NotificationComment: new("Farewell!")})
		}},
		{name: "POST /users/{user_id}/reactivate", by: "ReactivateUser", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.ReactivateUser(ctx, 9)
		}},
		{name: "GET /users/{user_id}/status", by: "UserStatus", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.UserStatus(ctx, 9)
		}},
		{name: "POST /users/{user_id}/status", by: "UpdateUserStatus", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UpdateUserStatus(ctx, 9, zulip.UpdateStatusRequest{StatusText: new("away")})
		}},
		{name: "POST /users/me/status", by: "UpdateOwnStatus", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UpdateOwnStatus(ctx, zulip.UpdateStatusRequest{
				StatusText: new("away"), Emoji: &zulip.Emoji{Name: "car", Code: "1f697", Type: zulip.UnicodeEmoji},
			})
		}},
		{name: "GET /users/{user_id_or_email}/presence", by: "UserPresence", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.UserPresence(ctx, 9)
		}},
		{name: "GET /realm/presence", by: "RealmPresence", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.RealmPresence(ctx)
		}},
		{name: "GET /users/me/alert_words", by: "AlertWords", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.AlertWords(ctx)
		}},
		{name: "POST /users/me/alert_words", by: "AddAlertWords", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.AddAlertWords(ctx, "foo", "bar")
		}},
		{name: "DELETE /users/me/alert_words", by: "RemoveAlertWords", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.RemoveAlertWords(ctx, "foo")
		}},
		{name: "POST /user_topics", by: "UpdateUserTopic", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UpdateUserTopic(ctx, 11, "lunch", zulip.VisibilityMuted)
		}},
		{name: "GET /user_groups", by: "UserGroups", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.UserGroups(ctx, zulip.UserGroupsRequest{})
		}},
		{name: "POST /user_groups/create", by: "CreateUserGroup", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.CreateUserGroup(ctx, zulip.CreateUserGroupRequest{
				Name: "hamletcharacters", Description: "The cast", Members: []zulip.UserID{9},
			})
		}},
		{name: "PATCH /user_groups/{user_group_id}", by: "UpdateUserGroup", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UpdateUserGroup(ctx, 38, zulip.UpdateUserGroupRequest{
				Name: new("sales"), Permissions: zulip.UserGroupPermissions{CanMention: &zulip.GroupSetting{Group: 11}},
			})
		}},
		{name: "POST /user_groups/{user_group_id}/deactivate", by: "DeactivateUserGroup", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.DeactivateUserGroup(ctx, 38)
		}},
		{name: "PATCH /user_groups/{user_group_id}", by: "ReactivateUserGroup", since: 386, call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.ReactivateUserGroup(ctx, 38)
		}},
		{name: "GET /user_groups/{user_group_id}/members", by: "UserGroupMembers", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.UserGroupMembers(ctx, 38, zulip.MembershipRequest{DirectOnly: true})
		}},
		{name: "POST /user_groups/{user_group_id}/members", by: "UpdateUserGroupMembers", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UpdateUserGroupMembers(ctx, 38, zulip.UpdateUserGroupMembersRequest{
				Add: []zulip.UserID{9}, Delete: []zulip.UserID{10},
			})
		}},
		{name: "GET /user_groups/{user_group_id}/members/{user_id}", by: "IsUserGroupMember", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.IsUserGroupMember(ctx, 38, 9, zulip.MembershipRequest{})
		}},
		{name: "GET /user_groups/{user_group_id}/subgroups", by: "UserGroupSubgroups", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.UserGroupSubgroups(ctx, 38, zulip.MembershipRequest{DirectOnly: true})
		}},
		{name: "POST /user_groups/{user_group_id}/subgroups", by: "UpdateUserGroupSubgroups", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.UpdateUserGroupSubgroups(ctx, 38, zulip.UpdateUserGroupSubgroupsRequest{Add: []zulip.UserGroupID{9}})
		}},
	}
}
