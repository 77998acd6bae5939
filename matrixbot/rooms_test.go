package matrixbot

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

func TestInvitesAllow(t *testing.T) {
	t.Parallel()
	ada, eve := id.UserID("@ada:a.example"), id.UserID("@eve:b.example")
	for _, c := range []struct {
		policy  Invites
		allowed []string // inviter and room
	}{
		{Invites{}, nil},
		{Invites{From: []id.UserID{ada}}, []string{"ada ops", "ada lounge"}},
		{Invites{Servers: []string{"b.example"}}, []string{"eve ops", "eve lounge"}},
		{Invites{From: []id.UserID{ada}, Servers: []string{"b.example"}}, []string{"ada ops", "ada lounge", "eve ops", "eve lounge"}},
		{Invites{Rooms: []id.RoomID{"!ops"}}, []string{"ada ops", "eve ops"}},
		{Invites{From: []id.UserID{ada}, Rooms: []id.RoomID{"!ops"}}, []string{"ada ops"}},
		{Invites{From: []id.UserID{"@Ada:a.example", "@al%69ce:a.example"}}, nil},
		{Invites{Servers: []string{"B.example", "example"}}, nil},
	} {
		var got []string
		for name, user := range map[string]id.UserID{"ada": ada, "eve": eve} {
			for _, room := range []string{"ops", "lounge"} {
				if c.policy.allow(user, id.RoomID("!"+room)) {
					got = append(got, name+" "+room)
				}
			}
		}
		assert.ElementsMatch(t, c.allowed, got, "%+v", c.policy)
	}
	assert.False(t, Invites{From: []id.UserID{ada}}.allow("", "!ops"))
}

// tellState passes an event of a room's state to a bot, as its syncer does.
func tellState(tb testing.TB, b *Bot, room id.RoomID, e matrixtest.Event, invited ...*event.Event) {
	tb.Helper()
	raw, err := json.Marshal(e.Content)
	require.NoError(tb, err)
	evt := &event.Event{
		ID: e.ID, RoomID: room, Sender: e.Sender, StateKey: e.StateKey,
		Type: event.Type{Type: e.Type, Class: event.StateEventType}, Content: event.Content{VeryRaw: raw},
	}
	require.NoError(tb, evt.Content.ParseRaw(evt.Type))
	evt.Unsigned.InviteRoomState = invited
	b.store.State().UpdateState(tb.Context(), evt)
	b.rooms.handleState(tb.Context(), evt)
}

// tellAll passes what happened in a room to a bot.
func tellAll(tb testing.TB, b *Bot, srv *matrixtest.Server, room id.RoomID) {
	tb.Helper()
	for _, e := range srv.Timeline(room) {
		if e.StateKey != nil {
			tellState(tb, b, room, e)
		}
	}
}

// tellInvite passes an invitation to a bot.
func tellInvite(tb testing.TB, b *Bot, srv *matrixtest.Server, room id.RoomID) {
	tb.Helper()
	e, ok := srv.State(room, "m.room.member", string(b.own()))
	require.True(tb, ok)
	tellState(tb, b, room, e, []*event.Event{}...)
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		eve := c.srv.User("eve")
		c.b.config.Invites = Invites{From: []id.UserID{c.ada.ID()}}
		good := c.ada.CreateRoom(matrixtest.RoomOptions{Invite: []*matrixtest.User{c.bot}})
		bad := eve.CreateRoom(matrixtest.RoomOptions{Invite: []*matrixtest.User{c.bot}})
		c.srv.Fail(matrixtest.Match{Path: "/join/*", For: time.Minute}, matrixtest.Fault{Status: http.StatusBadGateway})
		c.srv.Fail(matrixtest.Match{Path: "/rooms/*/leave", Times: 2}, matrixtest.Fault{CutAfter: true})
		for range 2 { // as when a sync response comes again
			tellInvite(t, c.b, c.srv, good)
			tellInvite(t, c.b, c.srv, bad)
		}
		time.Sleep(3 * time.Minute)
		assert.Equal(t, "join", c.srv.Membership(good, c.bot.ID()))
		assert.Equal(t, "leave", c.srv.Membership(bad, c.bot.ID()))
		synctest.Wait()
		left, err := c.b.store.Records(tasksSet).Scan("")
		require.NoError(t, err)
		assert.Empty(t, left)
		members, err := c.b.store.State().GetRoomJoinedOrInvitedMembers(t.Context(), good)
		require.NoError(t, err)
		assert.Len(t, members, 2, "members are known before the next sync")

		requests := len(c.srv.Requests())
		eve.Invite(bad, c.bot.ID())
		tellInvite(t, c.b, c.srv, bad)
		time.Sleep(time.Minute)
		assert.Equal(t, "leave", c.srv.Membership(bad, c.bot.ID()))
		assert.Len(t, c.srv.Requests(), requests+1, "declined with one request")
	})
}

