package zuliptest

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

const (
	maxFetch    = 5000
	newestID    = 10_000_000_000_000_000 // Zulip's anchor beyond all ids
	anchorIsBad = "Invalid anchor"
)

// getForm reads the parameters that say how messages are written; the defaults differ from POST /register.
func getForm(c *call) form {
	return form{
		markdown: c.flag("apply_markdown", true), gravatar: c.flag("client_gravatar", true),
		emptyTopic: c.flag("allow_empty_topic_name", false),
	}
}

func (s *Server) getMessages(c *call) answer {
	f := getForm(c)
	var wire []wireTerm
	c.json("narrow", &wire)
	var ids []int
	byID := s.featureLevel >= 300 && c.json("message_ids", &ids)
	if s.featureLevel < 300 {
		c.need("num_before")
		c.need("num_after")
	}
	before, after := c.integer("num_before", 0), c.integer("num_after", 0)
	include, anchor := c.flag("include_anchor", true), c.str("anchor", "")
	if c.flag("use_first_unread_anchor", false) {
		anchor = "first_unread"
	}
	switch {
	case c.bad != nil:
		return *c.bad
	case byID && (anchor != "" || before+after > 0):
		return badRequest("Unsupported parameter combination.")
	case !byID && (!c.has("num_before") || !c.has("num_after")):
		return badRequest("Missing 'num_before' or 'num_after' argument")
	case before < 0 || after < 0 || before+after > maxFetch || len(ids) > maxFetch:
		return badRequest(fmt.Sprintf("Too many messages requested (maximum %d).", maxFetch))
	case before > 0 && after > 0 && !include:
		return badRequest("The anchor can only be excluded at an end of the range")
	}
	terms, bad := s.compile(c.user, wire)
	if bad != nil {
		return *bad
	}
	if byID {
		return ok(map[string]any{
			"messages": s.fetched(c.user, s.readable(c.user, terms, ids), f), "history_limited": false,
			"found_anchor": false, "found_oldest": false, "found_newest": false,
		})
	}
	all := s.visible(c.user, terms)
	if anchor == "date" && s.featureLevel >= 445 {
		if anchor, bad = anchorAt(all, c.str("anchor_date", "")); bad != nil {
			return *bad
		}
	}
	w, bad := s.window(c.user, all, anchor)
	if bad != nil {
		return *bad
	}
	rows, o := w.take(before, after, include)
	o["messages"] = s.fetched(c.user, rows, f)
	return ok(o)
}

// anchorAt is the first message from a time on, or the newest.
func anchorAt(all []*messageState, date string) (string, *answer) {
	at, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return "", refuse("anchor_date is not an ISO 8601 datetime string")
	}
	for _, m := range all {
		if !m.at.Before(at) {
			return strconv.Itoa(m.id), nil
		}
	}
	return "newest", nil
}

// readable returns the messages with these ids that the user may read; there the history needs no narrow.
func (s *Server) readable(u *userState, terms []term, ids []int) []*messageState {
	slices.Sort(ids)
	var list []*messageState
	for _, id := range slices.Compact(ids) {
		if m := s.message(id); m != nil && s.mayRead(u, m) && s.fits(terms, u, m) {
			list = append(list, m)
		}
	}
	return list
}

func (s *Server) fetched(u *userState, rows []*messageState, f form) []any {
	list := []any{}
	for _, m := range rows {
		o := s.messageObject(m, f)
		o["flags"] = m.flags(u.ID)
		if m.rows[u.ID] == nil {
			o["flags"] = []string{"read", "historical"} // the user never got it
		}
		list = append(list, o)
	}
	return list
}

// A window is a place in a list of messages.
type window struct {
	all         []*messageState
	anchor      int
	first, last bool // anchored to the oldest or to the newest
}

func (s *Server) window(u *userState, all []*messageState, anchor string) (*window, *answer) {
	w := &window{all: all}
	switch anchor {
	case "":
		return nil, refuse("Missing 'anchor' argument.")
	case "newest":
		w.anchor, w.last = newestID, true
	case "oldest":
		w.first = true
	case "first_unread":
		w.anchor, w.last = newestID, true
		for _, m := range all {
			if row := m.rows[u.ID]; row != nil && !row["read"] {
				w.anchor, w.last = m.id, false
				break
			}
		}
	default:
		n, err := strconv.Atoi(anchor)
		if err != nil {
			return nil, refuse(anchorIsBad)
		}
		w.anchor = max(n, 0)
		w.first, w.last = w.anchor == 0, w.anchor >= newestID
	}
	return w, nil
}

