package zuliptest

import (
	"net/http"
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
	c.accept("include_web_public", "exclude_archived", "include_owner_subscribed", "include_can_access_content")
	if c.bad != nil {
		return *c.bad
	}
	if all && !c.user.isAdmin() {
		return badRequest("User not authorized for this query")
	}
	list := []any{}
	for _, ch := range s.sortedChannels() {
		if all || in && ch.subs[c.user.ID] || public && !ch.Private && s.mayKnow(c.user, ch) {
			o := s.channelObject(ch)
			if def {
				o["is_default"] = false
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
			list = append(list, s.subscriptionObject(ch, with == "true" || with == "partial"))
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
	users, private := s.principals(c), c.flag("invite_only", false)
	fatal := c.flag("authorization_errors_fatal", true)
	c.accept("announce", "is_web_public", "is_default_stream", "history_public_to_subscribers", "message_retention_days",
		"topics_policy", "folder_id", "send_new_subscription_messages", "can_add_subscribers_group",
		"can_remove_subscribers_group", "can_administer_channel_group", "can_delete_any_message_group",
		"can_delete_own_message_group", "can_move_messages_out_of_channel_group",
		"can_move_messages_within_channel_group", "can_send_message_group", "can_subscribe_group", "can_resolve_topics_group")
	if c.bad != nil {
		return *c.bad
	}
	if c.user.Role == RoleGuest {
		return badRequest("Not allowed for guest users")
	}
	var channels []*channelState
	unauthorized := []string{}
	for _, w := range wanted {
		name := strings.TrimSpace(w.Name)
		ch := s.channelByName(name)
		switch {
		case name == "":
			return badRequest("Channel name can't be empty.")
		case len([]rune(name)) > 60:
			return badRequest("Channel name too long (limit: 60 characters).")
		case ch == nil:
			ch = s.createChannel(Channel{Name: name, Description: w.Description, Private: private}, c.user.ID)
		case !s.mayKnow(c.user, ch) && fatal:
			return badRequest("Unable to access channel (" + name + ").")
		case !s.mayKnow(c.user, ch):
			unauthorized = append(unauthorized, name)
			continue
		}
		channels = append(channels, ch)
	}
	added, already := map[string][]string{}, map[string][]string{}
	for _, u := range users {
		for _, ch := range channels {
			if s.subscribe(ch, u) {
				added[strconv.Itoa(u.ID)] = append(added[strconv.Itoa(u.ID)], ch.Name)
			} else {
				already[strconv.Itoa(u.ID)] = append(already[strconv.Itoa(u.ID)], ch.Name)
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
	for _, name := range names {
		if s.channelByName(name) == nil {
			return fail(http.StatusBadRequest, "STREAM_DOES_NOT_EXIST", "Channel '"+name+"' does not exist").with("stream", name)
		}
	}
	for _, u := range users {
		if u != c.user && !c.user.isAdmin() && u.OwnerID != c.user.ID {
			return badRequest("Insufficient permission")
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
