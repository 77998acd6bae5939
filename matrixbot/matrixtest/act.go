package matrixtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// act lets the user do something; what the server refuses is a mistake in the test.
func (u *User) act(what string, do func() *answer) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if bad := do(); bad != nil {
		panic(fmt.Sprintf("matrixtest: %s: %s: %s %s", u.id, what, bad.errcode(), str(bad.body, "error")))
	}
}

// content turns a value into JSON as the server keeps it.
func content(what string, v any) map[string]any {
	data, err := json.Marshal(v)
	if err != nil {
		panic("matrixtest: " + what + ": " + err.Error())
	}
	var object map[string]any
	if err := decode(data, &object); err != nil || object == nil {
		panic("matrixtest: " + what + ": the content is not a JSON object")
	}
	return object
}

// Send says something in a room and returns the event's id. It panics, as all that people do, when the server would
// refuse it: when the user is not in the room or may not.
func (u *User) Send(room id.RoomID, text string) id.EventID {
	return u.SendEvent(room, "m.room.message", map[string]any{"msgtype": "m.text", "body": text})
}

// SendEvent sends an event of any type. The content is anything that is a JSON object.
func (u *User) SendEvent(room id.RoomID, typ string, body any) (event id.EventID) {
	u.act("SendEvent", func() *answer {
		e, bad := u.s.sendEvent(room, draft{sender: u, typ: typ, content: content("SendEvent", body)})
		if bad == nil {
			event = e.id
		}
		return bad
	})
	return event
}

// SendState sets a piece of the room's state.
func (u *User) SendState(room id.RoomID, typ, stateKey string, body any) (event id.EventID) {
	u.act("SendState", func() *answer {
		e, bad := u.s.sendEvent(room, draft{sender: u, typ: typ, stateKey: &stateKey, content: content("SendState", body)})
		if bad == nil {
			event = e.id
		}
		return bad
	})
	return event
}

// Reply answers a message.
func (u *User) Reply(room id.RoomID, to id.EventID, text string) id.EventID {
	return u.SendEvent(room, "m.room.message", map[string]any{
		"msgtype": "m.text", "body": text,
		"m.relates_to": map[string]any{"m.in_reply_to": map[string]any{"event_id": to}},
	})
}

// Thread says something in the thread below root.
func (u *User) Thread(room id.RoomID, root id.EventID, text string) id.EventID {
	return u.SendEvent(room, "m.room.message", map[string]any{
		"msgtype": "m.text", "body": text,
		"m.relates_to": map[string]any{
			"rel_type": "m.thread", "event_id": root, "is_falling_back": true,
			"m.in_reply_to": map[string]any{"event_id": root},
		},
	})
}

// React puts a reaction on an event. The key is an emoji.
func (u *User) React(room id.RoomID, event id.EventID, key string) id.EventID {
	return u.SendEvent(room, "m.reaction", map[string]any{
		"m.relates_to": map[string]any{"rel_type": "m.annotation", "event_id": event, "key": key},
	})
}

// Edit replaces the text of a message and returns the id of the edit.
func (u *User) Edit(room id.RoomID, event id.EventID, text string) id.EventID {
	return u.SendEvent(room, "m.room.message", map[string]any{
		"msgtype": "m.text", "body": "* " + text,
		"m.new_content": map[string]any{"msgtype": "m.text", "body": text},
		"m.relates_to":  map[string]any{"rel_type": "m.replace", "event_id": event},
	})
}

// Redact removes an event's content and returns the id of the redaction. The reason may be empty.
func (u *User) Redact(room id.RoomID, event id.EventID, reason string) (redaction id.EventID) {
	u.act("Redact", func() *answer {
		e, bad := u.s.redact(room, u, event, reason, nil, "")
		if bad == nil {
			redaction = e.id
		}
		return bad
	})
	return redaction
}

// RoomOptions say what room is made. The zero value is a private room whose creator is alone.
type RoomOptions struct {
	Version   string // the server's default when empty
	Name      string
	Topic     string
	Alias     string           // localpart of an alias, such as "ops"
	Public    bool             // anybody may join
	Encrypted bool             // with m.megolm.v1.aes-sha2
	Members   []*User          // are invited and join
	Invite    []*User          // are invited
	Power     map[*User]int    // power levels of members
	State     []map[string]any // more initial state: objects with type, state_key and content
}

