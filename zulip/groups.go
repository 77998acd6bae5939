package zulip

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// UserGroupID is the number of a user group.
type UserGroupID int64

// UserGroup is a named set of users.
type UserGroup struct {
	ID          UserGroupID `json:"id"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	// Members are the direct members; [Client.UserGroupMembers] knows those of subgroups too.
	Members []UserID `json:"members"`
	// DirectSubgroupIDs are the groups whose members belong to this one as well.
	DirectSubgroupIDs []UserGroupID `json:"direct_subgroup_ids"`
	// IsSystemGroup marks a group that the server keeps, as "role:members". It cannot be changed.
	IsSystemGroup bool `json:"is_system_group"`
	// CreatorID is 0 and DateCreated, in Unix seconds, too, where they are not known (always before Zulip 10).
	CreatorID   UserID `json:"creator_id"`
	DateCreated int64  `json:"date_created"`
	Deactivated bool   `json:"deactivated"`
	UserGroupPermissions
}

// UserGroupPermissions says who may do what with a user group. In an answer nil means that the server
// does not know the permission; in a request it means the server's default, or no change.
type UserGroupPermissions struct {
	// CanMention needs Zulip 8 (feature level 191), all others Zulip 10.
	CanMention       *GroupSetting `json:"can_mention_group"`
	CanManage        *GroupSetting `json:"can_manage_group"`
	CanAddMembers    *GroupSetting `json:"can_add_members_group"`
	CanRemoveMembers *GroupSetting `json:"can_remove_members_group"`
	CanJoin          *GroupSetting `json:"can_join_group"`
	CanLeave         *GroupSetting `json:"can_leave_group"`
}

// groupPermissions are the parameters for new permissions and the ones that the caller believes to change.
func groupPermissions(value, expected UserGroupPermissions) []permission {
	return []permission{
		{name: "can_mention_group", since: 191, renamed: 198, objects: 260, value: value.CanMention, expected: expected.CanMention},
		{name: "can_manage_group", since: 283, value: value.CanManage, expected: expected.CanManage},
		{name: "can_add_members_group", since: 305, value: value.CanAddMembers, expected: expected.CanAddMembers},
		{name: "can_remove_members_group", since: 324, value: value.CanRemoveMembers, expected: expected.CanRemoveMembers},
		{name: "can_join_group", since: 301, value: value.CanJoin, expected: expected.CanJoin},
		{name: "can_leave_group", since: 308, value: value.CanLeave, expected: expected.CanLeave},
	}
}

// UserGroupsRequest selects user groups; the zero value means all that are in use.
type UserGroupsRequest struct {
	// IncludeDeactivated adds deactivated groups, which exist since Zulip 10.
	IncludeDeactivated bool
}

// UserGroups lists the user groups, system groups among them. API: GET /user_groups; the server refuses that to bots
// and guests, who get the list from POST /register instead.
func (c *Client) UserGroups(ctx context.Context, req UserGroupsRequest) ([]UserGroup, error) {
	const op = "list user groups"
	p := params{}
	if req.IncludeDeactivated {
		p.json("include_deactivated_groups", true)
	}
	var out struct {
		envelope
		UserGroups []UserGroup `json:"user_groups"`
	}
	err := c.call(ctx, call{
		op: op, method: http.MethodGet, path: path("user_groups"), params: p, newer: []string{"include_deactivated_groups"},
	}, &out)
	if !refused(err) {
		return out.UserGroups, err
	}
	state, err := c.fetchState(ctx, op, "realm_user_groups")
	if !req.IncludeDeactivated {
		state.UserGroups = slices.DeleteFunc(state.UserGroups, func(g UserGroup) bool { return g.Deactivated })
	}
	return state.UserGroups, err
}

// refused tells whether the server turned down the request itself. A bot on an endpoint for people gets that.
func refused(err error) bool {
	e, ok := errors.AsType[*APIError](err)
	return ok && e.Status == http.StatusBadRequest
}

// CreateUserGroupRequest describes a new user group.
type CreateUserGroupRequest struct {
	// Name must be set and be new.
	Name        string
	Description string
	Members     []UserID
	// Subgroups needs Zulip 10 (feature level 311).
	Subgroups   []UserGroupID
	Permissions UserGroupPermissions
}

// CreateUserGroup makes a user group and returns its id. API: POST /user_groups/create.
func (c *Client) CreateUserGroup(ctx context.Context, req CreateUserGroupRequest) (UserGroupID, error) {
	const op = "create user group"
	if req.Name == "" {
		return 0, errors.New("zulip: " + op + ": the group has no name")
	}
	p := params{}
	p.text("name", req.Name)
	p.text("description", req.Description)
	p.json("members", append([]UserID{}, req.Members...)) // null is refused
	if len(req.Subgroups) > 0 {
		if err := c.requires(ctx, op, 311); err != nil {
			return 0, err
		}
		p.json("subgroups", req.Subgroups)
	}
	if err := c.permit(ctx, op, &p, false, groupPermissions(req.Permissions, UserGroupPermissions{})); err != nil {
		return 0, err
	}
	var out struct {
		envelope
		GroupID UserGroupID `json:"group_id"`
	}
	err := c.call(ctx, call{op: op, method: http.MethodPost, path: path("user_groups", "create"), params: p}, &out)
	if err != nil || out.GroupID != 0 {
		return out.GroupID, err
	}
	// Servers before Zulip 10 do not tell the id.
	groups, err := c.UserGroups(ctx, UserGroupsRequest{})
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(groups, func(g UserGroup) bool { return g.Name == req.Name })
	if i < 0 {
		return 0, fmt.Errorf("zulip: %s: the group was made but is not in the list", op)
	}
	return groups[i].ID, nil
}

// UpdateUserGroupRequest changes a user group; what is nil stays as it is.
type UpdateUserGroupRequest struct {
	Name, Description *string
	Permissions       UserGroupPermissions
	// ExpectedPermissions are what the caller believes to change; the server refuses where it differs.
	// Nil: no check. Servers before Zulip 9 (feature level 260) do not check.
	ExpectedPermissions UserGroupPermissions
}

// UpdateUserGroup changes name, description or permissions of a user group. API: PATCH /user_groups/{user_group_id}.
func (c *Client) UpdateUserGroup(ctx context.Context, id UserGroupID, req UpdateUserGroupRequest) error {
	const op = "update user group"
	p := params{}
	if req.Name != nil {
		p.text("name", *req.Name)
	}
	if req.Description != nil {
		p.text("description", *req.Description)
	}
	if err := c.permit(ctx, op, &p, true, groupPermissions(req.Permissions, req.ExpectedPermissions)); err != nil {
		return err
	}
	if len(p) == 0 {
		return errNothingToChange(op)
	}
	return c.call(ctx, call{op: op, method: http.MethodPatch, path: path("user_groups", id), params: p}, &envelope{})
}

// DeactivateUserGroup takes a user group out of use. Zulip 10 (feature level 290).
// API: POST /user_groups/{user_group_id}/deactivate.
func (c *Client) DeactivateUserGroup(ctx context.Context, id UserGroupID) error {
	const op = "deactivate user group"
	if err := c.requires(ctx, op, 290); err != nil {
		return err
	}
	return c.call(ctx, call{op: op, method: http.MethodPost, path: path("user_groups", id, "deactivate")}, &envelope{})
}

// ReactivateUserGroup undoes [Client.DeactivateUserGroup]. Zulip 11 (feature level 386).
// API: PATCH /user_groups/{user_group_id}.
func (c *Client) ReactivateUserGroup(ctx context.Context, id UserGroupID) error {
	const op = "reactivate user group"
	if err := c.requires(ctx, op, 386); err != nil {
		return err
	}
	p := params{}
	p.json("deactivated", false)
	return c.call(ctx, call{op: op, method: http.MethodPatch, path: path("user_groups", id), params: p}, &envelope{})
}
