package matrixtest

import (
	"slices"
	"time"

	"maunium.net/go/mautrix/id"
)

// typist is somebody who types.
type typist struct{ timer *time.Timer }

// receiptID and receipt are up to where somebody read.
type receiptID struct {
	user         id.UserID
	kind, thread string
}

type receipt struct {
	pos   int64
	event id.EventID
	ts    int64
}

func (s *Server) setTyping(roomID id.RoomID, u *User, d time.Duration) *answer {
	r, bad := s.joinedRoom(roomID, u)
	if bad != nil {
		return bad
	}
	if d <= 0 {
		s.stopTyping(r, u.id)
		return nil
	}
	if t := r.typing[u.id]; t != nil {
		s.stopTimer(t.timer)
	} else {
		r.typedPos = s.next()
		r.touched = r.typedPos
	}
	r.typing[u.id] = &typist{timer: s.after(d, func() { s.stopTyping(r, u.id) })}
	s.announce()
	return nil
}

func (s *Server) stopTimer(t *time.Timer) {
	t.Stop()
	delete(s.timers, t)
}

func (s *Server) stopTyping(r *room, user id.UserID) {
	t := r.typing[user]
	if t == nil {
		return
	}
	s.stopTimer(t.timer)
	delete(r.typing, user)
	r.typedPos = s.next()
	r.touched = r.typedPos
	s.announce()
}

func (r *room) whoTypes() []id.UserID {
	var who []id.UserID
	for user := range r.typing {
		who = append(who, user)
	}
	slices.Sort(who)
	return who
}

func (s *Server) handleTyping(c *call) answer {
	if c.vars["user"] != string(c.user.id) {
		return *forbidden("Cannot set another user's typing state")
	}
	var d time.Duration
	if on, _ := c.body["typing"].(bool); on {
		d = 30 * time.Second
		if ms, found := number(c.body["timeout"]); found {
			d = time.Duration(min(max(ms, 1), 120_000)) * time.Millisecond
		}
	}
	if bad := s.setTyping(c.room(), c.user, d); bad != nil {
		return *bad
	}
	return empty()
}

func (s *Server) setReceipt(roomID id.RoomID, u *User, kind string, event id.EventID, thread string) *answer {
	r, bad := s.joinedRoom(roomID, u)
	if bad != nil {
		return bad
	}
	switch kind {
	case "m.read", "m.read.private":
		r.touched = s.next()
		r.receipts[receiptID{u.id, kind, thread}] = receipt{pos: r.touched, event: event, ts: s.now().UnixMilli()}
	case "m.fully_read":
		s.setRoomData(u, r.id, "m.fully_read", map[string]any{"event_id": string(event)})
	default:
		return invalidParam("the receipt type is unknown")
	}
	s.announce()
	return nil
}

func (s *Server) handleReceipt(c *call) answer {
	if bad := s.setReceipt(c.room(), c.user, c.vars["kind"], id.EventID(c.vars["event"]), c.text("thread_id")); bad != nil {
		return *bad
	}
	return empty()
}

func (s *Server) handleReadMarkers(c *call) answer {
	for _, kind := range []string{"m.fully_read", "m.read", "m.read.private"} {
		if event := c.text(kind); event != "" {
			if bad := s.setReceipt(c.room(), c.user, kind, id.EventID(event), ""); bad != nil {
				return *bad
			}
		}
	}
	return empty()
}

// ephemeral is what a room's member gets that is no event: who types, who read.
func (y *syncer) ephemeral(r *room, fresh bool) []any {
	var events []any
	if r.typedPos > y.since && (!fresh || len(r.typing) > 0) && y.filter.ephemeral.wantsType("m.typing") {
		who := r.whoTypes()
		if who == nil {
			who = []id.UserID{}
		}
		events = append(events, map[string]any{"type": "m.typing", "content": map[string]any{"user_ids": who}})
	}
	read := map[string]any{}
	for key, got := range r.receipts {
		if !fresh && got.pos <= y.since || key.kind == "m.read.private" && key.user != y.u.id {
			continue
		}
		byKind, _ := read[string(got.event)].(map[string]any)
		if byKind == nil {
			byKind = map[string]any{}
			read[string(got.event)] = byKind
		}
		byUser, _ := byKind[key.kind].(map[string]any)
		if byUser == nil {
			byUser = map[string]any{}
			byKind[key.kind] = byUser
		}
		v := map[string]any{"ts": got.ts}
		if key.thread != "" {
			v["thread_id"] = key.thread
		}
		byUser[string(key.user)] = v
	}
	if len(read) > 0 && y.filter.ephemeral.wantsType("m.receipt") {
		events = append(events, map[string]any{"type": "m.receipt", "content": read})
	}
	return events
}
