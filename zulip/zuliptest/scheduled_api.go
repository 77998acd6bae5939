package zuliptest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

const timeIsPast = "Scheduled delivery time must be in the future."

func (s *Server) getScheduled(c *call) answer {
	list := []any{}
	for _, p := range s.pending(c.user, false) {
		list = append(list, s.scheduledObject(p))
	}
	return ok(map[string]any{"scheduled_messages": list})
}

// deliveryTime reads when to send: seconds in the future.
func (s *Server) deliveryTime(c *call) time.Time {
	at := time.Unix(int64(c.integer("scheduled_delivery_timestamp", 0)), 0)
	if c.bad == nil && !at.After(s.now()) {
		c.reject(badRequest(timeIsPast))
	}
	return at
}

func (s *Server) postScheduled(c *call) answer {
	p := &scheduled{draft: draft{sender: c.user, content: c.need("content"), client: c.client}}
	kind, to := c.need("type"), c.need("to")
	p.draft.topic = c.str("topic", c.str("subject", ""))
	c.need("scheduled_delivery_timestamp")
	p.at = s.deliveryTime(c)
	p.draft.read = c.flag("read_by_sender", false)
	if c.bad != nil {
		return *c.bad
	}
	if bad := s.address(p, c, kind, to); bad != nil {
		return *bad
	}
	if bad := s.checkScheduled(p); bad != nil {
		return *bad
	}
	s.schedule(p)
	return ok(map[string]any{"scheduled_message_id": p.id})
}

// address sets where a scheduled message goes. Unlike POST /messages it takes ids only.
func (s *Server) address(p *scheduled, c *call, kind, to string) *answer {
	switch {
	case s.isChannelType(kind):
		id, err := strconv.Atoi(to)
		if err != nil {
			return refuse("Invalid data type for channel ID")
		}
		ch := s.channels[id]
		if ch == nil || !s.mayAddress(c.user, ch) {
			a := fail(http.StatusBadRequest, "STREAM_DOES_NOT_EXIST", "Channel with ID '"+to+"' does not exist").with("stream_id", id)
			return &a
		}
		if !c.has("topic") && !c.has("subject") && p.draft.channel == nil {
			return refuse("Missing topic")
		}
		p.draft.channel, p.draft.to = ch, nil
		return nil
	case isDirectType(kind):
		var list []any
		if json.Unmarshal([]byte(to), &list) != nil {
			return refuse("Invalid data type for recipients")
		}
		for _, x := range list {
			if _, isID := x.(float64); !isID {
				return refuse("Recipient list may only contain user IDs")
			}
		}
		ids, bad := s.userIDs(list)
		p.draft.channel, p.draft.to, p.draft.topic = nil, ids, ""
		return bad
	}
	return refuse("Invalid type")
}

// checkScheduled refuses what could not be sent now, and cuts what is too long.
func (s *Server) checkScheduled(p *scheduled) *answer {
	content, bad := checkContent(p.draft.content)
	if bad != nil {
		return bad
	}
	p.draft.content, p.draft.topic = content, cutTopic(p.draft.topic)
	if p.draft.channel != nil {
		return s.mayWrite(p.draft.sender, p.draft.channel)
	}
	_, bad = s.conversation(p.draft)
	return bad
}

func (s *Server) patchScheduled(c *call) answer {
	changes := false
	for _, name := range []string{"type", "to", "topic", "content", "scheduled_delivery_timestamp"} {
		changes = c.has(name) || changes
	}
	old, bad := s.pathScheduled(c, false)
	switch {
	case bad != nil:
		return *bad
	case !changes:
		return badRequest("Nothing to change")
	case c.has("type") && !c.has("to"):
		return badRequest("Recipient required when updating type of scheduled message.")
	case s.isChannelType(c.str("type", "")) && !c.has("topic"):
		return badRequest("Topic required when updating scheduled message type to channel.")
	case old.failed && !c.has("scheduled_delivery_timestamp"):
		return badRequest(timeIsPast)
	}
	p := *old
	p.draft.content, p.draft.topic, p.draft.client = c.str("content", p.draft.content), c.str("topic", p.draft.topic), c.client
	if c.has("scheduled_delivery_timestamp") {
		p.at = s.deliveryTime(c)
	}
	if c.bad != nil {
		return *c.bad
	}
	if c.has("to") {
		kind := "direct"
		if p.draft.channel != nil {
			kind = "stream"
		}
		bad = s.address(&p, c, c.str("type", kind), c.str("to", ""))
	}
	if bad == nil {
		bad = s.checkScheduled(&p)
	}
	if bad != nil {
		return *bad
	}
	p.failed = false
	*old = p
	s.emitScheduled("update", old)
	nudge(s.planned)
	return ok(nil)
}

// pathScheduled finds the user's own message or reminder in the call's path.
func (s *Server) pathScheduled(c *call, reminder bool) (*scheduled, *answer) {
	if c.bad != nil {
		return nil, c.bad
	}
	for _, p := range s.pending(c.user, reminder) {
		if p.id == c.id("id") {
			return p, nil
		}
	}
	text := "Scheduled message does not exist"
	if reminder {
		text = "Reminder does not exist"
	}
	a := fail(http.StatusNotFound, "BAD_REQUEST", text)
	return nil, &a
}

func (s *Server) removeScheduled(c *call) answer { return s.cancel(c, false) }

func (s *Server) removeReminder(c *call) answer { return s.cancel(c, true) }

func (s *Server) cancel(c *call, reminder bool) answer {
	p, bad := s.pathScheduled(c, reminder)
	if bad != nil {
		return *bad
	}
	s.unschedule(p)
	return ok(nil)
}
