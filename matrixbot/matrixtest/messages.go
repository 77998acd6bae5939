package matrixtest

import (
	"net/http"
	"slices"

	"maunium.net/go/mautrix/id"
)

// handleMessages is the history of a room, in either direction.
func (s *Server) handleMessages(c *call) answer {
	r, last, bad := s.readable(c.room(), c.user)
	if bad != nil {
		return *bad
	}
	back := c.query.Get("dir") == "b"
	if dir := c.query.Get("dir"); dir != "b" && dir != "f" {
		return fail(http.StatusBadRequest, "M_MISSING_PARAM", "Bad or missing dir query parameter (should be either 'b' or 'f')")
	}
	from, end := int64(0), int64(-1)
	if back {
		from = last
	}
	for name, into := range map[string]*int64{"from": &from, "to": &end} {
		if text := c.query.Get(name); text != "" {
			pos, err := parseToken(text)
			if err != nil {
				return *invalidParam("the parameter " + name + " is malformed")
			}
			*into = pos
		}
	}
	f, bad := c.filter()
	if bad != nil {
		return *bad
	}
	f.limit = c.count("limit", 10, maxLimit)
	chunk, at := r.page(c.user.id, f, back, from, end, last)
	body := map[string]any{"chunk": forClient(c.dev, chunk, viewHistory), "start": streamToken(from)}
	if at != from {
		body["end"] = streamToken(at)
	}
	if f.lazy {
		body["state"] = forClient(c.dev, r.speakers(chunk), viewState)
	}
	return ok(body)
}

// filter reads the parameter of that name.
func (c *call) filter() (filter, *answer) {
	var v map[string]any
	if text := c.query.Get("filter"); text != "" && decodeWhole([]byte(text), &v) != nil {
		return filter{}, badJSON("The filter is not valid JSON.")
	}
	return readFilter(v), nil
}

// page returns the events after from, or before it, and where the next page starts: at from when there are no more.
func (r *room) page(user id.UserID, f filter, back bool, from, end, last int64) (chunk []*event, at int64) {
	events := slices.All(r.timeline)
	if back {
		events = slices.Backward(r.timeline)
	}
	at = from
	for _, e := range events {
		switch {
		case back && e.pos > from, !back && e.pos <= from, e.pos > last:
			continue
		case end >= 0 && (back && e.pos <= end || !back && e.pos > end), len(chunk) == f.limit:
			return chunk, at
		}
		at = e.pos
		if back {
			at--
		}
		if f.wants(e) && r.sees(user, e) {
			chunk = append(chunk, e)
		}
	}
	return chunk, at
}

// speakers are the member events of who sent these events.
func (r *room) speakers(events []*event) []*event {
	var found []*event
	for _, e := range events {
		if m := r.member(e.sender); m != nil && !slices.Contains(found, m) {
			found = append(found, m)
		}
	}
	return found
}

// visible finds an event that the user may see.
func (s *Server) visible(roomID id.RoomID, target id.EventID, u *User) (*event, int64, *answer) {
	r, last, bad := s.readable(roomID, u)
	if bad != nil {
		return nil, 0, bad
	}
	e := r.byID[target]
	if e == nil || e.pos > last || !r.sees(u.id, e) {
		return nil, 0, notFound("The event was not found or you do not have permission to read this event.")
	}
	return e, last, nil
}

func (s *Server) handleEvent(c *call) answer {
	e, _, bad := s.visible(c.room(), id.EventID(c.vars["event"]), c.user)
	if bad != nil {
		return *bad
	}
	return ok(e.forClient(c.dev, viewHistory))
}

// handleContext is an event with what was said around it.
func (s *Server) handleContext(c *call) answer {
	e, last, bad := s.visible(c.room(), id.EventID(c.vars["event"]), c.user)
	if bad != nil {
		return *bad
	}
	f, bad := c.filter()
	if bad != nil {
		return *bad
	}
	limit := c.count("limit", 10, maxLimit)
	f.limit = limit / 2
	before, start := e.room.page(c.user.id, f, true, e.pos-1, -1, last)
	f.limit = limit - limit/2
	after, end := e.room.page(c.user.id, f, false, e.pos, -1, last)
	return ok(map[string]any{
		"event": e.forClient(c.dev, viewHistory), "events_before": forClient(c.dev, before, viewHistory),
		"events_after": forClient(c.dev, after, viewHistory), "start": streamToken(start), "end": streamToken(end),
		"state": forClient(c.dev, e.room.stateAt(e.pos), viewState),
	})
}

// handleTimestamp finds the event next to a time.
func (s *Server) handleTimestamp(c *call) answer {
	r, last, bad := s.readable(c.room(), c.user)
	if bad != nil {
		return *bad
	}
	ts := int64(c.count("ts", 0, 1<<53))
	back := c.query.Get("dir") == "b"
	var best *event
	for _, e := range r.timeline {
		switch {
		case e.pos > last || !r.sees(c.user.id, e):
		case back && e.ts <= ts:
			best = e
		case !back && e.ts >= ts && best == nil:
			best = e
		}
	}
	if best == nil {
		return *notFound("No event found next to that time.")
	}
	return ok(map[string]any{"event_id": best.id, "origin_server_ts": best.ts})
}
