package matrixbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// rooms enters and leaves rooms, follows them when they are replaced, and knows who is in them.
type rooms struct {
	bot  *Bot
	wake chan struct{} // there are tasks that nobody works at

	mu       sync.Mutex
	change   int               // the number of the last change of members
	changes  map[id.RoomID]int // the numbers of the last changes in rooms
	forgot   int               // the number up to which they were forgotten
	tasks    map[id.RoomID]*task
	upgrades map[id.RoomID]upgrade // by the room that was replaced
	loaded   bool
}

func newRooms(b *Bot) *rooms {
	return &rooms{
		bot: b, wake: make(chan struct{}, 1),
		changes: map[id.RoomID]int{}, tasks: map[id.RoomID]*task{}, upgrades: map[id.RoomID]upgrade{},
	}
}

const (
	tasksSet    = "rooms-tasks"
	upgradesSet = "rooms-upgrades"
)

func (r *rooms) open() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.load()
}

// load reads what is to be done from before. It may be called more than once; mu is held.
func (r *rooms) load() error {
	if r.loaded {
		return nil
	}
	if err := scan(r.bot.store.Records(tasksSet), func(room id.RoomID, t task) { r.tasks[room] = &t }); err != nil {
		return err
	}
	if err := scan(r.bot.store.Records(upgradesSet), func(room id.RoomID, u upgrade) { r.upgrades[room] = u }); err != nil {
		return err
	}
	r.loaded = true
	r.signal()
	return nil
}

// scan reads all records of a set whose keys are rooms.
func scan[T any](set *boltstore.Records, each func(id.RoomID, T)) error {
	records, err := set.Scan("")
	if err != nil {
		return err
	}
	for _, record := range records {
		var value T
		if err := json.Unmarshal(record.Value, &value); err != nil {
			return fmt.Errorf("the record of room %s is damaged: %w", record.Key, err)
		}
		each(id.RoomID(record.Key), value)
	}
	return nil
}

// keep writes a record whose key is a room.
func keep(set *boltstore.Records, room id.RoomID, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return set.Put(string(room), raw)
}

func (r *rooms) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// handleState looks at an event of a room's state, after the store has seen it: for invitations, members and
// tombstones. What it makes of it is a record in the store when it returns; the network is used later.
func (r *rooms) handleState(ctx context.Context, evt *event.Event) {
	if evt.StateKey == nil {
		return
	}
	var err error
	switch evt.Type.Type {
	case event.StateMember.Type:
		err = r.handleMember(ctx, evt)
	case event.StateTombstone.Type:
		if content, ok := evt.Content.Parsed.(*event.TombstoneEventContent); ok && *evt.StateKey == "" {
			err = r.handleTombstone(ctx, evt, content.ReplacementRoom)
		}
	}
	if err != nil {
		r.bot.log.ErrorContext(ctx, "room state not handled", "room_id", evt.RoomID.String(), "error", err.Error())
	}
}

func (r *rooms) handleMember(ctx context.Context, evt *event.Event) error {
	content, ok := evt.Content.Parsed.(*event.MemberEventContent)
	if !ok {
		return nil
	}
	r.changed(evt.RoomID)
	// Once more, since a list of members that was asked for before this event may have come in between.
	r.bot.store.State().UpdateState(ctx, evt)
	if id.UserID(*evt.StateKey) != r.bot.client.UserID {
		return nil
	}
	switch content.Membership {
	case event.MembershipInvite:
		if evt.Unsigned.InviteRoomState == nil {
			return nil // It is in the history of a room that the bot is in.
		}
		return r.handleInvite(ctx, evt)
	case event.MembershipLeave, event.MembershipBan:
		// Others come and go meanwhile: the list is fetched anew should the bot come back.
		if err := r.bot.store.State().ClearCachedMembers(ctx, evt.RoomID); err != nil {
			return err
		}
		return r.drop(evt.RoomID)
	case event.MembershipJoin:
		return r.stay(evt.RoomID)
	case event.MembershipKnock:
	}
	return nil
}

// maxChanges is in how many rooms it is remembered.
const maxChanges = 10_000

// maxFetches is how often the state of a room is fetched where members change meanwhile.
const maxFetches = 5

var errMembers = errors.New("the members of the room keep changing")

// ready makes sure that the members of a room are known, and whether it is encrypted: before the first thing that is
// said there, since the keys go to the members. It is fetched once after the bot has joined.
func (r *rooms) ready(ctx context.Context, room id.RoomID) error {
	for range maxFetches {
		fetched, err := r.bot.store.State().HasFetchedMembers(ctx, room)
		if err != nil || fetched {
			return err
		}
		before := r.lastChange(room)
		if _, err := r.bot.client.State(ctx, room); err != nil {
			return fmt.Errorf("fetch the state of the room: %w", err)
		}
		if r.lastChange(room) == before {
			continue // to see that the store has it
		}
		if err := r.bot.store.State().ClearCachedMembers(ctx, room); err != nil {
			return err
		}
	}
	return errMembers
}

// changed notes that a member of a room changed.
func (r *rooms) changed(room id.RoomID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.change++
	if len(r.changes) >= maxChanges { // Anybody can invite the bot, and into any number of rooms.
		clear(r.changes)
		r.forgot = r.change
	}
	r.changes[room] = r.change
}

// lastChange returns a number that is another one after members of the room have changed.
func (r *rooms) lastChange(room id.RoomID) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(r.forgot, r.changes[room])
}

// PowerLevel returns the power level of a user in a room of the bot. Creators of rooms of version 12 and later have
// [math.MaxInt]. It waits until [Bot.Run] runs. API: GET /_matrix/client/v3/rooms/{roomId}/state, once per room.
func (b *Bot) PowerLevel(ctx context.Context, room id.RoomID, user id.UserID) (int, error) {
	if err := b.outbox.open(ctx); err != nil {
		return 0, err
	}
	if err := b.rooms.ready(ctx, room); err != nil {
		return 0, fmt.Errorf("matrixbot: power level in %s: %w", room, err)
	}
	levels, err := b.store.State().GetPowerLevels(ctx, room)
	if err != nil {
		return 0, fmt.Errorf("matrixbot: power level in %s: %w", room, err)
	}
	return levels.GetUserLevel(user), nil
}
