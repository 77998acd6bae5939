package matrixtest

import (
	"bytes"

	"maunium.net/go/mautrix/id"
)

// Rooms returns the ids of the rooms in which somebody is, in no order.
func (s *Server) Rooms() []id.RoomID {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []id.RoomID
	for _, r := range s.rooms {
		if r.count("join") > 0 {
			ids = append(ids, r.id)
		}
	}
	return ids
}

// Timeline returns copies of all events of a room, the oldest first, its state included; nil for an unknown room.
func (s *Server) Timeline(room id.RoomID) []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[room]
	if r == nil {
		return nil
	}
	events := make([]Event, len(r.timeline))
	for i, e := range r.timeline {
		events[i] = e.snapshot()
	}
	return events
}

// Messages returns copies of the messages of a room, the oldest first, edits and encrypted ones included.
func (s *Server) Messages(room id.RoomID) []Event {
	var found []Event
	for _, e := range s.Timeline(room) {
		if e.Type == "m.room.message" || e.Type == "m.room.encrypted" {
			found = append(found, e)
		}
	}
	return found
}

// Shown returns an event as people see it: with the content of its newest edit.
func (s *Server) Shown(room id.RoomID, event id.EventID) (Event, bool) {
	var shown Event
	var found bool
	for _, e := range s.Timeline(room) {
		rel := e.Relation()
		switch {
		case e.ID == event:
			shown, found = e, true
		case found && rel.Type == "m.replace" && rel.Event == event && e.Sender == shown.Sender && !shown.Redacted:
			if newer := object(e.Content, "m.new_content"); newer != nil {
				shown.Content = newer
			}
		}
	}
	return shown, found
}

// State returns a copy of a piece of a room's state.
func (s *Server) State(room id.RoomID, typ, stateKey string) (Event, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[room]
	if r == nil {
		return Event{}, false
	}
	e := r.state[stateID{typ, stateKey}]
	if e == nil {
		return Event{}, false
	}
	return e.snapshot(), true
}

// Membership returns "join", "invite", "leave", "ban", "knock", or nothing when the user never had to do with the room.
func (s *Server) Membership(room id.RoomID, user id.UserID) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.rooms[room]; r != nil {
		return r.membership(user)
	}
	return ""
}

// TypingIn returns who types in a room now, in no order.
func (s *Server) TypingIn(room id.RoomID) []id.UserID {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.rooms[room]; r != nil {
		return r.whoTypes()
	}
	return nil
}

// ReadBy returns the event up to which a user says to have read, by "m.read" or else "m.read.private".
func (s *Server) ReadBy(room id.RoomID, user id.UserID) id.EventID {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[room]
	if r == nil {
		return ""
	}
	for _, kind := range []string{"m.read", "m.read.private"} {
		if got, has := r.receipts[receiptID{user: user, kind: kind}]; has {
			return got.event
		}
	}
	return ""
}

// Media is a file that was uploaded.
type Media struct {
	URI   string // "mxc://SERVER/ID"
	Owner id.UserID
	Name  string
	Mime  string
	Data  []byte
}

// Media returns a copy of a file. The URI is of the form "mxc://SERVER/ID".
func (s *Server) Media(uri string) (Media, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.media[uri]
	if m == nil {
		return Media{}, false
	}
	c := *m
	c.Data = bytes.Clone(m.Data)
	return c, true
}
