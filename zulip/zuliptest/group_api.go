package zuliptest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// maxGroupName is the longest name of a group in code points.
const maxGroupName = 100

func (s *Server) getGroups(c *call) answer {
	gone := c.flag("include_deactivated_groups", false)
	if c.bad != nil {
		return *c.bad
	}
	return ok(map[string]any{"user_groups": s.groupObjects(gone)})
}

func (s *Server) groupObjects(gone bool) []any {
	list := []any{}
	for _, g := range sorted(s.groups) {
		if gone || !g.deactivated {
			list = append(list, s.groupObject(g))
		}
	}
	return list
}

func (s *Server) checkGroupName(name string) *answer {
	switch {
	case name == "":
		return refuse("User group name can't be empty!")
	case len([]rune(name)) > maxGroupName:
		return refuse("User group name cannot exceed " + itoa(maxGroupName) + " characters.")
	case s.groupByName(name) != nil:
		return refuse("User group '" + name + "' already exists.")
	}
	for _, prefix := range []string{"@", "role:", "user:", "stream:", "channel:"} {
		if strings.HasPrefix(name, prefix) {
			return refuse("User group name cannot start with '" + prefix + "'.")
		}
	}
	return nil
}

func (s *Server) postGroup(c *call) answer {
	g := Group{Name: strings.TrimSpace(c.need("name")), Description: c.need("description")}
	c.need("members")
	c.json("members", &g.Members)
	c.json("subgroups", &g.Subgroups)
	st := groupDefaults(groupSetting{members: []int{c.user.ID}})
	st.read(s, c)
	if c.bad != nil {
		return *c.bad
	}
	for _, bad := range []*answer{s.checkGroupName(g.Name), s.checkUserIDs(g.Members), s.checkGroupIDs(g.Subgroups)} {
		if bad != nil {
			return *bad
		}
	}
	state := s.createGroup(g, c.user, st)
	if s.featureLevel < 317 {
		return ok(nil)
	}
	return ok(map[string]any{"group_id": state.ID})
}

func (s *Server) checkUserIDs(ids []int) *answer {
	for _, id := range ids {
		if u := s.users[id]; u == nil || !u.active {
			return refuse("Invalid user ID: " + itoa(id))
		}
	}
	return nil
}

func (s *Server) checkGroupIDs(ids []int) *answer {
	for _, id := range ids {
		if g := s.groups[id]; g == nil || g.deactivated {
			return refuse("Invalid user group ID: " + itoa(id))
		}
	}
	return nil
}

// pathGroup finds the group in the call's path.
func (s *Server) pathGroup(c *call) (*group, *answer) {
	if c.bad != nil {
		return nil, c.bad
	}
	g := s.groups[c.id("id")]
	if g == nil {
		return nil, refuse("Invalid user group")
	}
	return g, nil
}

// ownGroup is pathGroup for one that the user may change, by this permission or because he manages it.
func (s *Server) ownGroup(c *call, permission string) (*group, *answer) {
	g, bad := s.pathGroup(c)
	switch {
	case bad != nil:
		return nil, bad
	case g.system, c.user.Role != RoleOwner && !s.allows(g.settings[permission], c.user) && !s.allows(g.settings["can_manage_group"], c.user):
		return nil, refuse("Insufficient permission")
	}
	return g, nil
}

func (s *Server) patchGroup(c *call) answer {
	g, bad := s.ownGroup(c, "can_manage_group")
	if bad != nil {
		return *bad
	}
	name, about := strings.TrimSpace(c.str("name", g.Name)), c.str("description", g.Description)
	gone := c.flag("deactivated", g.deactivated)
	changed := g.settings.changes(s, c)
	if c.bad != nil {
		return *c.bad
	}
	if len(c.values) == 0 {
		return badRequest("No new data supplied")
	}
	if name != g.Name && !strings.EqualFold(name, g.Name) {
		if bad := s.checkGroupName(name); bad != nil {
			return *bad
		}
	}
	data := map[string]any{}
	if name != g.Name {
		data["name"] = name
	}
	if about != g.Description {
		data["description"] = about
	}
	for setting, value := range changed {
		data[setting], g.settings[setting] = value, value
	}
	g.Name, g.Description = name, about
	if g.deactivated && !gone {
		g.deactivated, data["deactivated"] = false, false
	}
	for _, key := range slices.Sorted(maps.Keys(data)) {
		s.emitGroup(g, map[string]any{key: data[key]})
	}
	return ok(nil)
}

func (s *Server) emitGroup(g *group, data map[string]any) {
	s.emit("user_group", everyone, func(*queue) event { return event{"op": "update", "group_id": g.ID, "data": data} })
}

func (s *Server) deactivateGroup(c *call) answer {
	g, bad := s.ownGroup(c, "can_manage_group")
	if bad != nil {
		return *bad
	}
	if g.deactivated {
		return badRequest("User group is deactivated.")
	}
	if objections := s.usesOf(g); len(objections) > 0 {
		return fail(http.StatusBadRequest, "CANNOT_DEACTIVATE_GROUP_IN_USE", "Cannot deactivate user group in use.").
			with("objections", objections)
	}
	g.deactivated = true
	s.emit("user_group", everyone, func(q *queue) event {
		if q.knows["include_deactivated_groups"] {
			return event{"op": "update", "group_id": g.ID, "data": map[string]any{"deactivated": true}}
		}
		return event{"op": "remove", "group_id": g.ID}
	})
	return ok(nil)
}

// usesOf tells where else the group stands.
func (s *Server) usesOf(g *group) []any {
	list := []any{}
	for _, other := range sorted(s.groups) {
		if !other.deactivated && slices.Contains(other.Subgroups, g.ID) {
			list = append(list, map[string]any{"type": "subgroup", "supergroup_ids": []int{other.ID}})
		}
		if names := other.settings.with(g); other != g && len(names) > 0 {
			list = append(list, map[string]any{"type": "user_group", "group_id": other.ID, "settings": names})
		}
	}
	for _, ch := range s.sortedChannels() {
		if names := ch.settings.with(g); len(names) > 0 {
			list = append(list, map[string]any{"type": "channel", "channel_id": ch.ID, "settings": names})
		}
	}
	return list
}

// with returns the names of the settings that name the group, sorted.
func (st settings) with(g *group) []string {
	var names []string
	for name, value := range st {
		if value.group == g.ID || slices.Contains(value.subgroups, g.ID) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
