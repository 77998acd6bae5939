package zuliptest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Group is a user group. It is a copy: what is read from it later may be out of date.
type Group struct {
	ID          int // given by the server, from 301 on; the first eight are the groups of roles
	Name        string
	Description string
	Members     []int // direct members, ascending
	Subgroups   []int // direct subgroups, ascending
}

type group struct {
	Group
	role        Role // of a system group that has the people of one role
	system      bool
	deactivated bool
	creator     int // zero when nobody
	created     time.Time
	settings    settings
}

// The system groups, in the order of their ids. Each has the group of the next higher role as its subgroup.
const (
	nobodyGroup = firstGroupID + iota
	ownersGroup
	adminsGroup
	moderatorsGroup
	fullMembersGroup
	membersGroup
	everyoneGroup
	internetGroup
)

func (o *org) addSystemGroups() {
	for _, g := range []struct {
		name, about string
		role        Role
	}{
		{"role:nobody", "Nobody", 0},
		{"role:owners", "Owners of this organization", RoleOwner},
		{"role:administrators", "Administrators of this organization, including owners", RoleAdmin},
		{"role:moderators", "Moderators of this organization, including administrators", RoleModerator},
		{"role:fullmembers", "Members of this organization, not including new accounts and guests", RoleMember},
		{"role:members", "Members of this organization, not including guests", RoleMember},
		{"role:everyone", "Everyone in this organization, including guests", RoleGuest},
		{"role:internet", "Everyone on the Internet", 0},
	} {
		o.lastGroup++
		sub := []int{}
		if o.lastGroup > ownersGroup {
			sub = append(sub, o.lastGroup-1)
		}
		o.groups[o.lastGroup] = &group{
			Group: Group{ID: o.lastGroup, Name: g.name, Description: g.about, Subgroups: sub},
			role:  g.role, system: true, settings: groupDefaults(groupSetting{group: nobodyGroup}),
		}
	}
}

// groupDefaults are the permissions of a new group, which its creator manages.
func groupDefaults(creator groupSetting) settings {
	return settings{
		"can_add_members_group": creator, "can_manage_group": creator,
		"can_join_group": {group: nobodyGroup}, "can_remove_members_group": {group: nobodyGroup},
		"can_leave_group": {group: everyoneGroup}, "can_mention_group": {group: everyoneGroup},
	}
}

// AddGroup adds a user group with these members and tells the event queues. It panics when the name is empty or taken.
func (s *Server) AddGroup(name string, members ...*User) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.TrimSpace(name) == "" || s.groupByName(name) != nil {
		panic(fmt.Sprintf("zuliptest: AddGroup: the name %q is empty or taken", name))
	}
	g := Group{Name: name}
	for _, u := range members {
		g.Members = append(g.Members, s.mustUser("AddGroup", u).ID)
	}
	state := s.createGroup(g, nil, groupDefaults(groupSetting{group: adminsGroup}))
	g = state.Group
	return &g
}

func (s *Server) createGroup(g Group, creator *userState, st settings) *group {
	s.lastGroup++
	g.ID = s.lastGroup
	g.Members, g.Subgroups = distinct(g.Members), distinct(g.Subgroups)
	state := &group{Group: g, created: s.now(), settings: st}
	if creator != nil {
		state.creator = creator.ID
	}
	s.groups[g.ID] = state
	s.emit("user_group", everyone, func(*queue) event { return event{"op": "add", "group": s.groupObject(state)} })
	return state
}

// distinct returns the ids in ascending order, each once, and never nil.
func distinct(ids []int) []int {
	return append([]int{}, slices.Compact(slices.Sorted(slices.Values(ids)))...)
}

func (s *Server) groupByName(name string) *group {
	for _, g := range s.groups {
		if strings.EqualFold(g.Name, strings.TrimSpace(name)) {
			return g
		}
	}
	return nil
}

// directMembers returns the ids of the active direct members, ascending.
func (s *Server) directMembers(g *group) []int {
	ids := []int{}
	for _, u := range sorted(s.users) {
		if u.active && (g.role != 0 && u.Role == g.role || !g.system && slices.Contains(g.Members, u.ID)) {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// allSubgroups returns the ids of the group's subgroups, theirs, and so on.
func (s *Server) allSubgroups(g *group) []int {
	ids := []int{}
	for next := slices.Clone(g.Subgroups); len(next) > 0; next = next[1:] {
		if !slices.Contains(ids, next[0]) {
			ids = append(ids, next[0])
			next = append(next, s.groups[next[0]].Subgroups...)
		}
	}
	return distinct(ids)
}

// allMembers returns the ids of the active members, direct or through subgroups, ascending.
func (s *Server) allMembers(g *group) []int {
	ids := s.directMembers(g)
	for _, sub := range s.allSubgroups(g) {
		ids = append(ids, s.directMembers(s.groups[sub])...)
	}
	return distinct(ids)
}

// inGroup reports whether the user is a member, directly or through subgroups.
func (s *Server) inGroup(g *group, u *userState) bool {
	return g != nil && slices.Contains(s.allMembers(g), u.ID)
}

func (s *Server) groupObject(g *group) map[string]any {
	o := map[string]any{
		"id": g.ID, "name": g.Name, "description": g.Description, "members": s.directMembers(g),
		"direct_subgroup_ids": append([]int{}, g.Subgroups...), "is_system_group": g.system, "creator_id": nil,
		"date_created": nil, "deactivated": g.deactivated,
	}
	for name, value := range g.settings {
		o[name] = value
	}
	if g.creator != 0 {
		o["creator_id"] = g.creator
	}
	if !g.system {
		o["date_created"] = g.created.Unix()
	}
	return s.keep(o, groupKeys())
}

// moveRole tells the queues that a user has left the groups of one role for those of another; zero is none.
func (s *Server) moveRole(u *userState, from, to Role) {
	for _, g := range sorted(s.groups) {
		switch g.role {
		case 0:
		case from:
			s.emitMembers("remove_members", g, []int{u.ID})
		case to:
			s.emitMembers("add_members", g, []int{u.ID})
		}
	}
}

func (s *Server) emitMembers(op string, g *group, ids []int) {
	s.emit("user_group", everyone, func(*queue) event { return event{"op": op, "group_id": g.ID, "user_ids": ids} })
}
