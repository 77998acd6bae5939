package zuliptest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

func (s *Server) patchMessage(c *call) answer {
	var ch change
	if c.has("content") {
		ch.content = new(c.str("content", ""))
	}
	if c.has("topic") {
		ch.topic = new(c.str("topic", ""))
	}
	ch.mode = c.str("propagate_mode", "change_one")
	expected := c.str("prev_content_sha256", "")
	target := c.integer("stream_id", 0)
	c.accept("send_notification_to_old_thread", "send_notification_to_new_thread")
	m, bad := s.pathMessage(c)
	if bad != nil {
		return *bad
	}
	if !slices.Contains([]string{"change_one", "change_later", "change_all"}, ch.mode) {
		return badRequest("Invalid propagate_mode")
	}
	if target != 0 {
		if ch.channel = s.channels[target]; ch.channel == nil || !s.mayKnow(c.user, ch.channel) {
			return badRequest("Invalid channel ID")
		}
	}
	if expected != "" && expected != sha(m.content) {
		return fail(http.StatusBadRequest, "EXPECTATION_MISMATCH", "'prev_content_sha256' value does not match the expected value.")
	}
	if bad := s.editMessage(c.user, m, ch); bad != nil {
		return *bad
	}
	return ok(map[string]any{"detached_uploads": []any{}})
}

func (s *Server) removeMessage(c *call) answer {
	m, bad := s.pathMessage(c)
	if bad == nil {
		bad = s.deleteMessage(c.user, m)
	}
	return done(bad)
}

// done is the empty success, or the refusal.
func done(bad *answer) answer {
	if bad != nil {
		return *bad
	}
	return ok(nil)
}

func (s *Server) postReaction(c *call) answer {
	name := c.need("emoji_name")
	code, kind := c.str("emoji_code", ""), c.str("reaction_type", "")
	m, bad := s.pathMessage(c)
	if bad == nil {
		bad = s.react(c.user, m, name, code, kind)
	}
	return done(bad)
}

func (s *Server) removeReaction(c *call) answer {
	name, code, kind := c.str("emoji_name", ""), c.str("emoji_code", ""), c.str("reaction_type", "")
	m, bad := s.pathMessage(c)
	if bad == nil && name == "" && code == "" {
		bad = refuse("At least one of the following arguments must be present: emoji_name, emoji_code")
	}
	if bad == nil {
		bad = s.unreact(c.user, m, name, code, kind)
	}
	return done(bad)
}

func (s *Server) postFlags(c *call) answer {
	var ids []int
	c.need("messages")
	c.json("messages", &ids)
	op, flag := c.need("op"), c.need("flag")
	switch {
	case c.bad != nil:
		return *c.bad
	case op != "add" && op != "remove":
		return badRequest("Invalid message flag operation: '" + op + "'")
	case slices.Contains([]string{"mentioned", "has_alert_word", "historical", "stream_wildcard_mentioned", "topic_wildcard_mentioned"}, flag):
		return badRequest("Flag not editable: '" + flag + "'")
	case !slices.Contains([]string{"read", "starred", "collapsed"}, flag):
		return badRequest("Invalid flag: '" + flag + "'")
	}
	changed := []int{}
	for _, id := range ids {
		m := s.message(id)
		if m == nil || !s.mayRead(c.user, m) {
			return badRequest("Invalid message(s)")
		}
	}
	for _, id := range ids {
		m := s.message(id)
		row := m.rows[c.user.ID]
		if row == nil { // starring a message from the history gives the user a row of his own
			if flag == "read" {
				continue
			}
			row = map[string]bool{"read": true, "historical": true}
			m.rows[c.user.ID] = row
		}
		if row[flag] != (op == "add") {
			setFlag(row, flag, op == "add")
			changed = append(changed, id)
		}
	}
	if len(changed) > 0 {
		s.emitFlags(c.user, op, flag, changed)
	}
	return ok(map[string]any{"messages": changed, "ignored_because_not_subscribed_channels": []int{}})
}

func (s *Server) emitFlags(u *userState, op, flag string, ids []int) {
	s.emit("update_message_flags", only(u.ID), func(*queue) event {
		e := event{"op": op, "operation": op, "flag": flag, "messages": ids, "all": false}
		if op == "remove" && flag == "read" {
			details := map[string]any{}
			for _, id := range ids {
				details[strconv.Itoa(id)] = s.unreadDetails(s.message(id), u)
			}
			e["message_details"] = details
		}
		return e
	})
}

func (s *Server) unreadDetails(m *messageState, u *userState) map[string]any {
	o := map[string]any{"mentioned": m.rows[u.ID]["mentioned"]}
	if m.channel != nil {
		o["type"], o["stream_id"], o["topic"] = "stream", m.channel.ID, m.topic
		return o
	}
	others := slices.DeleteFunc(slices.Clone(m.to), func(id int) bool { return id == u.ID })
	o["type"], o["user_ids"] = "private", others
	return o
}

func (s *Server) postTyping(c *call) answer {
	kind, op := c.str("type", "direct"), c.need("op")
	channelID, topic := c.integer("stream_id", 0), c.str("topic", "")
	var to []json.Number
	c.json("to", &to)
	switch {
	case c.bad != nil:
		return *c.bad
	case op != "start" && op != "stop":
		return badRequest("Invalid op")
	case kind == "stream" || kind == "channel":
		ch := s.channels[channelID]
		if ch == nil || !s.mayKnow(c.user, ch) {
			return badRequest("Invalid channel ID")
		}
		s.emitTyping(c.user, op, func(u *userState) bool { return ch.subs[u.ID] },
			event{"message_type": "stream", "stream_id": ch.ID, "topic": topic})
		return ok(nil)
	case kind != "direct" && kind != "private":
		return badRequest("Invalid type")
	case len(to) == 0:
		return badRequest("Missing parameter: 'to' (recipient)")
	}
	ids := []int{c.user.ID}
	for _, n := range to {
		id, err := strconv.Atoi(n.String())
		if err != nil || s.users[id] == nil {
			return badRequest("Invalid user ID " + n.String())
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	people := []any{}
	for _, id := range ids {
		people = append(people, map[string]any{"user_id": id, "email": s.users[id].Email})
	}
	s.emitTyping(c.user, op, func(u *userState) bool { return slices.Contains(ids, u.ID) },
		event{"message_type": "direct", "recipients": people})
	return ok(nil)
}

func (s *Server) emitTyping(by *userState, op string, to func(*userState) bool, where event) {
	s.emit("typing", to, func(*queue) event {
		e := event{"op": op, "sender": map[string]any{"user_id": by.ID, "email": by.Email}}
		maps.Copy(e, where)
		return e
	})
}
