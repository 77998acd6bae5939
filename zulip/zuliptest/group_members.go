package zuliptest

import (
	"fmt"
	"slices"
)

func (s *Server) getGroupMembers(c *call) answer {
	direct := c.flag("direct_member_only", false)
	g, bad := s.pathGroup(c)
	if bad != nil {
		return *bad
	}
	if direct {
		return ok(map[string]any{"members": s.directMembers(g)})
	}
	return ok(map[string]any{"members": s.allMembers(g)})
}

func (s *Server) getIsGroupMember(c *call) answer {
	direct := c.flag("direct_member_only", false)
	g, bad := s.pathGroup(c)
	if bad != nil {
		return *bad
	}
	u := s.users[c.id("user")]
	if u == nil {
		return badRequest("No such user")
	}
	if direct {
		return ok(map[string]any{"is_user_group_member": slices.Contains(s.directMembers(g), u.ID)})
	}
	return ok(map[string]any{"is_user_group_member": s.inGroup(g, u)})
}

func (s *Server) getSubgroups(c *call) answer {
	direct := c.flag("direct_subgroup_only", false)
	g, bad := s.pathGroup(c)
	if bad != nil {
		return *bad
	}
	if direct {
		return ok(map[string]any{"subgroups": append([]int{}, g.Subgroups...)})
	}
	return ok(map[string]any{"subgroups": s.allSubgroups(g)})
}

func (s *Server) postGroupMembers(c *call) answer {
	var add, remove, addSub, removeSub []int
	c.json("add", &add)
	c.json("delete", &remove)
	c.json("add_subgroups", &addSub)
	c.json("delete_subgroups", &removeSub)
	if len(add)+len(remove)+len(addSub)+len(removeSub) == 0 {
		what := `"add", "delete", "add_subgroups" or "delete_subgroups".`
		if s.featureLevel < 311 {
			what = `"add" or "delete".`
		}
		c.reject(badRequest("Nothing to do. Specify at least one of " + what))
	}
	if bad := s.checkMembers(c, add, remove); bad != nil {
		return *bad
	}
	if bad := s.checkSubgroups(c, addSub, removeSub); bad != nil {
		return *bad
	}
	g := s.groups[c.id("id")]
	if len(add) > 0 {
		g.Members = distinct(append(g.Members, add...))
		s.emitMembers("add_members", g, add)
	}
	if len(remove) > 0 {
		g.Members = without(g.Members, remove)
		s.emitMembers("remove_members", g, remove)
	}
	s.changeSubgroups(g, addSub, removeSub)
	return ok(nil)
}

func (s *Server) postSubgroups(c *call) answer {
	var add, remove []int
	c.json("add", &add)
	c.json("delete", &remove)
	if len(add)+len(remove) == 0 {
		c.reject(badRequest(`Nothing to do. Specify at least one of "add" or "delete".`))
	}
	if bad := s.checkSubgroups(c, add, remove); bad != nil {
		return *bad
	}
	s.changeSubgroups(s.groups[c.id("id")], add, remove)
	return ok(nil)
}

func (s *Server) changeSubgroups(g *group, add, remove []int) {
	emit := func(op string, ids []int) {
		s.emit("user_group", everyone, func(*queue) event {
			return event{"op": op, "group_id": g.ID, "direct_subgroup_ids": ids}
		})
	}
	if len(add) > 0 {
		g.Subgroups = distinct(append(g.Subgroups, add...))
		emit("add_subgroups", add)
	}
	if len(remove) > 0 {
		g.Subgroups = without(g.Subgroups, remove)
		emit("remove_subgroups", remove)
	}
}

func without(ids, removed []int) []int {
	return slices.DeleteFunc(slices.Clone(ids), func(id int) bool { return slices.Contains(removed, id) })
}

// checkMembers reports why these people cannot come and go.
func (s *Server) checkMembers(c *call, add, remove []int) *answer {
	g, bad := s.groupFor(c, add, "can_add_members_group", "can_join_group")
	if bad != nil {
		return bad
	}
	for _, id := range add {
		if slices.Contains(g.Members, id) {
			return refuse(fmt.Sprintf("User %d is already a member of this group", id))
		}
	}
	if g, bad = s.groupFor(c, remove, "can_remove_members_group", "can_leave_group"); bad != nil {
		return bad
	}
	for _, id := range remove {
		if !slices.Contains(g.Members, id) {
			return refuse(fmt.Sprintf("There is no member '%d' in this user group", id))
		}
	}
	return nil
}

// groupFor finds the group if the user may add or remove these people: by a permission over all, or one over himself.
func (s *Server) groupFor(c *call, ids []int, permission, own string) (*group, *answer) {
	if len(ids) == 0 {
		return s.pathGroup(c)
	}
	g, bad := s.ownGroup(c, permission)
	if bad != nil && len(ids) == 1 && ids[0] == c.user.ID {
		g, bad = s.ownGroup(c, own)
	}
	if bad == nil {
		bad = s.checkUserIDs(ids)
	}
	return g, bad
}

// checkSubgroups reports why these groups cannot come and go.
func (s *Server) checkSubgroups(c *call, add, remove []int) *answer {
	if c.bad != nil {
		return c.bad
	}
	if len(add)+len(remove) == 0 {
		return nil
	}
	g, bad := s.ownGroup(c, "can_add_members_group")
	if bad == nil && len(remove) > 0 {
		g, bad = s.ownGroup(c, "can_manage_group")
	}
	if bad == nil {
		bad = s.checkGroupIDs(slices.Concat(add, remove))
	}
	if bad != nil {
		return bad
	}
	for _, id := range add {
		switch {
		case slices.Contains(g.Subgroups, id):
			return refuse(fmt.Sprintf("User group %d is already a subgroup of this group.", id))
		case id == g.ID || slices.Contains(s.allSubgroups(s.groups[id]), g.ID):
			return refuse(fmt.Sprintf("User group %d is already a subgroup of one of the passed subgroups.", g.ID))
		}
	}
	for _, id := range remove {
		if !slices.Contains(g.Subgroups, id) {
			return refuse(fmt.Sprintf("User group %d is not a subgroup of this group.", id))
		}
	}
	return nil
}
