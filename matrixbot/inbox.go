package matrixbot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// inbox is what has arrived and is not handled yet. What a sync response brings becomes records together with the token
// that says that it has arrived: it is neither lost nor received twice. Except for remove and start it belongs to the
// goroutine of the syncer.
type inbox struct {
	bot      *Bot
	records  *boltstore.Records // Entries, by their number.
	lates    *boltstore.Records // Messages without their key, by their number.
	seen     *boltstore.Records // Events that have arrived, by generation and id.
	places   *boltstore.Records // The newest event of each room.
	state    *boltstore.Records // The generation of seen, the time of the last sync.
	next     uint64             // The number of the next entry.
	late     []*lateMessage
	current  string // The generation of seen that grows: "a" or "b".
	marked   int    // How many events are in it.
	lastSync time.Time
}

// seenLimit is how many events make a generation. So many and as many more are known when they come once more.
const seenLimit = 10_000

// The keys in inbox.state.
const (
	seenGeneration = "seen"
	lastSyncKey    = "synced"
)

func newInbox(b *Bot) *inbox {
	return &inbox{
		bot: b, records: b.store.Records("inbox"), lates: b.store.Records("late"), seen: b.store.Records("seen"),
		places: b.store.Records("place"), state: b.store.Records("sync"),
	}
}

// load has the workers handle what was not handled before the last end.
func (x *inbox) load() error {
	b := x.bot
	records, err := x.records.Scan("")
	if err != nil {
		return err
	}
	lates, err := x.lates.Scan("")
	if err != nil {
		return err
	}
	if err := x.loadState(); err != nil {
		return err
	}
	for _, record := range slices.Concat(records, lates) {
		number, err := strconv.ParseUint(record.Key, 16, 64)
		if err != nil {
			return fmt.Errorf("a message that waits has the number %q: the store is damaged", record.Key)
		}
		x.next = max(x.next, number+1)
	}
	for _, record := range records {
		e, err := x.decode(record.Key, record.Value)
		if err != nil {
			return err
		}
		b.workers.add(e.Room, e.Event, record.Key)
	}
	for _, record := range lates {
		if err := x.loadLate(record); err != nil {
			return err
		}
	}
	return nil
}

func (x *inbox) loadState() error {
	generation, err := x.state.Get(seenGeneration)
	if err != nil {
		return err
	}
	x.current = "a"
	if len(generation) > 0 {
		x.current = string(generation)
	}
	marks, err := x.seen.Scan(x.current + "/")
	if err != nil {
		return err
	}
	x.marked = len(marks)
	at, err := x.state.Get(lastSyncKey)
	if err != nil || at == nil {
		return err
	}
	return x.lastSync.UnmarshalText(at)
}

// number returns the key of the next record: keys sort as their events came.
func (x *inbox) number() string {
	key := fmt.Sprintf("%016x", x.next)
	x.next++
	return key
}

func (x *inbox) encode(key string, e *entry) ([]byte, error) {
	plain, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return x.bot.sealer.seal("inbox", key, plain), nil
}

func (x *inbox) decode(key string, sealed []byte) (*entry, error) {
	e := new(entry)
	plain, err := x.bot.sealer.open("inbox", key, sealed)
	if err == nil {
		err = json.Unmarshal(plain, e)
	}
	if err != nil {
		return nil, fmt.Errorf("a message that waits in the store cannot be read: %w", err)
	}
	return e, nil
}

// wasSeen says whether an event has arrived before.
func (x *inbox) wasSeen(evt id.EventID) (seen bool, err error) {
	for _, generation := range []string{"a", "b"} {
		mark, err := x.seen.Get(generation + "/" + string(evt))
		if err != nil || mark != nil {
			return mark != nil, err
		}
	}
	return false, nil
}

// mark notes that an event has arrived.
func (x *inbox) mark(tx *boltstore.Tx, evt id.EventID) error {
	if x.marked >= seenLimit {
		x.current, x.marked = map[string]string{"a": "b", "b": "a"}[x.current], 0
		for _, old := range tx.Scan(x.seen, x.current+"/") {
			if err := tx.Delete(x.seen, old.Key); err != nil {
				return err
			}
		}
		if err := tx.Put(x.state, seenGeneration, []byte(x.current)); err != nil {
			return err
		}
	}
	x.marked++
	return tx.Put(x.seen, x.current+"/"+string(evt), []byte{})
}

// place returns the newest event of a room that has arrived, and whether the bot was in the room then.
func (x *inbox) place(room id.RoomID) (newest id.EventID, known bool, err error) {
	value, err := x.places.Get(string(room))
	return id.EventID(value), value != nil, err
}

