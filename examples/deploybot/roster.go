package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// roster makes the policy in force of the policy file and of the people and
// rooms in the settings, whose ids the chat knows.
type roster struct {
	side  *side
	apply func(chatops.Policy) error
	log   *slog.Logger

	mu     sync.Mutex
	file   chatops.Policy
	admins []chatops.UserID
	rooms  []chatops.RoomID
}

// newRoster begins with the ids that stand in the settings as they are.
func newRoster(s settings, side *side, file chatops.Policy, log *slog.Logger) *roster {
	r := &roster{side: side, file: file, log: log}
	for _, name := range s.Admins {
		if s.chat() == onMatrix || isNumber(name) {
			r.admins = append(r.admins, chatops.UserID(name))
		}
	}
	for _, name := range s.Rooms {
		if strings.HasPrefix(name, "!") {
			r.rooms = append(r.rooms, chatops.RoomID(name))
		}
	}
	return r
}

// policy is what is to be in force. The caller holds mu.
func (r *roster) policy() chatops.Policy {
	p := r.file
	p.Rooms = slices.Concat(p.Rooms, r.rooms)
	if len(r.admins) > 0 {
		p.Grants = slices.Concat(p.Grants, []chatops.Grant{{Users: r.admins, Role: chatops.Admin}})
	}
	return p
}

// change changes the roster and puts the policy into force. Where that is
// refused, everything stays as it was.
func (r *roster) change(f func()) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	file, admins, rooms := r.file, r.admins, r.rooms
	f()
	err := r.apply(r.policy())
	if err != nil {
		r.file, r.admins, r.rooms = file, admins, rooms
	}
	return err
}

// How long the roster waits before it asks again for what it did not find.
const (
	rosterSoon = 5 * time.Second
	rosterLate = 5 * time.Minute
)

// resolve finds out who and what the settings name, for as long as it takes:
// the chat may be down, and somebody may have to invite the bot.
func (r *roster) resolve(ctx context.Context, admins, rooms []string) {
	for wait := rosterSoon; len(admins)+len(rooms) > 0; wait = min(2*wait, rosterLate) {
		admins = r.each(ctx, admins, "administrator", func(name string) (string, error) {
			id, err := r.side.person(ctx, name)
			if err != nil {
				return "", err
			}
			return string(id), r.change(func() { r.admins = with(r.admins, id) })
		})
		rooms = r.each(ctx, rooms, "room", func(name string) (string, error) {
			id, err := r.room(ctx, name)
			if err != nil {
				return "", err
			}
			return string(id), r.change(func() { r.rooms = with(r.rooms, id) })
		})
		if len(admins)+len(rooms) > 0 && !sleep(ctx, wait) {
			return
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

// each calls f for each name, and returns the names for which it failed.
func (r *roster) each(ctx context.Context, names []string, what string, f func(name string) (id string, err error)) (left []string) {
	for _, name := range names {
		id, err := f(name)
		switch {
		case err == nil:
			r.log.LogAttrs(ctx, slog.LevelInfo, "what the settings name was found",
				slog.String("what", what), slog.String("name", name), slog.String("id", id))
		case ctx.Err() != nil:
			return names
		default:
			left = append(left, name)
			r.log.LogAttrs(ctx, slog.LevelWarn, "what the settings name was not found yet, it is looked for again",
				slog.String("what", what), slog.String("name", name), slog.Any("error", err))
		}
	}
	return left
}

// room finds a room among those that the bot is in, or enters it.
func (r *roster) room(ctx context.Context, name string) (chatops.RoomID, error) {
	rooms, err := r.side.chat.Rooms(ctx)
	if err != nil {
		return "", err
	}
	if room, there := findRoom(rooms, name); there {
		return room.ID, nil
	}
	room, err := r.side.chat.Join(ctx, name)
	return room.ID, err
}

// sleep waits, and says whether ctx goes on.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
