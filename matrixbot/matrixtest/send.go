package matrixtest

import (
	"encoding/json"
	"math"
	"net/http"
	"strings"

	"maunium.net/go/mautrix/id"
)

// draft is an event before it is one.
type draft struct {
	sender   *User
	typ      string
	stateKey *string
	content  map[string]any
	redacts  id.EventID
	device   *device
	txn      string
	ts       int64 // of an application service; zero is now
}

// maxEvent is the largest event between servers. Signatures and references, which programs do not see, count too.
const (
	maxEvent    = 65_536
	eventExtras = 750
)

// joinedRoom returns a room in which the user is a member.
func (s *Server) joinedRoom(roomID id.RoomID, u *User) (*room, *answer) {
	r := s.rooms[roomID]
	if r == nil || r.membership(u.id) != "join" {
		return nil, forbidden("You aren't a member of the room.")
	}
	return r, nil
}

// sendEvent checks and adds an event that is no redaction.
func (s *Server) sendEvent(roomID id.RoomID, d draft) (*event, *answer) {
	r, bad := s.joinedRoom(roomID, d.sender)
	if bad != nil {
		return nil, bad
	}
	if d.stateKey != nil && d.typ == "m.room.member" {
		return s.sendMember(r, d)
	}
	if bad := r.check(d); bad != nil {
		return nil, bad
	}
	if same := r.unchanged(d); same != nil {
		return same, nil
	}
	return s.add(r, d), nil
}

// unchanged returns the current state event when a draft says the same again.
func (r *room) unchanged(d draft) *event {
	if d.stateKey == nil {
		return nil
	}
	now := r.state[stateID{d.typ, *d.stateKey}]
	if now != nil && now.sender == d.sender.id && string(encode(now.content)) == string(encode(d.content)) {
		return now
	}
	return nil
}

// check applies the rules that hold for every event of a member.
func (r *room) check(d draft) *answer {
	if bad := r.checkShape(d); bad != nil {
		return bad
	}
	if d.typ == "m.room.create" {
		return forbidden("a room is created once")
	}
	if r.power(d.sender.id) < r.needed(d.typ, d.stateKey != nil) {
		return forbidden("you don't have the power level to send " + d.typ)
	}
	if d.stateKey == nil {
		return nil
	}
	if strings.HasPrefix(*d.stateKey, "@") && *d.stateKey != string(d.sender.id) {
		return forbidden("the state key is another user's id")
	}
	if d.typ == "m.room.power_levels" {
		return r.checkPower(d.sender.id, d.content)
	}
	return nil
}

// checkShape refuses what is too large, and numbers that no room allows.
func (r *room) checkShape(d draft) *answer {
	if len(d.typ) > 255 || len(*(&event{stateKey: d.stateKey}).stateKeyOr()) > 255 {
		return refuse(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "the type or state key is longer than 255 bytes")
	}
	if len(encode(d.content))+len(d.typ)+eventExtras > maxEvent {
		return refuse(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "the event is larger than 65536 bytes")
	}
	if r.version.strictJSON && !wholeNumbers(d.content) {
		return badJSON("numbers have to be integers between -(2^53)+1 and (2^53)-1")
	}
	return nil
}

// wholeNumbers reports whether all numbers are those that canonical JSON allows.
func wholeNumbers(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, x := range v {
			if !wholeNumbers(x) {
				return false
			}
		}
	case []any:
		for _, x := range v {
			if !wholeNumbers(x) {
				return false
			}
		}
	case json.Number:
		n, err := v.Int64()
		return err == nil && math.Abs(float64(n)) < 1<<53
	}
	return true
}

// txnID is what makes a request the same as an earlier one: the device, the operation and the client's id.
func (c *call) txnID() string {
	return c.path[len(c.path)-3] + "/" + c.path[len(c.path)-2] + "/" + c.vars["txn"]
}

func (s *Server) handleSend(c *call) answer {
	if strings.TrimSpace(c.vars["type"]) == "" {
		return *invalidParam("the event type is empty")
	}
	if sent, again := c.dev.txns[c.txnID()]; again {
		return ok(map[string]any{"event_id": sent})
	}
	var e *event
	var bad *answer
	if c.vars["type"] == "m.room.redaction" && str(c.body, "redacts") != "" {
		e, bad = s.redact(c.room(), c.user, id.EventID(str(c.body, "redacts")), str(c.body, "reason"), c.dev, c.vars["txn"])
	} else {
		e, bad = s.sendEvent(c.room(), draft{
			sender: c.user, typ: c.vars["type"], content: c.body, device: c.dev, txn: c.vars["txn"],
		})
	}
	if bad != nil {
		return *bad
	}
	c.dev.txns[c.txnID()] = string(e.id)
	s.stopTyping(e.room, c.user.id)
	return ok(map[string]any{"event_id": e.id})
}

func (s *Server) handlePutState(c *call) answer {
	key := c.vars["key"]
	e, bad := s.sendEvent(c.room(), draft{sender: c.user, typ: c.vars["type"], stateKey: &key, content: c.body, device: c.dev})
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"event_id": e.id})
}

func (s *Server) handleGetState(c *call) answer {
	r, pos, bad := s.readable(c.room(), c.user)
	if bad != nil {
		return *bad
	}
	e := r.at(stateID{c.vars["type"], c.vars["key"]}, pos)
	if e == nil {
		return *notFound("Cannot find the state event.")
	}
	if c.query.Get("format") == "event" {
		return ok(e.forClient(c.dev, viewState))
	}
	return ok(e.content)
}

func (s *Server) handleAllState(c *call) answer {
	r, pos, bad := s.readable(c.room(), c.user)
	if bad != nil {
		return *bad
	}
	return answer{status: http.StatusOK, mime: "application/json", raw: encode(forClient(c.dev, r.stateAt(pos), viewState))}
}

// readable returns a room that the user may read and the position up to which: all for members, up to his leaving for
// who was one.
func (s *Server) readable(roomID id.RoomID, u *User) (*room, int64, *answer) {
	r := s.rooms[roomID]
	if r == nil {
		return nil, 0, forbidden("You aren't a member of the room.")
	}
	if r.membership(u.id) == "join" {
		return r, s.pos, nil
	}
	for e := r.member(u.id); e != nil; e = e.prev {
		if e.prev != nil && str(e.prev.content, "membership") == "join" {
			return r, e.pos, nil
		}
	}
	if str(r.get("m.room.history_visibility"), "history_visibility") == "world_readable" {
		return r, s.pos, nil
	}
	return nil, 0, forbidden("You aren't a member of the room.")
}

// forClient is a list of events as a program gets them.
func forClient(d *device, events []*event, v view) []any {
	out := make([]any, len(events))
	for i, e := range events {
		out[i] = e.forClient(d, v)
	}
	return out
}
