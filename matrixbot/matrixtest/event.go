package matrixtest

import (
	"encoding/json"
	"maps"
	"time"

	"maunium.net/go/mautrix/id"
)

// An Event is a copy of something that happened in a room.
type Event struct {
	ID       id.EventID
	Room     id.RoomID
	Type     string // such as "m.room.message"
	StateKey *string
	Sender   id.UserID
	Time     time.Time      // origin_server_ts
	Content  map[string]any // as sent, numbers are of the type [json.Number]; what remains when redacted
	TxnID    string         // the transaction id that the program used; empty for people
	Redacted bool
}

// Body is the event's plain text: body in its content, or nothing.
func (e Event) Body() string {
	body, _ := e.Content["body"].(string)
	return body
}

// A Relation is what m.relates_to says, as far as bots use it.
type Relation struct {
	Type    string     // "m.annotation", "m.replace", "m.thread", "m.reference" or empty
	Event   id.EventID // the event that Type is about
	Key     string     // of an annotation: the emoji
	ReplyTo id.EventID // the event that is answered
}

// Relation returns what the event refers to. It is zero when there is nothing.
func (e Event) Relation() Relation { return relationOf(e.Content) }

func relationOf(content map[string]any) Relation {
	rel := object(content, "m.relates_to")
	return Relation{
		Type:    str(rel, "rel_type"),
		Event:   id.EventID(str(rel, "event_id")),
		Key:     str(rel, "key"),
		ReplyTo: id.EventID(str(object(rel, "m.in_reply_to"), "event_id")),
	}
}

// event is what the server keeps. Its content is replaced, never changed.
type event struct {
	pos      int64
	id       id.EventID
	room     *room
	typ      string
	stateKey *string
	sender   id.UserID
	ts       int64
	content  map[string]any
	redacts  id.EventID
	txn      string
	device   *device // that used the transaction id
	prev     *event  // the state that this one replaced
	because  *event  // the redaction, if there was one
}

func (e *event) snapshot() Event {
	content, _ := clone(e.content).(map[string]any)
	return Event{
		ID: e.id, Room: e.room.id, Type: e.typ, StateKey: e.stateKey, Sender: e.sender, Time: time.UnixMilli(e.ts),
		Content: content, TxnID: e.txn, Redacted: e.because != nil,
	}
}

// A view says where a program gets an event: each place tells a little more or less.
type view int

const (
	viewSync    view = iota // without the room id; with the transaction id for the device that used it
	viewHistory             // with the room id
	viewState               // without what it replaced
)

func (e *event) forClient(d *device, v view) map[string]any {
	out := map[string]any{
		"event_id": e.id, "type": e.typ, "sender": e.sender, "origin_server_ts": e.ts, "content": e.content,
	}
	if v != viewSync {
		out["room_id"] = e.room.id
	}
	if e.redacts != "" {
		out["redacts"] = e.redacts
	}
	unsigned := map[string]any{}
	if e.stateKey != nil {
		out["state_key"] = *e.stateKey
		if e.prev != nil && v != viewState {
			unsigned["prev_content"], unsigned["prev_sender"] = e.prev.content, e.prev.sender
			unsigned["replaces_state"] = e.prev.id
		}
	}
	if e.txn != "" && d != nil && e.device == d && v == viewSync {
		unsigned["transaction_id"] = e.txn
	}
	if e.because != nil {
		unsigned["redacted_because"] = e.because.forClient(nil, viewSync)
		unsigned["redacted_by"] = e.because.id
	}
	if len(unsigned) > 0 {
		out["unsigned"] = unsigned
	}
	return out
}

// stripped is the event as one gets it who is not in the room yet.
func (e *event) stripped() map[string]any {
	return map[string]any{"type": e.typ, "state_key": *e.stateKey, "sender": e.sender, "content": e.content}
}

// clone copies JSON, so that a test cannot change what the server keeps.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := maps.Clone(v)
		for k := range c {
			c[k] = clone(c[k])
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i := range v {
			c[i] = clone(v[i])
		}
		return c
	}
	return v
}

// object, str and number read JSON that may be anything.
func object(v map[string]any, key string) map[string]any {
	o, _ := v[key].(map[string]any)
	return o
}

func str(v map[string]any, key string) string {
	text, _ := v[key].(string)
	return text
}

func number(v any) (int64, bool) {
	n, isNumber := v.(json.Number)
	if !isNumber {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil
}

func list(v map[string]any, key string) []any {
	l, _ := v[key].([]any)
	return l
}

// texts are the strings in a JSON list.
func texts(v any) []string {
	l, _ := v.([]any)
	var found []string
	for _, x := range l {
		if text, isText := x.(string); isText {
			found = append(found, text)
		}
	}
	return found
}
