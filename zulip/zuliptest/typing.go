package zuliptest

import (
	"maps"
	"slices"
	"strconv"
)

func (s *Server) postTyping(c *call) answer {
	kind, op := c.str("type", "direct"), c.need("op")
	var to []int
	c.json("to", &to)
	id, topic := c.integer("stream_id", 0), c.str("topic", "")
	switch {
	case c.bad != nil:
		return *c.bad
	case op != "start" && op != "stop":
		return badRequest("Invalid op")
	case s.isChannelType(kind):
		return s.typingInChannel(c, op, id, to, topic)
	case kind != "direct":
		return badRequest("Invalid type")
	case !c.has("to"):
		return badRequest("Missing 'to' argument")
	case len(to) == 0:
		return badRequest("Empty 'to' list")
	}
	ids := append(to, c.user.ID)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	people := []any{}
	for _, id := range ids {
		if s.users[id] == nil {
			return badRequest("Invalid user ID " + strconv.Itoa(id))
		}
		people = append(people, map[string]any{"user_id": id, "email": s.users[id].Email})
	}
	s.emitTyping(c.user, op, func(u *userState) bool { return slices.Contains(ids, u.ID) },
		event{"message_type": "direct", "recipients": people})
	return ok(nil)
}

// typingInChannel tells those in the channel whose programs asked for it. Before Zulip 8 the channel stood in "to".
func (s *Server) typingInChannel(c *call, op string, id int, to []int, topic string) answer {
	switch {
	case s.featureLevel < 215 && len(to) != 1:
		return badRequest("Cannot send to multiple streams")
	case s.featureLevel < 215:
		id = to[0]
	case !c.has("stream_id"):
		return badRequest("Missing channel ID")
	}
	if !c.has("topic") {
		return badRequest("Missing topic")
	}
	ch := s.channels[id]
	if ch == nil || !s.mayKnow(c.user, ch) {
		return badRequest("Invalid channel ID")
	}
	if bad := s.mayWrite(c.user, ch); bad != nil {
		return *bad
	}
	s.emitTyping(c.user, op, func(u *userState) bool { return ch.subs[u.ID] },
		event{"message_type": "stream", "stream_id": ch.ID, "topic": topic})
	return ok(nil)
}

func (s *Server) emitTyping(by *userState, op string, to func(*userState) bool, where event) {
	s.emit("typing", to, func(*queue) event {
		e := event{"op": op, "sender": map[string]any{"user_id": by.ID, "email": by.Email}}
		maps.Copy(e, where)
		return e
	})
}

// postTypingEdit tells that somebody changes a message of his.
func (s *Server) postTypingEdit(c *call) answer {
	op := c.need("op")
	m, bad := s.pathMessage(c)
	switch {
	case bad != nil:
		return *bad
	case op != "start" && op != "stop":
		return badRequest("Invalid op")
	}
	if bad := s.mayEdit(c.user, m, 0); bad != nil {
		return *bad
	}
	sees := func(u *userState) bool { return slices.Contains(m.to, u.ID) }
	if m.channel != nil {
		sees = func(u *userState) bool { return m.channel.subs[u.ID] }
	}
	s.emit("typing_edit_message", sees, func(q *queue) event {
		where := map[string]any{"type": "direct", "user_ids": m.to}
		if m.channel != nil {
			where = map[string]any{"type": "channel", "channel_id": m.channel.ID, "topic": q.form().topicName(m.topic)}
		}
		return event{"op": op, "sender_id": c.user.ID, "message_id": m.id, "recipient": where}
	})
	return ok(nil)
}
