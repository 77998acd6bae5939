package zuliptest

import "slices"

func (s *Server) sortedUsers() []*userState {
	list := make([]*userState, 0, len(s.users))
	for _, u := range s.users {
		if !u.system {
			list = append(list, u)
		}
	}
	slices.SortFunc(list, func(a, b *userState) int { return a.ID - b.ID })
	return list
}

func (s *Server) getUsers(c *call) answer {
	gravatar, fields := c.flag("client_gravatar", true), c.flag("include_custom_profile_fields", false)
	var ids []int
	some := c.json("user_ids", &ids)
	if c.bad != nil {
		return *c.bad
	}
	members := []any{}
	for _, u := range s.sortedUsers() {
		if !some || slices.Contains(ids, u.ID) {
			members = append(members, s.userObject(u, gravatar, fields))
		}
	}
	return ok(map[string]any{"members": members})
}

func (s *Server) getOwnUser(c *call) answer {
	o := s.userObject(c.user, false, true)
	o["max_message_id"] = s.lastSeen(c.user)
	return ok(o)
}

func (s *Server) getUser(c *call) answer {
	gravatar, fields := c.flag("client_gravatar", true), c.flag("include_custom_profile_fields", false)
	u, bad := s.pathUser(c)
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"user": s.userObject(u, gravatar, fields)})
}

// pathUser finds the user in the call's path, by id or address.
func (s *Server) pathUser(c *call) (*userState, *answer) {
	if c.bad != nil {
		return nil, c.bad
	}
	u := s.users[c.id("id")]
	if u == nil {
		u = s.userByEmail(c.vars["id"])
	}
	if u == nil {
		return nil, refuse("No such user")
	}
	return u, nil
}

func (s *Server) getIsSubscribed(c *call) answer {
	u, bad := s.pathUser(c)
	if bad != nil {
		return *bad
	}
	ch := s.channels[c.id("channel")]
	if ch == nil || !s.mayKnow(c.user, ch) {
		return badRequest("Invalid channel ID")
	}
	return ok(map[string]any{"is_subscribed": ch.subs[u.ID]})
}
