package zuliptest

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) sortedChannels() []*channelState {
	list := make([]*channelState, 0, len(s.channels))
	for _, c := range s.channels {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *channelState) int { return a.ID - b.ID })
	return list
}

func (s *Server) getChannels(c *call) answer {
	public, in := c.flag("include_public", true), c.flag("include_subscribed", true)
	all := c.flag("include_all", false) || c.flag("include_all_active", false)
	def := c.flag("include_default", false)
	active := c.flag("exclude_archived", true)
	c.accept("include_web_public", "include_owner_subscribed", "include_can_access_content")
	if c.bad != nil {
		return *c.bad
	}
	if all && !c.user.isAdmin() {
		return badRequest("User not authorized for this query")
	}
	list := []any{}
	for _, ch := range s.sortedChannels() {
		if ch.archived && active {
			continue
		}
		if all || in && ch.subs[c.user.ID] || public && !ch.Private && s.mayKnow(c.user, ch) {
			o := s.channelObject(ch)
			if def {
				o["is_default"] = ch.isDefault
			}
			list = append(list, o)
		}
	}
	return ok(map[string]any{"streams": list})
}

// pathChannel finds the channel in the call's path, if the user may know of it.
func (s *Server) pathChannel(c *call) (*channelState, *answer) {
	if c.bad != nil {
		return nil, c.bad
	}
	ch := s.channels[c.id("id")]
	if ch == nil || !s.mayKnow(c.user, ch) {
		return nil, refuse("Invalid channel ID")
	}
	return ch, nil
}

func (s *Server) getChannel(c *call) answer {
	ch, bad := s.pathChannel(c)
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"stream": s.channelObject(ch)})
}

func (s *Server) getMembers(c *call) answer {
	ch, bad := s.pathChannel(c)
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"subscribers": s.subscribers(ch)})
}

func (s *Server) getChannelID(c *call) answer {
	name := c.need("stream")
	if c.bad != nil {
		return *c.bad
	}
	ch := s.channelByName(name)
	if ch == nil || !s.mayKnow(c.user, ch) {
		return badRequest("Invalid channel name '" + name + "'")
	}
	return ok(map[string]any{"stream_id": ch.ID})
}

func (s *Server) getTopics(c *call) answer {
	f := form{emptyTopic: c.flag("allow_empty_topic_name", false)}
	ch, bad := s.pathChannel(c)
	if bad != nil {
		return *bad
	}
	topics := []any{}
	seen := map[string]bool{}
	for _, m := range slices.Backward(s.messages) {
		if m.channel == ch && !m.deleted && !seen[m.topic] && s.mayRead(c.user, m) {
			seen[m.topic] = true
			topics = append(topics, map[string]any{"name": f.topicName(m.topic), "max_id": m.id})
		}
	}
	return ok(map[string]any{"topics": topics})
}

func (s *Server) getSubscriptions(c *call) answer {
	with := c.str("include_subscribers", "false")
	list := []any{}
	for _, ch := range s.sortedChannels() {
		if ch.subs[c.user.ID] {
			list = append(list, s.subscriptionObject(c.user, ch, with == "true" || with == "partial"))
		}
	}
	return ok(map[string]any{"subscriptions": list})
}

// principals reads whom a subscription is for; by default the user himself.
func (s *Server) principals(c *call) []*userState {
	var list []any
	if !c.json("principals", &list) {
		return []*userState{c.user}
	}
	for _, x := range list {
		if id, isID := x.(float64); isID && s.users[int(id)] == nil {
			c.reject(badRequest("No such user"))
		}
	}
	ids, bad := s.userIDs(list)
	if bad != nil {
		c.reject(*bad)
	}
	users := make([]*userState, len(ids))
	for i, id := range ids {
		users[i] = s.users[id]
	}
	return users
}

func (s *Server) postSubscriptions(c *call) answer {
	var wanted []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	c.need("subscriptions")
	c.json("subscriptions", &wanted)
	users := s.principals(c)
	fatal := c.flag("authorization_errors_fatal", true)
	model := s.newChannel(c)
	if c.bad != nil {
		return *c.bad
	}
	var channels []*channelState
	unauthorized := []string{}
	for _, w := range wanted {
		name, bad := s.checkChannelName(w.Name)
		ch := s.channelByName(name)
		switch {
		case bad != nil:
			return *bad
		case ch == nil:
			created := *model
			ch = &created
			ch.Name, ch.Description, ch.settings = name, w.Description, maps.Clone(model.settings)
			s.createChannel(ch)
		case ch.archived && fatal:
			return badRequest("Unable to access channel (" + name + ").")
		case !s.mayJoin(c.user, ch) && fatal:
			return badRequest("Unable to access channel (" + name + ").")
		case !s.mayJoin(c.user, ch):
			unauthorized = append(unauthorized, name)
			continue
		}
		channels = append(channels, ch)
	}
	added, already := map[string][]string{}, map[string][]string{}
	for _, u := range users {
		key := strconv.Itoa(u.ID)
		if s.featureLevel < 289 {
			key = u.Email
		}
		for _, ch := range channels {
			if s.subscribe(ch, u) {
				added[key] = append(added[key], ch.Name)
			} else {
				already[key] = append(already[key], ch.Name)
			}
		}
	}
	o := map[string]any{"subscribed": added, "already_subscribed": already}
	if !fatal {
		o["unauthorized"] = unauthorized
	}
	return ok(o)
}

func (s *Server) removeSubscriptions(c *call) answer {
	var names []string
	c.need("subscriptions")
	c.json("subscriptions", &names)
	users := s.principals(c)
	if c.bad != nil {
		return *c.bad
	}
	removed, kept := []string{}, []string{}
	if none := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return s.channelByName(name) != nil }); len(none) > 0 {
		return badRequest("Channel(s) (" + strings.Join(none, ", ") + ") do not exist")
	}
	for _, u := range users {
		for _, name := range names {
			if u != c.user && u.OwnerID != c.user.ID && !s.mayRemove(c.user, s.channelByName(name)) {
				return badRequest("Insufficient permission")
			}
		}
		for _, name := range names {
			if ch := s.channelByName(name); s.unsubscribe(ch, u) {
				removed = append(removed, ch.Name)
			} else {
				kept = append(kept, ch.Name)
			}
		}
	}
	return ok(map[string]any{"removed": removed, "not_removed": kept})
}
