package matrixtest

import (
	"slices"

	"maunium.net/go/mautrix/id"
)

// handleRelations lists what refers to an event.
func (s *Server) handleRelations(c *call) answer {
	e, last, bad := s.visible(c.room(), id.EventID(c.vars["event"]), c.user)
	if bad != nil {
		return *bad
	}
	back := c.query.Get("dir") != "f"
	from := int64(0)
	if back {
		from = last
	}
	if text := c.query.Get("from"); text != "" {
		pos, err := parseToken(text)
		if err != nil {
			return *invalidParam("the parameter from is malformed")
		}
		from = pos
	}
	limit := c.count("limit", 50, maxLimit)
	events := slices.All(e.room.timeline)
	if back {
		events = slices.Backward(e.room.timeline)
	}
	var chunk []*event
	body := map[string]any{}
	for _, x := range events {
		rel := relationOf(x.content)
		switch {
		case back && x.pos > from, !back && x.pos <= from, x.pos > last, !e.room.sees(c.user.id, x):
			continue
		case rel.Event != e.id || c.vars["rel"] != "" && rel.Type != c.vars["rel"] || c.vars["type"] != "" && x.typ != c.vars["type"]:
			continue
		}
		if len(chunk) == limit {
			at := chunk[limit-1].pos
			if back {
				at--
			}
			body["next_batch"] = streamToken(at)
			break
		}
		chunk = append(chunk, x)
	}
	body["chunk"] = forClient(c.dev, chunk, viewHistory)
	return ok(body)
}

// handleThreads lists the roots of a room's threads, the one with the newest answer first.
func (s *Server) handleThreads(c *call) answer {
	r, last, bad := s.readable(c.room(), c.user)
	if bad != nil {
		return *bad
	}
	var roots []*event
	for _, e := range slices.Backward(r.timeline) {
		rel := relationOf(e.content)
		root := r.byID[rel.Event]
		if rel.Type == "m.thread" && root != nil && e.pos <= last && r.sees(c.user.id, root) && !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	return ok(map[string]any{"chunk": forClient(c.dev, roots, viewHistory)})
}
