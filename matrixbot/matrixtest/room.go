package matrixtest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"
)

// stateID names a piece of a room's state.
type stateID struct{ typ, key string }

// room is what the server knows about a room.
type room struct {
	id       id.RoomID
	version  roomVersion
	creator  id.UserID
	public   bool // in the directory
	direct   bool // was made as a direct chat
	timeline []*event
	byID     map[id.EventID]*event
	state    map[stateID]*event
	order    []stateID // of the first appearance
	counts   map[string]int
	typing   map[id.UserID]*typist
	touched  int64 // position of the newest change that a sync tells
	typedPos int64 // of the newest change of typing
	receipts map[receiptID]receipt
}

func (s *Server) newRoom(v roomVersion, creator id.UserID) *room {
	r := &room{
		version: v, creator: creator, byID: map[id.EventID]*event{}, state: map[stateID]*event{},
		counts: map[string]int{}, typing: map[id.UserID]*typist{}, receipts: map[receiptID]receipt{},
	}
	if !v.idIsHash { // else the create event gives the id
		r.id = id.RoomID("!" + s.makeID()[:18] + ":" + s.serverName)
		s.rooms[r.id] = r
	}
	return r
}

// makeID returns 43 characters that were not returned before.
func (s *Server) makeID() string {
	s.ids++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", s.serverName, s.ids))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// add appends an event that was checked.
func (s *Server) add(r *room, d draft) *event {
	unique := s.makeID()
	e := &event{
		pos: s.next(), id: id.EventID("$" + unique), room: r, typ: d.typ, stateKey: d.stateKey, sender: d.sender.id,
		ts: s.now().UnixMilli(), content: d.content, redacts: d.redacts, txn: d.txn, device: d.device,
	}
	if d.ts != 0 {
		e.ts = d.ts
	}
	if r.version.eventIDHasServer {
		e.id = id.EventID("$" + unique[:18] + ":" + s.serverName)
	}
	if r.id == "" {
		r.id = id.RoomID("!" + unique)
		s.rooms[r.id] = r
	}
	r.timeline = append(r.timeline, e)
	r.touched = e.pos
	r.byID[e.id] = e
	if d.stateKey != nil {
		s.setState(r, e)
	}
	s.tellHooks(e)
	s.announce()
	return e
}

func (s *Server) setState(r *room, e *event) {
	key := stateID{e.typ, *e.stateKey}
	e.prev = r.state[key]
	if e.prev == nil {
		r.order = append(r.order, key)
	}
	r.state[key] = e
	if e.typ == "m.room.member" {
		s.joinedPos = e.pos
		if e.prev != nil {
			r.counts[str(e.prev.content, "membership")]--
		}
		r.counts[str(e.content, "membership")]++
	}
}

// count is how many members have a membership.
func (r *room) count(membership string) int { return r.counts[membership] }

// at returns a piece of state as it was at a position, or nil.
func (r *room) at(key stateID, pos int64) *event {
	e := r.state[key]
	for e != nil && e.pos > pos {
		e = e.prev
	}
	return e
}

// stateAt returns the whole state at a position, in the order of first appearance.
func (r *room) stateAt(pos int64) []*event {
	var state []*event
	for _, key := range r.order {
		if e := r.at(key, pos); e != nil {
			state = append(state, e)
		}
	}
	return state
}

// get returns the content of a piece of the current state, or nil.
func (r *room) get(typ string) map[string]any {
	if e := r.state[stateID{typ, ""}]; e != nil {
		return e.content
	}
	return nil
}

func (r *room) member(user id.UserID) *event { return r.state[stateID{"m.room.member", string(user)}] }

func (r *room) membership(user id.UserID) string {
	if e := r.member(user); e != nil {
		return str(e.content, "membership")
	}
	return ""
}

func (r *room) membershipAt(user id.UserID, pos int64) string {
	if e := r.at(stateID{"m.room.member", string(user)}, pos); e != nil {
		return str(e.content, "membership")
	}
	return ""
}

// members returns the member events with a membership, in the order of their first appearance.
func (r *room) members(memberships ...string) []*event {
	var found []*event
	for _, key := range r.order {
		if key.typ != "m.room.member" {
			continue
		}
		if e := r.state[key]; slices.Contains(memberships, str(e.content, "membership")) {
			found = append(found, e)
		}
	}
	return found
}

// sees reports whether a user may see an event, by the history visibility at its time.
func (r *room) sees(user id.UserID, e *event) bool {
	if e.typ == "m.room.member" && *e.stateKeyOr() == string(user) {
		return true
	}
	visibility := "shared"
	if v := r.at(stateID{"m.room.history_visibility", ""}, e.pos); v != nil {
		visibility = str(v.content, "history_visibility")
	}
	then := r.membershipAt(user, e.pos)
	switch visibility {
	case "world_readable":
		return true
	case "joined":
		return then == "join"
	case "invited":
		return then == "join" || then == "invite"
	}
	return then == "join" || r.joinedAfter(user, e.pos)
}

// joinedAfter reports whether a user became a member after a position.
func (r *room) joinedAfter(user id.UserID, pos int64) bool {
	for e := r.member(user); e != nil && e.pos > pos; e = e.prev {
		if str(e.content, "membership") == "join" {
			return true
		}
	}
	return false
}

func (e *event) stateKeyOr() *string {
	if e.stateKey == nil {
		return new("")
	}
	return e.stateKey
}
