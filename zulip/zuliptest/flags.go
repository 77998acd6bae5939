package zuliptest

import (
	"slices"
	"strconv"
)

// checkFlag refuses what a client may not do to a flag.
func checkFlag(op, flag string) *answer {
	switch {
	case slices.Contains([]string{"mentioned", "has_alert_word", "historical", "stream_wildcard_mentioned", "topic_wildcard_mentioned"}, flag):
		return refuse("Flag not editable: '" + flag + "'")
	case !slices.Contains([]string{"read", "starred", "collapsed"}, flag):
		return refuse("Invalid flag: '" + flag + "'")
	case op != "add" && op != "remove":
		return refuse("Invalid message flag operation: '" + op + "'")
	}
	return nil
}

// changeFlag sets or clears a flag of the user's and tells his queues. It returns the ids of the messages where it changed,
// and the channels whose messages cannot become unread because the user is not in them.
func (s *Server) changeFlag(u *userState, list []*messageState, op, flag string) (changed, ignored []int) {
	changed, ignored = []int{}, []int{}
	on := op == "add"
	for _, m := range list {
		if flag == "read" && !on && m.channel != nil && !m.channel.subs[u.ID] {
			ignored = append(ignored, m.channel.ID)
			continue
		}
		row := m.rows[u.ID]
		if row == nil { // starring a message from the history gives the user a row of his own
			if flag == "read" && on {
				continue
			}
			row = map[string]bool{"read": true, "historical": true}
			m.rows[u.ID] = row
		}
		if row[flag] != on {
			setFlag(row, flag, on)
			changed = append(changed, m.id)
		}
	}
	if len(changed) > 0 {
		s.emitFlags(u, op, flag, changed, false)
	}
	slices.Sort(ignored)
	return changed, slices.Compact(ignored)
}

func (s *Server) emitFlags(u *userState, op, flag string, ids []int, all bool) {
	s.emit("update_message_flags", only(u.ID), func(*queue) event {
		e := event{"op": op, "operation": op, "flag": flag, "messages": ids, "all": all}
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
	o := map[string]any{}
	if m.rows[u.ID]["mentioned"] {
		o["mentioned"] = true
	}
	if m.channel != nil {
		o["type"], o["stream_id"], o["topic"] = "stream", m.channel.ID, m.topic
		o["unmuted_stream_msg"] = u.subs[m.channel.ID]["is_muted"] != true
		return o
	}
	others := slices.DeleteFunc(slices.Clone(m.to), func(id int) bool { return id == u.ID })
	o["type"], o["user_ids"] = "private", others
	return o
}

// flagsAnswer adds what only servers from Zulip 10 on tell.
func (s *Server) flagsAnswer(o map[string]any, ignored []int) answer {
	if s.featureLevel >= 355 {
		o["ignored_because_not_subscribed_channels"] = ignored
	}
	return ok(o)
}

func (s *Server) postFlags(c *call) answer {
	var ids []int
	c.need("messages")
	c.json("messages", &ids)
	op, flag := c.need("op"), c.need("flag")
	if c.bad != nil {
		return *c.bad
	}
	if bad := checkFlag(op, flag); bad != nil {
		return *bad
	}
	given := (op == "add") == (flag == "read") // what the flags of a message without a row say anyway
	var list []*messageState
	for _, id := range ids {
		switch m := s.message(id); {
		case m != nil && s.mayRead(c.user, m):
			list = append(list, m)
		case !given:
			return badRequest("Invalid message(s)")
		}
	}
	_, ignored := s.changeFlag(c.user, list, op, flag) // the answer has what was asked for, changed or not
	return s.flagsAnswer(map[string]any{"messages": append([]int{}, ids...)}, ignored)
}

// postFlagsNarrow changes a flag within a window of a narrow. A window that is too large is made smaller.
func (s *Server) postFlagsNarrow(c *call) answer {
	var wire []wireTerm
	anchor, op, flag := c.need("anchor"), c.need("op"), c.need("flag")
	c.need("narrow")
	c.json("narrow", &wire)
	for _, name := range []string{"num_before", "num_after"} {
		c.need(name)
	}
	before, after := c.integer("num_before", 0), c.integer("num_after", 0)
	include := c.flag("include_anchor", true)
	switch {
	case c.bad != nil:
		return *c.bad
	case before < 0 || after < 0:
		return badRequest("Argument is negative")
	case before > 0 && after > 0 && !include:
		return badRequest("The anchor can only be excluded at an end of the range")
	}
	terms, bad := s.compile(c.user, wire)
	if bad == nil {
		bad = checkFlag(op, flag)
	}
	if bad != nil {
		return *bad
	}
	w, bad := s.window(c.user, s.visible(c.user, terms), anchor)
	if bad != nil {
		return *bad
	}
	before = min(before, max(maxFetch-after, maxFetch/2))
	after = min(after, maxFetch-before)
	rows, o := w.take(before, after, include)
	changed, ignored := s.changeFlag(c.user, rows, op, flag)
	found := map[string]any{
		"processed_count": len(rows), "updated_count": len(changed), "first_processed_id": nil, "last_processed_id": nil,
		"found_oldest": o["found_oldest"], "found_newest": o["found_newest"],
	}
	if len(rows) > 0 {
		found["first_processed_id"], found["last_processed_id"] = rows[0].id, rows[len(rows)-1].id
	}
	return s.flagsAnswer(found, ignored)
}

// unread returns the user's unread messages for which match is true.
func (s *Server) unread(u *userState, match func(*messageState) bool) []*messageState {
	var list []*messageState
	for _, m := range s.messages {
		if row := m.rows[u.ID]; row != nil && !row["read"] && !m.deleted && match(m) {
			list = append(list, m)
		}
	}
	return list
}

// postAllRead tells the queues of "all" without naming messages.
func (s *Server) postAllRead(c *call) answer {
	for _, m := range s.unread(c.user, func(*messageState) bool { return true }) {
		m.rows[c.user.ID]["read"] = true
	}
	s.emitFlags(c.user, "add", "read", []int{}, true)
	if s.featureLevel < 211 {
		return ok(nil)
	}
	return ok(map[string]any{"complete": true})
}

func (s *Server) postChannelRead(c *call) answer {
	ch, bad := s.neededChannel(c)
	if bad != nil {
		return *bad
	}
	s.changeFlag(c.user, s.unread(c.user, func(m *messageState) bool { return m.channel == ch }), "add", "read")
	return ok(nil)
}

func (s *Server) postTopicRead(c *call) answer {
	name := c.need("topic_name")
	ch, bad := s.neededChannel(c)
	if bad != nil {
		return *bad
	}
	topic := cutTopic(name)
	inTopic := func(m *messageState) bool { return m.channel == ch && sameTopic(m.topic, topic) }
	if topic != "" && !slices.ContainsFunc(s.messages, func(m *messageState) bool {
		return !m.deleted && inTopic(m) && m.rows[c.user.ID] != nil
	}) {
		return badRequest("No such topic '" + name + "'")
	}
	s.changeFlag(c.user, s.unread(c.user, inTopic), "add", "read")
	return ok(nil)
}

// neededChannel is the channel that the parameter stream_id names.
func (s *Server) neededChannel(c *call) (*channelState, *answer) {
	c.need("stream_id")
	id := c.integer("stream_id", 0)
	if c.bad != nil {
		return nil, c.bad
	}
	ch := s.channels[id]
	if ch == nil || !s.mayKnow(c.user, ch) {
		return nil, refuse("Invalid channel ID")
	}
	return ch, nil
}
