//go:build goolm || libolm

package e2ee

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// bound keeps what others can have the bot store from growing without end. What comes from
// people the bot knows is counted for each of them, so that nobody can push out what others
// sent. Everything else waits in one place with room for little: it may belong to something
// that the homeserver has not told yet, as keys do that are sent before an invitation arrives.
// What waits is in the store and can be used like the rest. It moves to where it belongs when
// that is known and room is needed.
type bound struct {
	most int // from one person the bot knows, in one list
	each int // waiting, from one person
	all  int // waiting, from everybody

	list   func(a arrived) string                     // where something from somebody known is counted
	known  func(ctx context.Context, a arrived) bool  // whether it is counted there
	needed func(ctx context.Context, a arrived) bool  // whether other things go before it
	drop   func(ctx context.Context, a arrived) error // removes it from the store, where it need not be any more

	mu       sync.Mutex
	arrivals *arrivals
	waiting  []listed // the oldest first
	loaded   bool     // waiting is what an earlier process left, and what came since
}

// waitingList is where things from people wait that the bot does not know.
const waitingList = "waiting"

// arrived is one thing that came.
type arrived struct {
	User      id.UserID    `json:"user"`
	Room      id.RoomID    `json:"room,omitempty"`
	Session   id.SessionID `json:"session,omitempty"`
	Withheld  bool         `json:"withheld,omitempty"`
	SenderKey id.SenderKey `json:"sender_key,omitempty"`
}

// listed is something in a list.
type listed struct {
	arrived

	record boltstore.Record
}

// admit notes something that is about to be stored, and removes from the store what there is no
// room for.
func (b *bound) admit(ctx context.Context, a arrived) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known(ctx, a) {
		return b.keep(ctx, a)
	}
	if err := b.load(); err != nil {
		return err
	}
	for from, full := b.crowded(a.User); full; from, full = b.crowded(a.User) {
		if err := b.thin(ctx, from); err != nil {
			return err
		}
	}
	record, err := b.add(waitingList, a)
	if err == nil {
		b.waiting = append(b.waiting, listed{a, record})
	}
	return err
}

// keep notes something from somebody known. A full list loses a tenth, so that it is not gone
// through for each thing that comes.
func (b *bound) keep(ctx context.Context, a arrived) error {
	name := b.list(a)
	records, err := b.arrivals.scan(name)
	if err != nil {
		return err
	}
	if len(records) >= b.most {
		kept, err := decodeListed(records)
		if err != nil {
			return err
		}
		for _, l := range b.victims(ctx, kept, len(kept)-b.most+max(1, b.most/10)) {
			if err := b.remove(ctx, name, l); err != nil {
				return err
			}
		}
	}
	_, err = b.add(name, a)
	return err
}

// victims returns n of a list: the oldest that are not needed, and the oldest of all where
// those are too few.
func (b *bound) victims(ctx context.Context, list []listed, n int) []listed {
	var chosen, spared []listed
	for _, l := range list {
		if len(chosen) == n {
			return chosen
		}
		if b.needed(ctx, l.arrived) {
			spared = append(spared, l)
		} else {
			chosen = append(chosen, l)
		}
	}
	return append(chosen, spared[:n-len(chosen)]...)
}

// crowded says from whom something has to go before more from somebody can wait: from that
// person, or from whom most of it is.
func (b *bound) crowded(user id.UserID) (from id.UserID, full bool) {
	counts := map[id.UserID]int{}
	for _, l := range b.waiting {
		counts[l.User]++
	}
	if counts[user] >= b.each {
		return user, true
	}
	for _, l := range b.waiting { // of those with as much, who was there first
		if counts[l.User] > counts[from] {
			from = l.User
		}
	}
	return from, len(b.waiting) >= b.all
}

// thin makes room among what waits from somebody: what is known by now goes to where it
// belongs, or else one thing is dropped.
func (b *bound) thin(ctx context.Context, from id.UserID) error {
	var theirs []listed
	moved := false
	for _, l := range b.waiting {
		if l.User != from {
			continue
		}
		if !b.known(ctx, l.arrived) {
			theirs = append(theirs, l)
			continue
		}
		moved = true
		if err := b.keep(ctx, l.arrived); err != nil {
			return err
		}
		if err := b.forget(l); err != nil {
			return err
		}
	}
	if moved {
		return nil
	}
	victim := b.victims(ctx, theirs, 1)[0]
	if err := b.drop(ctx, victim.arrived); err != nil {
		return err
	}
	return b.forget(victim)
}

// forget takes something out of what waits.
func (b *bound) forget(l listed) error {
	b.waiting = slices.DeleteFunc(slices.Clone(b.waiting), func(other listed) bool { return other.record.Key == l.record.Key })
	return b.arrivals.remove(waitingList, l.record)
}

// remove drops something out of a list.
func (b *bound) remove(ctx context.Context, name string, l listed) error {
	if err := b.drop(ctx, l.arrived); err != nil {
		return err
	}
	return b.arrivals.remove(name, l.record)
}

// load reads what waits.
func (b *bound) load() error {
	if b.loaded {
		return nil
	}
	records, err := b.arrivals.scan(waitingList)
	if err != nil {
		return err
	}
	b.waiting, err = decodeListed(records)
	b.loaded = err == nil
	return err
}

func decodeListed(records []boltstore.Record) ([]listed, error) {
	list := make([]listed, len(records))
	for i, r := range records {
		list[i].record = r
		if err := json.Unmarshal(r.Value, &list[i].arrived); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (b *bound) add(name string, a arrived) (boltstore.Record, error) {
	value, err := json.Marshal(a)
	if err != nil {
		return boltstore.Record{}, err
	}
	return b.arrivals.add(name, time.Now().UnixNano(), value)
}
