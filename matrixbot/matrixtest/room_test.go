package matrixtest_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

func TestEveryRoomVersion(t *testing.T) {
	t.Parallel()
	srv := matrixtest.NewServer(t)
	ada, bot := srv.User("ada"), srv.User("bot")
	for n := 1; n <= 12; n++ {
		room := ada.CreateRoom(matrixtest.RoomOptions{Version: strconv.Itoa(n), Members: []*matrixtest.User{bot}})
		said := bot.Send(room, "secret")
		ada.Redact(room, said, "")
		e, err := client(srv, bot.NewSession("")).GetEvent(t.Context(), room, said)
		require.NoError(t, err)
		assert.Empty(t, e.Content.AsMessage().Body, n)
		assert.NotNil(t, e.Unsigned.RedactedBecause, n)
		create, _ := srv.State(room, "m.room.create", "")
		_, named := create.Content["creator"]
		assert.Equal(t, n < 11, named, n)
		assert.Equal(t, n == 12, room.String() == "!"+create.ID.String()[1:], n)
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	srv := matrixtest.NewServer(t)
	ada, bot, far := srv.User("ada"), srv.User("bot"), srv.User("@eve:far.example")
	assert.Same(t, ada, srv.User("@ada:matrix.example"))
	room := ada.CreateRoom(matrixtest.RoomOptions{
		Name: "Ops", Alias: "ops", Encrypted: true, Members: []*matrixtest.User{bot, far}, Power: map[*matrixtest.User]int{bot: 50},
	})
	question := far.Send(room, "how late is it?")
	far.Edit(room, question, "how late is it now?")
	bot.Reply(room, question, "ten")
	bot.Thread(room, question, "or eleven")
	bot.React(room, question, "👍")
	ada.Read(room, question)
	shown, found := srv.Shown(room, question)
	assert.True(t, found)
	assert.Equal(t, "how late is it now?", shown.Body())
	assert.Equal(t, question, srv.ReadBy(room, ada.ID()))
	assert.Len(t, srv.Messages(room), 4)
	thread := srv.Messages(room)[3].Relation()
	assert.Equal(t, matrixtest.Relation{Type: "m.thread", Event: question, ReplyTo: question}, thread)

	bot.Kick(room, far.ID(), "enough")
	assert.Equal(t, "leave", srv.Membership(room, far.ID()))
	assert.Panics(t, func() { far.Send(room, "but") })
	assert.Panics(t, func() { bot.Kick(room, ada.ID(), "") })
	ada.Ban(room, far.ID(), "")
	assert.Panics(t, func() { far.Join(room) })
	ada.Unban(room, far.ID())
	bot.SetDisplayName("Deploy Bot")
	member, _ := srv.State(room, "m.room.member", bot.ID().String())
	assert.Equal(t, "Deploy Bot", member.Content["displayname"])
	file := ada.Upload("a.txt", "text/plain", []byte("x"))
	stored, found := srv.Media(file)
	assert.True(t, found)
	assert.Equal(t, matrixtest.Media{URI: file, Owner: ada.ID(), Name: "a.txt", Mime: "text/plain", Data: []byte("x")}, stored)

	next := ada.Upgrade(room, "12")
	tombstone, _ := srv.State(room, "m.room.tombstone", "")
	assert.Equal(t, string(next), tombstone.Content["replacement_room"])
	_, encrypted := srv.State(next, "m.room.encryption", "")
	assert.True(t, encrypted)
	assert.Len(t, srv.Rooms(), 2)
}

func TestACopyCannotChangeTheServer(t *testing.T) {
	t.Parallel()
	srv, ada, _, room := begin(t)
	ada.Send(room, "x")
	srv.Messages(room)[0].Content["body"] = "changed"
	assert.Equal(t, "x", srv.Messages(room)[0].Body())
}

func TestHooksAreScriptedPeople(t *testing.T) {
	t.Parallel()
	srv, ada, cli, room := begin(t)
	stop := srv.OnEvent(func(e matrixtest.Event) {
		if e.Sender == cli.UserID && e.Type == "m.room.message" {
			ada.React(e.Room, e.ID, "👍")
		}
	})
	defer stop()
	_, err := cli.SendText(t.Context(), room, "sure?")
	require.NoError(t, err)
	e, err := srv.WaitFor(t.Context(), func(e matrixtest.Event) bool { return e.Type == "m.reaction" })
	require.NoError(t, err)
	assert.Equal(t, "👍", e.Relation().Key)
}

func TestWaitsEnd(t *testing.T) {
	t.Parallel()
	srv := matrixtest.NewServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := srv.WaitFor(ctx, func(matrixtest.Event) bool { return false })
	require.ErrorIs(t, err, context.Canceled)
	srv.Close()
	require.ErrorIs(t, srv.WaitForSync(t.Context(), "@bot:matrix.example"), matrixtest.ErrClosed)
}

func TestRelationsComeInOrderAndInPages(t *testing.T) {
	t.Parallel()
	_, ada, cli, room := begin(t)
	root := ada.Send(room, "root")
	want := make([]id.EventID, 5)
	for i := range want {
		want[4-i] = ada.Thread(room, root, "x")
	}
	var got []id.EventID
	req := &mautrix.ReqGetRelations{Limit: 2}
	for pages := 1; ; pages++ {
		resp, err := cli.GetRelations(t.Context(), room, root, req)
		require.NoError(t, err)
		for _, e := range resp.Chunk {
			got = append(got, e.ID)
		}
		if resp.NextBatch == "" {
			assert.Equal(t, 3, pages)
			break
		}
		req.From = resp.NextBatch
	}
	assert.Equal(t, want, got)
}

func TestALargeRoom(t *testing.T) {
	t.Parallel()
	srv := matrixtest.NewServer(t)
	ada := srv.User("ada")
	room := ada.CreateRoom(matrixtest.RoomOptions{Public: true, Encrypted: true})
	for i := range 5000 {
		srv.User("user" + strconv.Itoa(i)).Join(room)
	}
	cli := client(srv, ada.NewSession(""))
	members, err := cli.JoinedMembers(t.Context(), room)
	require.NoError(t, err)
	assert.Len(t, members.Joined, 5001)
	resp := syncOnce(t, cli, mautrix.ReqSync{FilterID: `{"room":{"timeline":{"limit":1},"state":{"lazy_load_members":true}}}`})
	assert.Less(t, len(resp.Rooms.Join[room].State.Events), 20)
}

func TestAnEventIsAtMost64KiB(t *testing.T) {
	t.Parallel()
	_, _, cli, room := begin(t)
	for size, fits := range map[int]bool{60_000: true, 66_000: false} {
		_, err := cli.SendMessageEvent(t.Context(), room, event.EventMessage, map[string]any{"body": strings.Repeat("x", size)})
		assert.Equal(t, fits, err == nil)
		if !fits {
			require.ErrorIs(t, err, mautrix.MTooLarge)
		}
	}
}
