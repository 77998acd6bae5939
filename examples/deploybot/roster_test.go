package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// foyer is a chat with rooms that the bot is in, and others that it can enter
// from some time on.
type foyer struct {
	chatops.Chat

	in     []chatops.Room
	others map[string]chatops.Room
	open   time.Time
	joined []string
}

func (f *foyer) Rooms(context.Context) ([]chatops.Room, error) { return f.in, nil }

func (f *foyer) Join(_ context.Context, name string) (chatops.Room, error) {
	room, there := f.others[name]
	if !there || time.Now().Before(f.open) {
		return chatops.Room{}, errors.New("nobody has invited the bot")
	}
	f.joined = append(f.joined, name)
	return room, nil
}

func TestRoster(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &foyer{
			in:     []chatops.Room{{ID: "3", Name: "ops"}, {ID: "4", Name: "Deploys"}},
			others: map[string]chatops.Room{"late": {ID: "5", Name: "late"}},
			open:   time.Now().Add(time.Minute),
		}
		side := &side{chat: f, person: func(_ context.Context, name string) (chatops.UserID, error) {
			if name == "ada@example.org" {
				return "8", nil
			}
			return chatops.UserID(name), nil
		}}
		s := settings{Admins: []string{"7", "ada@example.org"}, Rooms: []string{"#deploys", "3", "late", "nowhere"}}
		file := chatops.Policy{Rooms: []chatops.RoomID{"1"}, Grants: []chatops.Grant{{Users: []chatops.UserID{"2"}, Role: chatops.Viewer}}}
		r := newRoster(s, side, file, slog.New(slog.DiscardHandler))
		r.targets = func(context.Context) ([]chatops.TargetRef, error) { return nil, nil }
		var inForce chatops.Policy // Guarded by the roster's lock.
		var refused error
		r.apply = func(p chatops.Policy) error {
			if refused == nil {
				inForce = p
			}
			return refused
		}
		assert.Equal(t, []chatops.Grant{file.Grants[0], {Users: []chatops.UserID{"7"}, Role: chatops.Admin}}, r.policy().Grants,
			"who is known by number counts from the start")

		applied := func() chatops.Policy {
			r.mu.Lock()
			defer r.mu.Unlock()
			return inForce
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			r.resolve(ctx)
		}()
		synctest.Wait()
		assert.Equal(t, []chatops.RoomID{"1", "4", "3"}, applied().Rooms)
		assert.Equal(t, []chatops.UserID{"7", "8"}, applied().Grants[1].Users)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		assert.Equal(t, []chatops.RoomID{"1", "4", "3", "5"}, applied().Rooms, "it asks again until it is let in")
		cancel()
		<-ended
		assert.Equal(t, []string{"late"}, f.joined)

		// The file changes: what the settings say stays.
		require.NoError(t, r.change(func() { r.file = chatops.Policy{Rooms: []chatops.RoomID{"9"}} }))
		assert.Equal(t, []chatops.RoomID{"9", "4", "3", "5"}, applied().Rooms)
		assert.Len(t, applied().Grants, 1)
		refused = errors.New("no")
		require.ErrorIs(t, r.change(func() { r.file, r.places = chatops.Policy{}, nil }), refused)
		assert.Equal(t, applied(), r.policy(), "what is refused leaves no trace")
	})
}

func TestRosterOnMatrix(t *testing.T) {
	t.Parallel()
	s, err := readSettings(arguments{admins: []string{"@ada:example.org"}, rooms: []string{"!ops:example.org", "#late:example.org"}}, onMatrixAlone().get)
	require.NoError(t, err)
	p := newRoster(s, nil, chatops.Policy{}, nil).policy()
	assert.Equal(t, []chatops.RoomID{"!ops:example.org"}, p.Rooms)
	assert.Equal(t, []chatops.Grant{{Users: []chatops.UserID{"@ada:example.org"}, Role: chatops.Admin}}, p.Grants)

	// Anybody can give any room any name.
	_, found := findRoom([]chatops.Room{{ID: "!evil:example.org", Name: "late"}, {ID: "!evil:example.org", Name: "#late:example.org"}}, "#late:example.org")
	assert.False(t, found)
}

func TestInvites(t *testing.T) {
	t.Parallel()
	s := settings{Admins: []string{"@ada:b"}, Rooms: []string{"!ops:b", "#alias:b"}}
	grants := []chatops.Grant{{Users: []chatops.UserID{"@bola:b"}, Role: chatops.Viewer}}
	direct := s.invites(chatops.Policy{Direct: true, Grants: grants})
	assert.Len(t, direct.From, 2)
	assert.Empty(t, direct.Rooms, "direct messages are in rooms that nobody can name before")
	listed := s.invites(chatops.Policy{Grants: grants, Rooms: []chatops.RoomID{"!more:b"}})
	assert.Len(t, listed.From, 2)
	assert.Len(t, listed.Rooms, 2)
	s.Rooms = nil
	none := s.invites(chatops.Policy{Grants: grants})
	assert.Empty(t, none.From)
}