// An invitation that came before the process died is decided on after it.
func TestInvitationCrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Invite: []*matrixtest.User{bot}})
		path := dataFile(t)
		restore := srv.Fail(matrixtest.Match{Path: "/join/*", Times: -1}, matrixtest.Fault{CutBefore: true})
		b, stop := startSender(t, srv, bot, path)
		b.config.Invites = Invites{Rooms: []id.RoomID{room}}
		tellInvite(t, b, srv, room)
		synctest.Wait()
		stop()
		restore()
		_, stop = startSender(t, srv, bot, path)
		defer stop()
		synctest.Wait()
		assert.Equal(t, "join", srv.Membership(room, bot.ID()))
	})
}

func TestUpgrade(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"11", "12"} {
		for _, public := range []bool{true, false} {
			t.Run(fmt.Sprint(version, " public ", public), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					srv := matrixtest.NewServer(t)
					ada, bot := srv.User("ada"), srv.User("bot")
					room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}, Public: public})
					path := dataFile(t)
					b, stop := startSender(t, srv, bot, path)
					tellAll(t, b, srv, room)
					successor := ada.Upgrade(room, version)
					tellAll(t, b, srv, room)
					time.Sleep(time.Minute)
					if !public {
						assert.Empty(t, srv.Membership(successor, bot.ID()))
						ada.Invite(successor, bot.ID())
						tellInvite(t, b, srv, successor)
						time.Sleep(time.Minute)
					}
					assert.Equal(t, "join", srv.Membership(successor, bot.ID()))
					stop()

					b, stop = startSender(t, srv, bot, path) // it is remembered
					defer stop()
					_, err := b.Send(t.Context(), Message{Room: room, Key: "1", Text: "hello", ReplyTo: "$old"})
					require.NoError(t, err)
					messages := srv.Messages(successor)
					require.Len(t, messages, 1)
					assert.Empty(t, messages[0].Relation())
					assert.Empty(t, srv.Messages(room))
				})
			})
		}
	}
}

// The bot is invited to the successor while the homeserver still answers that it is not.
func TestUpgradeInvitedMeanwhile(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		room := c.ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{c.bot}})
		tellAll(t, c.b, c.srv, room)
		c.srv.Fail(matrixtest.Match{Path: "/join/*"},
			matrixtest.Fault{Delay: 10 * time.Second, Status: http.StatusForbidden, ErrCode: "M_FORBIDDEN"})
		successor := c.ada.Upgrade(room, "11")
		tellAll(t, c.b, c.srv, room)
		time.Sleep(time.Second)
		c.ada.Invite(successor, c.bot.ID())
		tellInvite(t, c.b, c.srv, successor)
		time.Sleep(time.Minute)
		assert.Equal(t, "join", c.srv.Membership(successor, c.bot.ID()))
	})
}

// A tombstone leads only to a room that really is the successor.
func TestFalseUpgrade(t *testing.T) {
	t.Parallel()
	tombstone := func(by *matrixtest.User, room, to id.RoomID) {
		by.SendState(room, "m.room.tombstone", "", map[string]any{"body": "moved", "replacement_room": to})
	}
	for name, upgrade := range map[string]func(c conversation, eve *matrixtest.User) id.RoomID{
		"another room": func(c conversation, eve *matrixtest.User) id.RoomID {
			to := eve.CreateRoom(matrixtest.RoomOptions{Public: true})
			tombstone(c.ada, c.room, to)
			return to
		},
		"somebody else's": func(c conversation, eve *matrixtest.User) id.RoomID {
			c.ada.Invite(c.room, eve.ID())
			eve.Join(c.room)
			c.ada.SetPower(c.room, eve, 100)
			to := eve.Upgrade(c.room, "11")
			tombstone(c.ada, c.room, to)
			return to
		},
		"itself": func(c conversation, _ *matrixtest.User) id.RoomID {
			tombstone(c.ada, c.room, c.room)
			return ""
		},
		"nothing": func(c conversation, _ *matrixtest.User) id.RoomID {
			tombstone(c.ada, c.room, "")
			return ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			converse(t, func(t *testing.T, c conversation) {
				tellAll(t, c.b, c.srv, c.room)
				to := upgrade(c, c.srv.User("eve"))
				e, ok := c.srv.State(c.room, "m.room.tombstone", "")
				require.True(t, ok)
				tellState(t, c.b, c.room, e)
				time.Sleep(time.Minute)
				assert.Equal(t, c.room, c.b.rooms.current(c.room))
				if to != "" {
					assert.NotEqual(t, "join", c.srv.Membership(to, c.bot.ID()))
				}
				assert.Equal(t, "join", c.srv.Membership(c.room, c.bot.ID()))
			})
		})
	}
}