// batch is what a sync response changes in the inbox.
type batch struct {
	entries  []*arrival
	lates    []*lateMessage
	resolved []*lateMessage // That are decrypted now, or given up.
	places   map[id.RoomID]id.EventID
	left     []id.RoomID
	seen     map[id.EventID]bool
	redacted map[roomEvent]bool
	old      int // Messages that are too old for everybody.
}

// roomEvent is an event in its room: what somebody redacts from another room is not redacted.
type roomEvent struct {
	room  id.RoomID
	event id.EventID
}

// arrival is an entry with its key.
type arrival struct {
	key   string
	entry *entry
}

func newBatch() *batch {
	return &batch{places: map[id.RoomID]id.EventID{}, seen: map[id.EventID]bool{}, redacted: map[roomEvent]bool{}}
}

// commit writes a batch and the token of the response in one go, and has the workers handle it.
func (x *inbox) commit(ctx context.Context, changes *batch, token string) error {
	b := x.bot
	x.withdraw(changes)
	sealed := make([][]byte, len(changes.entries))
	for i, a := range changes.entries {
		var err error
		if sealed[i], err = x.encode(a.key, a.entry); err != nil {
			return err
		}
	}
	if err := b.client.Store.SaveNextBatch(ctx, b.client.UserID, token); err != nil {
		return err
	}
	now := time.Now()
	clock, err := now.UTC().MarshalText()
	if err != nil {
		return err
	}
	err = b.store.Update(func(tx *boltstore.Tx) error {
		for i, a := range changes.entries {
			if err := tx.Put(x.records, a.key, sealed[i]); err != nil {
				return err
			}
		}
		for evt := range changes.seen {
			if err := x.mark(tx, evt); err != nil {
				return err
			}
		}
		if err := x.writeLate(tx, changes); err != nil {
			return err
		}
		for room, newest := range changes.places {
			if err := tx.Put(x.places, string(room), []byte(newest)); err != nil {
				return err
			}
		}
		for _, room := range changes.left {
			if err := tx.Delete(x.places, string(room)); err != nil {
				return err
			}
		}
		if now.Sub(x.lastSync) > time.Minute || len(changes.entries) > 0 {
			if err := tx.Put(x.state, lastSyncKey, clock); err != nil {
				return err
			}
		}
		return tx.CommitSync(b.store.Sync())
	})
	if err != nil {
		return err
	}
	x.lastSync = now
	for _, late := range changes.lates {
		b.workers.hold(late.event.RoomID, late.key, late.received.Add(lateHold))
	}
	for _, a := range changes.entries {
		b.workers.add(a.entry.Room, a.entry.Event, a.key) //nolint:contextcheck // Handlers have a context of their own.
	}
	for _, late := range changes.resolved {
		b.workers.release(late.event.RoomID, late.key)
	}
	return nil
}

// withdraw takes out what was removed before anybody handled it.
func (x *inbox) withdraw(changes *batch) {
	if len(changes.redacted) == 0 {
		return
	}
	changes.entries = slices.DeleteFunc(changes.entries, func(a *arrival) bool { return changes.redacted[roomEvent{a.entry.Room, a.entry.Event}] })
	changes.lates = slices.DeleteFunc(changes.lates, func(l *lateMessage) bool { return changes.redacted[roomEvent{l.event.RoomID, l.event.ID}] })
	for _, late := range x.late {
		if changes.redacted[roomEvent{late.event.RoomID, late.event.ID}] && !slices.Contains(changes.resolved, late) {
			changes.resolved = append(changes.resolved, late)
		}
	}
	for redacted := range changes.redacted {
		x.bot.workers.withdraw(redacted)
	}
}

// redacts is the event that a redaction removes. It moved into the content with room version 11.
func redacts(evt *event.Event) id.EventID {
	if content, ok := evt.Content.Parsed.(*event.RedactionEventContent); ok && content.Redacts != "" {
		return content.Redacts
	}
	return evt.Redacts
}

// start counts the attempt to handle a record, and removes one that was handled, in one go that is on the disk when it
// returns: who is started twice because of a crash knows of it. It returns nil where the record is no more.
func (x *inbox) start(ctx context.Context, key, handled string) (e *entry, err error) {
	if key != "" {
		sealed, err := x.records.Get(key)
		if err != nil {
			return nil, err
		}
		if sealed != nil {
			if e, err = x.decode(key, sealed); err != nil {
				return nil, err
			}
		}
	}
	var counted []byte
	if e != nil {
		if e.Attempt++; e.Attempt == 1 {
			e.Started = time.Now().UTC()
		}
		if counted, err = x.encode(key, e); err != nil {
			return nil, err
		}
	}
	err = x.bot.store.Update(func(tx *boltstore.Tx) error {
		if handled != "" {
			if err := tx.Delete(x.records, handled); err != nil {
				return err
			}
		}
		if e != nil {
			return tx.Put(x.records, key, counted)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return e, x.bot.store.Flush(ctx)
}
