package matrixbot

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// upgrade is a room that was replaced by another.
type upgrade struct {
	To    id.RoomID `json:"to"`
	By    id.UserID `json:"by"`    // who has replaced it
	Valid bool      `json:"valid"` // the bot is in the new one, which says the same
}

// handleTombstone follows a room that was replaced. Whether the new one really replaces it shows when the bot is in it.
func (r *rooms) handleTombstone(ctx context.Context, evt *event.Event, to id.RoomID) error {
	old, own := evt.RoomID, r.bot.client.UserID
	if !isRoom(to) || to == old || !r.bot.store.State().IsInRoom(ctx, old, own) {
		return nil
	}
	r.mu.Lock()
	if err := r.load(); err != nil {
		r.mu.Unlock()
		return err
	}
	if known, ok := r.upgrades[old]; ok && known.To == to {
		r.mu.Unlock()
		return nil
	}
	u := upgrade{To: to, By: evt.Sender}
	if err := keep(r.bot.store.Records(upgradesSet), old, u); err != nil {
		r.mu.Unlock()
		return err
	}
	r.upgrades[old] = u
	r.mu.Unlock()
	r.bot.log.InfoContext(ctx, "room replaced", "room_id", old.String(), "successor", to.String())
	return r.plan(to, task{Join: true, Inviter: evt.Sender})
}

// isRoom says whether a text that somebody wrote may be a room's id. It becomes a part of a path, to which the bot's token
// goes: nothing in it may lead elsewhere.
func isRoom(text id.RoomID) bool {
	return len(text) > 1 && len(text) <= 255 && text[0] == '!' &&
		strings.IndexFunc(string(text), func(r rune) bool { return r <= ' ' || r >= 0x7F || strings.ContainsRune(`/\?#%`, r) }) < 0
}

// predecessor returns the room that was replaced by a room. It is locked.
func (r *rooms) predecessor(room id.RoomID) (id.RoomID, bool) {
	for old, u := range r.upgrades {
		if u.To == room {
			return old, true
		}
	}
	return "", false
}

// settle checks a room that the bot has joined, if a tombstone has led to it: it must name the old room as its
// predecessor, be made by who has written the tombstone, and be encrypted if the old room is. What was to be said in
// the old room is said there from then on. Where that is not so, and nobody has invited the bot who may, it leaves.
func (r *rooms) settle(ctx context.Context, room id.RoomID, inviter id.UserID) error {
	r.mu.Lock()
	old, led := r.predecessor(room)
	u := r.upgrades[old]
	r.mu.Unlock()
	if !led {
		return nil
	}
	valid, err := r.replaces(ctx, room, old, u.By)
	if err != nil {
		return err
	}
	if valid {
		u.Valid = true
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.upgrades[old].To != room { // Another tombstone has come meanwhile.
			return nil
		}
		r.upgrades[old] = u
		return keep(r.bot.store.Records(upgradesSet), old, u)
	}
	r.bot.log.WarnContext(ctx, "successor does not replace the room", "room_id", old.String(), "successor", room.String())
	if r.bot.config.Invites.allow(inviter, room) {
		return nil
	}
	return r.leave(ctx, room)
}

func (r *rooms) replaces(ctx context.Context, room, old id.RoomID, by id.UserID) (bool, error) {
	state := r.bot.store.State()
	create, err := state.GetCreate(ctx, room)
	if err != nil || create == nil {
		return false, err
	}
	before, err := state.IsEncrypted(ctx, old)
	if err != nil {
		return false, err
	}
	after, err := state.IsEncrypted(ctx, room)
	if err != nil {
		return false, err
	}
	content := create.Content.AsCreate()
	predecessor := content.GetPredecessor()
	return predecessor.RoomID == old && create.Sender == by && (after || !before), nil
}

// current returns the room that has taken the place of a room, or the room itself.
func (r *rooms) current(room id.RoomID) id.RoomID {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range len(r.upgrades) { // not for ever, should they form a ring
		u := r.upgrades[room]
		if !u.Valid {
			break
		}
		room = u.To
	}
	return room
}

// forward returns where a letter goes, and what it says there. Of what was to be said in a room that was replaced,
// messages go to the new one, where what they answer does not exist. All else is about events of the old room and
// stays there.
func (r *rooms) forward(l *letter) (id.RoomID, json.RawMessage) {
	content, _ := l.Content.(json.RawMessage)
	room := r.current(l.Room)
	if room == l.Room || l.Type.Type != event.EventMessage.Type {
		return l.Room, content
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(content, &fields); err != nil || slices.Contains(slices.Collect(maps.Keys(fields)), "m.new_content") {
		return l.Room, content
	}
	delete(fields, "m.relates_to")
	moved, err := json.Marshal(fields)
	if err != nil {
		return l.Room, content
	}
	return room, moved
}
