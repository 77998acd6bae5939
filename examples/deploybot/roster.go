package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// roster makes the policy in force of the policy file and of the people and
// rooms in the settings. Both may name them by e-mail address, alias or name of a
// channel: the roster asks the chat who and what that is.
type roster struct {
	side    *side
	targets func(context.Context) ([]chatops.TargetRef, error) // What Semaphore has.
	apply   func(chatops.Policy) error
	log     *slog.Logger
	admins  []string // In the settings.
	rooms   []string
	changed chan struct{} // The file is another.

	mu     sync.Mutex
	file   chatops.Policy
	people map[string]chatops.UserID // Who was found by which name.
	places map[string]chatops.RoomID
}

// newRoster begins with the ids that stand in the settings as they are.
func newRoster(s settings, side *side, file chatops.Policy, log *slog.Logger) *roster {
	return &roster{
		side: side, file: file, log: log, admins: s.Admins, rooms: s.Rooms, changed: make(chan struct{}, 1),
		people: map[string]chatops.UserID{}, places: map[string]chatops.RoomID{},
	}
}

// policy is what is to be in force. The caller holds mu.
func (r *roster) policy() chatops.Policy {
	p := r.translated()
	for _, name := range r.rooms {
		if id, found := r.places[name]; found {
			p.Rooms = with(p.Rooms, id)
		} else if strings.HasPrefix(name, "!") {
			p.Rooms = with(p.Rooms, chatops.RoomID(name))
		}
	}
	var admins []chatops.UserID
	for _, name := range r.admins {
		if id, found := r.people[name]; found {
			admins = with(admins, id)
		} else if isPersonID(name) {
			admins = with(admins, chatops.UserID(name))
		}
	}
	if len(admins) > 0 {
		p.Grants = slices.Concat(p.Grants, []chatops.Grant{{Users: admins, Role: chatops.Admin}})
	}
	return p
}

// translated is the policy of the file with ids for the names that were found. A
// name that was not found yet is nobody's, as no id looks like it.
func (r *roster) translated() chatops.Policy {
	p := r.file
	p.Rooms = r.roomIDs(p.Rooms)
	p.Grants, p.Approvals = slices.Clone(p.Grants), slices.Clone(p.Approvals)
	p.Freezes, p.Arguments = slices.Clone(p.Freezes), slices.Clone(p.Arguments)
	for i := range p.Grants {
		grant := &p.Grants[i]
		grant.Rooms = r.roomIDs(grant.Rooms)
		grant.Users = slices.Clone(grant.Users)
		for j, user := range grant.Users {
			if id, found := r.people[string(user)]; found {
				grant.Users[j] = id
			}
		}
	}
	for i := range p.Approvals {
		p.Approvals[i].Rooms = r.restricted(p.Approvals[i].Rooms)
	}
	for i := range p.Freezes {
		p.Freezes[i].Rooms = r.restricted(p.Freezes[i].Rooms)
	}
	for i := range p.Arguments {
		p.Arguments[i].Rooms = r.roomIDs(p.Arguments[i].Rooms)
	}
	return p
}

func (r *roster) roomIDs(rooms []chatops.RoomID) []chatops.RoomID {
	rooms = slices.Clone(rooms)
	for i, name := range rooms {
		if id, found := r.places[string(name)]; found {
			rooms[i] = id
		}
	}
	return rooms
}

// restricted are the rooms of a rule that forbids something: all of them, until
// each is found.
func (r *roster) restricted(rooms []chatops.RoomID) []chatops.RoomID {
	for _, name := range rooms {
		if _, found := r.places[string(name)]; !found && !isRoomID(string(name)) {
			return nil
		}
	}
	return r.roomIDs(rooms)
}

// change changes the roster and puts the policy into force. Where that is
// refused, everything stays as it was.
func (r *roster) change(f func()) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	file, people, places := r.file, r.people, r.places
	f()
	err := r.apply(r.policy())
	if err != nil {
		r.file, r.people, r.places = file, people, places
	}
	return err
}

// read puts another policy file into force, and has resolve look at it.
func (r *roster) read(file chatops.Policy) error {
	err := r.change(func() { r.file = file })
	if err == nil {
		select {
		case r.changed <- struct{}{}:
		default:
		}
	}
	return err
}

// How long the roster waits before it asks again for what it did not find.
const (
	rosterSoon = 5 * time.Second
	rosterLate = 5 * time.Minute
)

// resolve finds out who and what is named, for as long as it takes: the chat may
// be down, and somebody may have to invite the bot. It blocks until ctx ends.
func (r *roster) resolve(ctx context.Context) {
	s := search{roster: r, told: map[string]string{}, rules: true}
	for wait := rosterSoon; ; wait = min(2*wait, rosterLate) {
		var again <-chan time.Time
		if !s.look(ctx) {
			again = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-again:
		case <-r.changed:
			s.rules, s.told = true, map[string]string{}
			wait = rosterSoon
		}
	}
}

// with is the list with the entry in it, and leaves the list alone.
func with[T comparable](list []T, entry T) []T {
	if slices.Contains(list, entry) {
		return list
	}
	return append(slices.Clip(list), entry)
}

// room finds a room among those that the bot is in, or enters it.
func (r *roster) room(ctx context.Context, rooms func() ([]chatops.Room, error), name string, enter bool) (chatops.RoomID, error) {
	in, err := rooms()
	if err != nil {
		return "", err
	}
	if room, there := findRoom(in, name); there {
		return room.ID, nil
	}
	if !enter {
		return "", errors.New("the bot is not in it, and commands do not count there")
	}
	room, err := r.side.chat.Join(ctx, name)
	if err == nil && isRoomID(name) && string(room.ID) != name {
		err = errors.New("there is no such room, only one that is called so")
	}
	return room.ID, err
}
