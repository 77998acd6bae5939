package matrixbot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// entry is the record of a message or reaction that has arrived and is not handled yet. It has the content as it was
// decrypted: the keys may be gone when it is handled.
type entry struct {
	Room    id.RoomID       `json:"room"`
	Event   id.EventID      `json:"event"`
	Sender  id.UserID       `json:"sender"`
	Type    string          `json:"type"`
	Time    int64           `json:"time"` // origin_server_ts
	Content json.RawMessage `json:"content"`

	Encrypted bool        `json:"encrypted,omitzero"`
	Trust     e2ee.Trust  `json:"trust,omitzero"`
	Device    id.DeviceID `json:"device,omitzero"`

	Received time.Time     `json:"received"`
	Age      time.Duration `json:"age,omitzero"` // When it was received.
	Attempt  int           `json:"attempt,omitzero"`
	Started  time.Time     `json:"started,omitzero"` // When the first attempt was.
}

// newEntry makes an entry of an event that was decrypted, if it had to be.
func newEntry(evt *event.Event, age time.Duration, trust e2ee.Trust) (*entry, error) {
	content, err := json.Marshal(&evt.Content)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", evt.ID, err)
	}
	e := &entry{
		Room: evt.RoomID, Event: evt.ID, Sender: evt.Sender, Type: evt.Type.Type, Time: evt.Timestamp, Content: content,
		Encrypted: evt.Mautrix.WasEncrypted, Trust: trust, Received: time.Now().UTC(), Age: age,
	}
	if e.Encrypted && evt.Mautrix.TrustSource != nil {
		e.Device = evt.Mautrix.TrustSource.DeviceID
	}
	return e, nil
}

// age is how old the message is by now.
func (e *entry) age() time.Duration { return e.Age + max(0, time.Since(e.Received)) }

// raw makes the event again.
func (e *entry) raw() (*event.Event, error) {
	evt := &event.Event{
		ID: e.Event, RoomID: e.Room, Sender: e.Sender, Timestamp: e.Time, Type: event.Type{Type: e.Type, Class: event.MessageEventType},
		Mautrix: event.MautrixInfo{WasEncrypted: e.Encrypted},
	}
	if err := json.Unmarshal(e.Content, &evt.Content); err != nil {
		return nil, fmt.Errorf("event %s: %w", e.Event, err)
	}
	parse(evt)
	return evt, nil
}

// request makes what a handler gets of it.
func (b *Bot) request(ctx context.Context, e *entry) (*Request, error) {
	evt, err := e.raw()
	if err != nil {
		return nil, err
	}
	r := &Request{
		Room: e.Room, Event: e.Event, Sender: e.Sender, Device: e.Device, Time: time.UnixMilli(e.Time),
		Encrypted: e.Encrypted, Trust: e.Trust, Attempt: e.Attempt, Raw: evt, sender: b,
	}
	switch content := evt.Content.Parsed.(type) {
	case *event.ReactionEventContent:
		r.Reaction = &Reaction{Key: content.RelatesTo.Key, To: content.RelatesTo.EventID}
	case *event.MessageEventContent:
		content.RemoveReplyFallback()
		r.Text = content.Body
		r.Thread, r.ReplyTo = content.RelatesTo.GetThreadParent(), content.RelatesTo.GetNonFallbackReplyTo()
		r.Mentioned = content.Mentions.Has(b.own())
	}
	r.Direct = b.alone(ctx, e.Room, evt.Sender)
	return r, nil
}

// alone says whether nobody but the bot and somebody is in a room. Where that is not known, it is not so.
func (b *Bot) alone(ctx context.Context, room id.RoomID, with id.UserID) bool {
	known, err := b.client.StateStore.HasFetchedMembers(ctx, room)
	if err != nil || !known {
		return false
	}
	members, err := b.client.StateStore.GetRoomJoinedOrInvitedMembers(ctx, room)
	return err == nil && len(members) == 2 && slices.Contains(members, with) && slices.Contains(members, b.own())
}

// wanted says whether anybody handles an event, which is decrypted. Nobody handles what the bot itself says, what other
// bots say (as notices), and changes of what was said before.
func (b *Bot) wanted(evt *event.Event) bool {
	if evt.StateKey != nil || evt.Sender == b.own() || evt.Sender == "" || evt.ID == "" || evt.Unsigned.RedactedBecause != nil {
		return false
	}
	switch content := evt.Content.Parsed.(type) {
	case *event.ReactionEventContent:
		return b.config.Reactions != nil && content.RelatesTo.Type == event.RelAnnotation &&
			content.RelatesTo.Key != "" && content.RelatesTo.EventID != ""
	case *event.MessageEventContent:
		if evt.Type.Type != event.EventMessage.Type || content.RelatesTo.GetReplaceID() != "" || content.NewContent != nil {
			return false
		}
		switch content.MsgType {
		case event.MsgText, event.MsgEmote, event.MsgImage, event.MsgFile, event.MsgAudio, event.MsgVideo:
			return true
		}
	}
	return false
}
