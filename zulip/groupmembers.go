package zulip

import (
	"context"
	"net/http"
	"slices"
)

// MembershipRequest says which members of a user group count; the zero value means those of its subgroups too.
type MembershipRequest struct {
	// DirectOnly leaves out what belongs to the group through a subgroup only.
	DirectOnly bool
}

func (r MembershipRequest) params(name string) params {
	p := params{}
	if r.DirectOnly {
		p.json(name, true)
	}
	return p
}

// UserGroupMembers lists the members of a user group. API: GET /user_groups/{user_group_id}/members; for bots, to
// whom the server refuses that, the list of groups is looked through.
func (c *Client) UserGroupMembers(ctx context.Context, id UserGroupID, req MembershipRequest) ([]UserID, error) {
	var out struct {
		envelope
		Members []UserID `json:"members"`
	}
	err := c.call(ctx, call{
		op: "list user group members", method: http.MethodGet, path: path("user_groups", id, "members"),
		params: req.params("direct_member_only"),
	}, &out)
	if group, ok := c.groupForBot(ctx, id, err); ok {
		return group.members(req), nil
	}
	return out.Members, err
}

// IsUserGroupMember tells whether a user belongs to a user group.
// API: GET /user_groups/{user_group_id}/members/{user_id}, and for bots as with [Client.UserGroupMembers].
func (c *Client) IsUserGroupMember(ctx context.Context, group UserGroupID, user UserID, req MembershipRequest) (bool, error) {
	var out struct {
		envelope
		IsMember bool `json:"is_user_group_member"`
	}
	err := c.call(ctx, call{
		op: "get user group membership", method: http.MethodGet, path: path("user_groups", group, "members", user),
		params: req.params("direct_member_only"),
	}, &out)
	if found, ok := c.groupForBot(ctx, group, err); ok {
		return slices.Contains(found.members(req), user), nil
	}
	return out.IsMember, err
}

// UpdateUserGroupMembersRequest adds to a user group and takes from it.
type UpdateUserGroupMembersRequest struct {
	// Add must not be members yet, Delete must be.
	Add, Delete []UserID
	// AddSubgroups and DeleteSubgroups need Zulip 10 (feature level 311);
	// [Client.UpdateUserGroupSubgroups] does without.
	AddSubgroups, DeleteSubgroups []UserGroupID
}

// UpdateUserGroupMembers changes who belongs to a user group. API: POST /user_groups/{user_group_id}/members.
func (c *Client) UpdateUserGroupMembers(ctx context.Context, id UserGroupID, req UpdateUserGroupMembersRequest) error {
	const op = "update user group members"
	p := params{}
	listIf(&p, "add", req.Add)
	listIf(&p, "delete", req.Delete)
	if len(req.AddSubgroups)+len(req.DeleteSubgroups) > 0 {
		if err := c.requires(ctx, op, 311); err != nil {
			return err
		}
		listIf(&p, "add_subgroups", req.AddSubgroups)
		listIf(&p, "delete_subgroups", req.DeleteSubgroups)
	}
	if len(p) == 0 {
		return errNothingToChange(op)
	}
	return c.call(ctx, call{op: op, method: http.MethodPost, path: path("user_groups", id, "members"), params: p}, &envelope{})
}

// UserGroupSubgroups lists the groups whose members belong to a user group.
// API: GET /user_groups/{user_group_id}/subgroups, and for bots as with [Client.UserGroupMembers].
func (c *Client) UserGroupSubgroups(ctx context.Context, id UserGroupID, req MembershipRequest) ([]UserGroupID, error) {
	var out struct {
		envelope
		Subgroups []UserGroupID `json:"subgroups"`
	}
	err := c.call(ctx, call{
		op: "list subgroups", method: http.MethodGet, path: path("user_groups", id, "subgroups"),
		params: req.params("direct_subgroup_only"),
	}, &out)
	if group, ok := c.groupForBot(ctx, id, err); ok {
		return group.subgroups(req), nil
	}
	return out.Subgroups, err
}

// UpdateUserGroupSubgroupsRequest adds subgroups to a user group and takes them from it.
type UpdateUserGroupSubgroupsRequest struct {
	Add, Delete []UserGroupID
}

// UpdateUserGroupSubgroups changes which groups are part of a user group.
// API: POST /user_groups/{user_group_id}/subgroups.
func (c *Client) UpdateUserGroupSubgroups(ctx context.Context, id UserGroupID, req UpdateUserGroupSubgroupsRequest) error {
	const op = "update subgroups"
	p := params{}
	listIf(&p, "add", req.Add)
	listIf(&p, "delete", req.Delete)
	if len(p) == 0 {
		return errNothingToChange(op)
	}
	return c.call(ctx, call{op: op, method: http.MethodPost, path: path("user_groups", id, "subgroups"), params: p}, &envelope{})
}

// groupInList is a user group with all others, among which its subgroups are.
type groupInList struct {
	UserGroup
	all []UserGroup
}

// groupForBot looks a group up in the list of all after a refusal. False: err stands.
func (c *Client) groupForBot(ctx context.Context, id UserGroupID, err error) (groupInList, bool) {
	if !refused(err) {
		return groupInList{}, false
	}
	all, err := c.UserGroups(ctx, UserGroupsRequest{IncludeDeactivated: true})
	i := slices.IndexFunc(all, func(g UserGroup) bool { return g.ID == id })
	if err != nil || i < 0 {
		return groupInList{}, false
	}
	return groupInList{UserGroup: all[i], all: all}, true
}

func (g groupInList) members(req MembershipRequest) []UserID {
	members := slices.Clone(g.Members)
	if !req.DirectOnly {
		below := g.subgroups(req)
		for _, group := range g.all {
			if slices.Contains(below, group.ID) {
				members = append(members, group.Members...)
			}
		}
	}
	slices.Sort(members)
	return slices.Compact(members)
}

func (g groupInList) subgroups(req MembershipRequest) []UserGroupID {
	found := slices.Clone(g.DirectSubgroupIDs)
	for i := 0; i < len(found) && !req.DirectOnly; i++ {
		for _, group := range g.all {
			if group.ID != found[i] {
				continue
			}
			for _, id := range group.DirectSubgroupIDs {
				if !slices.Contains(found, id) {
					found = append(found, id)
				}
			}
		}
	}
	slices.Sort(found)
	return found
}
