package matrixtest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// begin makes a server with a bot in a room, and the bot's client.
func begin(t *testing.T, opts ...matrixtest.Option) (srv *matrixtest.Server, ada *matrixtest.User, cli *mautrix.Client, room id.RoomID) {
	t.Helper()
	srv = matrixtest.NewServer(t, opts...)
	ada, bot := srv.User("ada"), srv.User("bot")
	room = ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})
	return srv, ada, client(srv, bot.NewSession("BOT")), room
}

func syncOnce(t *testing.T, cli *mautrix.Client, req mautrix.ReqSync) *mautrix.RespSync {
	t.Helper()
	resp, err := cli.FullSyncRequest(t.Context(), req)
	require.NoError(t, err)
	return resp
}

func TestSyncWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, ada, cli, room := begin(t)
		first := syncOnce(t, cli, mautrix.ReqSync{Timeout: 30_000})
		begun := time.Now()
		second := syncOnce(t, cli, mautrix.ReqSync{Since: first.NextBatch, Timeout: 30_000})
		assert.Equal(t, 30*time.Second, time.Since(begun))
		assert.Empty(t, second.Rooms.Join)

		go func() {
			time.Sleep(7 * time.Second)
			ada.Send(room, "wake up")
		}()
		begun = time.Now()
		third := syncOnce(t, cli, mautrix.ReqSync{Since: second.NextBatch, Timeout: 30_000})
		assert.Equal(t, 7*time.Second, time.Since(begun))
		assert.Len(t, third.Rooms.Join[room].Timeline.Events, 1)
		assert.Equal(t, "@bot:matrix.example", string(srv.Requests()[0].UserID))
	})
}

func TestWaitForSyncTellsThatTheBotHasReadEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, ada, cli, room := begin(t)
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		cli.Syncer.(*mautrix.DefaultSyncer).OnEventType(event.EventMessage, func(context.Context, *event.Event) { seen++ })
		ended := make(chan error)
		go func() { ended <- cli.SyncWithContext(ctx) }()
		require.NoError(t, srv.WaitForSync(ctx, cli.UserID))
		for range 3 {
			ada.Send(room, "x")
		}
		require.NoError(t, srv.WaitForSync(ctx, cli.UserID))
		assert.Equal(t, 3, seen)
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

func TestToDeviceMessagesComeUntilTheyAreAcknowledged(t *testing.T) {
	t.Parallel()
	srv, ada, cli, _ := begin(t)
	other := client(srv, ada.NewSession("ADA"))
	_, err := other.SendToDevice(t.Context(), event.Type{Type: "x.y", Class: event.ToDeviceEventType}, &mautrix.ReqSendToDevice{
		Messages: map[id.UserID]map[id.DeviceID]*event.Content{cli.UserID: {"BOT": {Raw: map[string]any{"a": 1}}}},
	})
	require.NoError(t, err)
	first := syncOnce(t, cli, mautrix.ReqSync{})
	again := syncOnce(t, cli, mautrix.ReqSync{})
	assert.Len(t, first.ToDevice.Events, 1)
	assert.Len(t, again.ToDevice.Events, 1)
	assert.Empty(t, syncOnce(t, cli, mautrix.ReqSync{Since: again.NextBatch}).ToDevice.Events)
	assert.Empty(t, syncOnce(t, cli, mautrix.ReqSync{}).ToDevice.Events)
}

func TestLazyMembersAreThoseWhoSpeak(t *testing.T) {
	t.Parallel()
	srv, ada, cli, room := begin(t)
	for _, name := range []string{"eve", "joe", "kim"} {
		ada.Invite(room, srv.User(name).ID())
		srv.User(name).Join(room)
	}
	srv.User("eve").Send(room, "hello")
	const filter = `{"room":{"timeline":{"limit":1},"state":{"lazy_load_members":true}}}`
	resp := syncOnce(t, cli, mautrix.ReqSync{FilterID: filter})
	var members []string
	for _, e := range resp.Rooms.Join[room].State.Events {
		if e.Type.Type == "m.room.member" {
			members = append(members, e.GetStateKey())
		}
	}
	assert.ElementsMatch(t, []string{"@bot:matrix.example", "@eve:matrix.example"}, members)
}

func TestHistoryVisibility(t *testing.T) {
	t.Parallel()
	for visibility, want := range map[string]int{"shared": 2, "joined": 1, "invited": 1, "world_readable": 2} {
		srv := matrixtest.NewServer(t)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Public: true})
		ada.SendState(room, "m.room.history_visibility", "", map[string]any{"history_visibility": visibility})
		ada.Send(room, "before")
		bot.Join(room)
		ada.Send(room, "after")
		cli := client(srv, bot.NewSession(""))
		page, err := cli.Messages(t.Context(), room, "", "", 'b', &mautrix.FilterPart{Types: []event.Type{event.EventMessage}}, 100)
		require.NoError(t, err)
		assert.Len(t, page.Chunk, want, visibility)
	}
}

func TestTypingEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, ada, cli, room := begin(t)
		ada.Typing(room, 10*time.Second)
		assert.Equal(t, []id.UserID{ada.ID()}, srv.TypingIn(room))
		first := syncOnce(t, cli, mautrix.ReqSync{})
		begun := time.Now()
		resp := syncOnce(t, cli, mautrix.ReqSync{Since: first.NextBatch, Timeout: 30_000})
		assert.Equal(t, 10*time.Second, time.Since(begun))
		assert.Len(t, resp.Rooms.Join[room].Ephemeral.Events, 1)
		assert.Empty(t, srv.TypingIn(room))
	})
}