// CreateRoom makes a room.
func (u *User) CreateRoom(o RoomOptions) (room id.RoomID) {
	req := map[string]any{"preset": "private_chat"}
	if o.Public {
		req["preset"] = "public_chat"
	}
	for k, v := range map[string]string{"room_version": o.Version, "name": o.Name, "topic": o.Topic, "room_alias_name": o.Alias} {
		if v != "" {
			req[k] = v
		}
	}
	state := o.State
	if o.Encrypted {
		state = append([]map[string]any{{
			"type": "m.room.encryption", "content": map[string]any{"algorithm": "m.megolm.v1.aes-sha2"},
		}}, state...)
	}
	if len(state) > 0 {
		req["initial_state"] = state
	}
	var invited []id.UserID
	for _, m := range append(append([]*User(nil), o.Members...), o.Invite...) {
		invited = append(invited, m.id)
	}
	if len(invited) > 0 {
		req["invite"] = invited
	}
	u.act("CreateRoom", func() *answer {
		r, bad := u.s.createRoom(u, content("CreateRoom", req))
		if bad != nil {
			return bad
		}
		room = r.id
		for _, m := range o.Members { // In one go: no sync sees them invited.
			if bad := u.s.setMembership(room, m, m.id, "join", ""); bad != nil {
				return bad
			}
		}
		return nil
	})
	if len(o.Power) > 0 {
		u.setPower(room, o.Power)
	}
	return room
}

// SetPower changes a member's power level.
func (u *User) SetPower(room id.RoomID, member *User, level int) {
	u.setPower(room, map[*User]int{member: level})
}

func (u *User) setPower(room id.RoomID, power map[*User]int) {
	e, _ := u.s.State(room, "m.room.power_levels", "")
	levels := e.Content
	users := object(levels, "users")
	if users == nil {
		users = map[string]any{}
	}
	for member, level := range power {
		users[string(member.id)] = level
	}
	levels["users"] = users
	u.SendState(room, "m.room.power_levels", "", levels)
}

// Invite asks somebody into a room.
func (u *User) Invite(room id.RoomID, guest id.UserID) {
	u.membership("Invite", room, guest, "invite", "")
}

// Join enters a room to which the user was invited, or which is public.
func (u *User) Join(room id.RoomID) { u.membership("Join", room, u.id, "join", "") }

// Leave leaves a room, or declines an invitation.
func (u *User) Leave(room id.RoomID) { u.membership("Leave", room, u.id, "leave", "") }

// Kick removes a member. The reason may be empty.
func (u *User) Kick(room id.RoomID, member id.UserID, reason string) {
	u.membership("Kick", room, member, "leave", reason)
}

// Ban removes somebody and keeps him out. The reason may be empty.
func (u *User) Ban(room id.RoomID, member id.UserID, reason string) {
	u.membership("Ban", room, member, "ban", reason)
}

// Unban ends a ban.
func (u *User) Unban(room id.RoomID, member id.UserID) {
	u.membership("Unban", room, member, "leave", "")
}

func (u *User) membership(what string, room id.RoomID, target id.UserID, membership, reason string) {
	u.act(what, func() *answer { return u.s.setMembership(room, u, target, membership, reason) })
}

// Upgrade replaces a room by a new one of another version and returns its id. The old one gets a tombstone. Members do
// not follow on their own.
func (u *User) Upgrade(room id.RoomID, version string) (replacement id.RoomID) {
	u.act("Upgrade", func() *answer {
		r, bad := u.s.upgrade(room, u, version)
		if bad == nil {
			replacement = r.id
		}
		return bad
	})
	return replacement
}

// Typing shows others for so long that the user types; zero ends it.
func (u *User) Typing(room id.RoomID, d time.Duration) {
	u.act("Typing", func() *answer { return u.s.setTyping(room, u, d) })
}

// Read sends a read receipt.
func (u *User) Read(room id.RoomID, event id.EventID) {
	u.act("Read", func() *answer { return u.s.setReceipt(room, u, "m.read", event, "") })
}

// Upload stores a file and returns its address, "mxc://SERVER/ID".
func (u *User) Upload(name, mime string, data []byte) (uri string) {
	u.act("Upload", func() *answer {
		m, bad := u.s.upload(u, name, mime, data)
		if bad == nil {
			uri = m.URI
		}
		return bad
	})
	return uri
}

// Approve signs in on the page that a device code leads to and lets the program in.
func (u *User) Approve(userCode string) { u.decide("Approve", userCode, true) }

// Deny signs in on the page that a device code leads to and keeps the program out.
func (u *User) Deny(userCode string) { u.decide("Deny", userCode, false) }

func (u *User) decide(what, userCode string, allow bool) {
	u.act(what, func() *answer { return u.s.oauth.decide(strings.TrimSpace(userCode), u, allow) })
}