// take returns the messages around the anchor and what Zulip tells about the edges.
func (w *window) take(before, after int, include bool) ([]*messageState, map[string]any) {
	if w.first {
		before = 0
	}
	if w.last {
		after = 0
	}
	i, found := slices.BinarySearchFunc(w.all, w.anchor, func(m *messageState, id int) int { return m.id - id })
	older, newer := w.all[:i], w.all[i:]
	var middle []*messageState
	if found {
		middle, newer = newer[:1], newer[1:]
		if !include {
			middle, found = nil, false
		}
	}
	o := map[string]any{
		"anchor": w.anchor, "found_anchor": found, "history_limited": false,
		"found_oldest": w.first || len(older) < before, "found_newest": w.last || len(newer) < after,
	}
	older, newer = older[max(0, len(older)-before):], newer[:min(len(newer), after)]
	return slices.Concat(older, middle, newer), o
}

func (s *Server) getMessage(c *call) answer {
	f := getForm(c)
	m, bad := s.pathMessage(c)
	if bad != nil {
		return *bad
	}
	o := s.fetched(c.user, []*messageState{m}, f)[0]
	return ok(map[string]any{"message": o, "raw_content": m.content})
}

// pathMessage finds the message in the call's path, or refuses: also for what was wrong with the parameters.
func (s *Server) pathMessage(c *call) (*messageState, *answer) {
	if c.bad != nil {
		return nil, c.bad
	}
	m := s.message(c.id("id"))
	if m == nil || !s.mayRead(c.user, m) {
		return nil, refuse("Invalid message(s)")
	}
	return m, nil
}

func (s *Server) getMatchesNarrow(c *call) answer {
	var ids []int
	var wire []wireTerm
	c.need("msg_ids")
	c.json("msg_ids", &ids)
	c.need("narrow")
	c.json("narrow", &wire)
	if c.bad != nil {
		return *c.bad
	}
	terms, bad := s.compile(c.user, wire)
	if bad != nil {
		return *bad
	}
	matches := map[string]any{}
	for _, m := range s.readable(c.user, terms, ids) {
		matches[strconv.Itoa(m.id)] = map[string]any{"match_content": s.render(m.content), "match_subject": m.topic}
	}
	return ok(map[string]any{"messages": matches})
}

func (s *Server) getHistory(c *call) answer {
	f := getForm(c)
	m, bad := s.pathMessage(c)
	if bad != nil {
		return *bad
	}
	first := map[string]any{"timestamp": m.at.Unix(), "user_id": m.sender.ID}
	content, topic := m.content, m.topic
	later := []any{}
	for _, e := range m.history { // newest first: go back in time
		o := map[string]any{
			"timestamp": e.at.Unix(), "user_id": e.by, "topic": f.topicName(topic),
			"content": content, "rendered_content": s.render(content),
		}
		if e.prevContent != nil {
			o["prev_content"], o["prev_rendered_content"] = *e.prevContent, s.render(*e.prevContent)
			o["content_html_diff"] = "<div>" + s.render(content) + "</div>"
			content = *e.prevContent
		}
		if e.prevTopic != nil {
			o["prev_topic"] = f.topicName(*e.prevTopic)
			topic = *e.prevTopic
		}
		if e.prevStream != nil {
			o["prev_stream"], o["stream"] = *e.prevStream, *e.newStream
		}
		later = append(later, o)
	}
	first["topic"], first["content"], first["rendered_content"] = f.topicName(topic), content, s.render(content)
	if m.channel == nil {
		first["topic"] = ""
	}
	slices.Reverse(later)
	return ok(map[string]any{"message_history": append([]any{first}, later...)})
}

func (s *Server) getReadReceipts(c *call) answer {
	m, bad := s.pathMessage(c)
	if bad != nil {
		return *bad
	}
	if s.noReceipts {
		return badRequest("Read receipts are disabled in this organization.")
	}
	ids := []int{}
	for id, row := range m.rows {
		if row["read"] && id != m.sender.ID && s.showsReading(s.users[id], c.user) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ok(map[string]any{"user_ids": ids})
}

// showsReading reports whether a reader lets others know, and this one: neither must have muted the other.
func (s *Server) showsReading(reader, to *userState) bool {
	_, muted := reader.muted[to.ID]
	_, muting := to.muted[reader.ID]
	return reader.active && !muted && !muting && reader.settings["send_read_receipts"] != false
}

func (s *Server) postRender(c *call) answer {
	content := c.need("content")
	if c.bad != nil {
		return *c.bad
	}
	content, bad := checkContent(content)
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"rendered": s.render(content)})
}