// A room that is replaced is replaced by a room: behind an alias could be any, and other texts could lead anywhere.
func TestUpgradeToAnAlias(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		tellAll(t, c.b, c.srv, c.room)
		for _, to := range []string{"#lobby:" + c.ada.ID().Homeserver(), "!/../../logout/all", "!" + strings.Repeat("a", 255), "!"} {
			c.ada.SendState(c.room, "m.room.tombstone", "", map[string]any{"body": "moved", "replacement_room": to})
			tellAll(t, c.b, c.srv, c.room)
			time.Sleep(time.Minute)
		}
		for _, r := range c.srv.Requests() {
			assert.NotContains(t, r.Path, "/join")
		}
	})
}

// Anybody can invite the bot into rooms without end, and leaves nothing in memory. Where too many invitations wait, what
// is to be done about one can still change.
func TestInvitationsWithoutEnd(t *testing.T) {
	t.Parallel()
	b := &Bot{log: slog.New(slog.DiscardHandler), client: &mautrix.Client{UserID: botUser}}
	store, err := boltstore.Open(dataFile(t))
	require.NoError(t, err)
	defer store.Close()
	b.store, b.rooms = store, newRooms(b)
	invited := func(i int) {
		evt := &event.Event{
			RoomID: id.RoomID(fmt.Sprintf("!%d:b.example", i)), Sender: "@eve:b.example", StateKey: new(string(botUser)), Type: event.StateMember,
			Content: event.Content{Parsed: &event.MemberEventContent{Membership: event.MembershipInvite}},
		}
		evt.Unsigned.InviteRoomState = []*event.Event{}
		b.rooms.handleState(t.Context(), evt)
	}
	for i := range maxTasks + 10 {
		invited(i)
	}
	assert.Len(t, b.rooms.tasks, maxTasks)
	b.rooms.changed(ops)
	before := b.rooms.lastChange(ops)
	assert.Equal(t, before, b.rooms.lastChange(ops))
	for i := range 2 * maxChanges {
		b.rooms.changed(id.RoomID(fmt.Sprint(i)))
	}
	assert.LessOrEqual(t, len(b.rooms.changes), maxChanges)
	assert.NotEqual(t, before, b.rooms.lastChange(ops), "it may have changed")
	b.config.Invites.Servers = []string{"b.example"}
	invited(0)
	assert.True(t, b.rooms.tasks["!0:b.example"].Join)
}

// What was to be said in an encrypted room is never said in a successor that is not.
func TestUpgradeWithoutEncryption(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		tellAll(t, c.b, c.srv, c.room)
		require.NoError(t, c.b.store.State().SetEncryptionEvent(t.Context(), c.room, nil))
		to := c.ada.Upgrade(c.room, "11")
		c.ada.Invite(to, c.bot.ID())
		tellAll(t, c.b, c.srv, c.room)
		time.Sleep(time.Minute)
		assert.Equal(t, c.room, c.b.rooms.current(c.room))
		assert.Equal(t, "leave", c.srv.Membership(to, c.bot.ID()))
	})
}

// Rooms that replace one another in a ring end nothing.
func TestUpgradeRing(t *testing.T) {
	t.Parallel()
	r := newRooms(nil)
	r.upgrades["!a"], r.upgrades["!b"] = upgrade{To: "!b", Valid: true}, upgrade{To: "!a", Valid: true}
	assert.Contains(t, []id.RoomID{"!a", "!b"}, r.current("!a"))
}

// crowded is an encrypted room with the bot, its creator and so many more members, and some that have left.
func crowded(srv *matrixtest.Server, bot *matrixtest.User, members int) id.RoomID {
	ada, all := srv.User("ada"), []*matrixtest.User{bot}
	for i := range members {
		all = append(all, srv.User(fmt.Sprintf("@m%d:elsewhere.example", i)))
	}
	gone := srv.User("gone")
	room := ada.CreateRoom(matrixtest.RoomOptions{Members: append(all, gone), Encrypted: true})
	gone.Leave(room)
	return room
}

func TestReady(t *testing.T) {
	t.Parallel()
	for _, members := range []int{0, 5_000} {
		t.Run(fmt.Sprint(members), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t)
				bot := srv.User("bot")
				room := crowded(srv, bot, members)
				srv.Fail(matrixtest.Match{Path: "/rooms/*/state"}, matrixtest.Fault{Status: http.StatusBadGateway})
				b, stop := startSender(t, srv, bot, dataFile(t))
				defer stop()
				require.Error(t, b.rooms.ready(t.Context(), room), "the homeserver is away")
				require.NoError(t, b.rooms.ready(t.Context(), room))
				got, err := b.store.State().GetRoomJoinedOrInvitedMembers(t.Context(), room)
				require.NoError(t, err)
				assert.Len(t, got, members+2)
				encrypted, err := b.store.State().IsEncrypted(t.Context(), room)
				require.NoError(t, err)
				assert.True(t, encrypted)

				requests := len(srv.Requests())
				require.NoError(t, b.rooms.ready(t.Context(), room))
				assert.Len(t, srv.Requests(), requests, "it is fetched once")
			})
		})
	}
}

// A member who leaves while the state is fetched gets no keys.
func TestReadyRace(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		eve := c.srv.User("eve")
		c.ada.Invite(c.room, eve.ID())
		eve.Join(c.room)
		c.srv.Fail(matrixtest.Match{Path: "/rooms/*/state"}, matrixtest.Fault{Delay: time.Second})
		done := make(chan error, 1)
		go func() { done <- c.b.rooms.ready(t.Context(), c.room) }()
		synctest.Wait()
		c.ada.Kick(c.room, eve.ID(), "")
		e, _ := c.srv.State(c.room, "m.room.member", string(eve.ID()))
		tellState(t, c.b, c.room, e)
		require.NoError(t, <-done)
		members, err := c.b.store.State().GetRoomJoinedOrInvitedMembers(t.Context(), c.room)
		require.NoError(t, err)
		assert.NotContains(t, members, eve.ID())
	})
}

// While the bot was out of a room, others came and went.
func TestReadyAgain(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		state := c.b.store.State()
		eve := c.srv.User("eve")
		c.ada.Invite(c.room, eve.ID())
		eve.Join(c.room)
		require.NoError(t, c.b.rooms.ready(t.Context(), c.room))
		c.ada.Kick(c.room, c.bot.ID(), "")
		tellInvite(t, c.b, c.srv, c.room)
		c.ada.Kick(c.room, eve.ID(), "")
		c.ada.Invite(c.room, c.bot.ID())
		c.bot.Join(c.room)
		tellInvite(t, c.b, c.srv, c.room)
		require.NoError(t, c.b.rooms.ready(t.Context(), c.room))
		members, err := state.GetRoomJoinedOrInvitedMembers(t.Context(), c.room)
		require.NoError(t, err)
		assert.ElementsMatch(t, []id.UserID{c.ada.ID(), c.bot.ID()}, members)
	})
}

func TestPowerLevel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, bot, eve := srv.User("ada"), srv.User("bot"), srv.User("eve")
		b, stop := startSender(t, srv, bot, dataFile(t))
		defer stop()
		level := func(room id.RoomID, user *matrixtest.User) int {
			n, err := b.PowerLevel(t.Context(), room, user.ID())
			require.NoError(t, err)
			return n
		}
		for version, creator := range map[string]int{"11": 100, "12": math.MaxInt} {
			room := ada.CreateRoom(matrixtest.RoomOptions{Version: version, Members: []*matrixtest.User{bot, eve}, Power: map[*matrixtest.User]int{eve: 50}})
			assert.Equal(t, creator, level(room, ada))
			assert.Equal(t, 50, level(room, eve))
			assert.Equal(t, 0, level(room, bot))
		}
		_, err := b.PowerLevel(t.Context(), "!nowhere:matrix.example", ada.ID())
		require.Error(t, err)
	})
}

// A bot that has not started, or has ended, says so.
func TestSendOutsideRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &Bot{}
		b.outbox, b.rooms = newOutbox(b), newRooms(b)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := b.Send(ctx, Message{Room: "!a", Key: "1", Text: "a"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "does not run yet")

		srv := matrixtest.NewServer(t)
		b, stop := startSender(t, srv, srv.User("bot"), dataFile(t))
		stop()
		_, err = b.Send(t.Context(), Message{Room: "!a", Key: "1", Text: "a"})
		require.ErrorIs(t, err, ErrStopped)
	})
}
