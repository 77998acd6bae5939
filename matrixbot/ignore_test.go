package matrixbot_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

func TestWhatIsNoMessageForTheBot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		run := start(t, settings(t, srv))
		listens(t, srv)
		srv.User("bot").Send(room, "!own")
		first := ada.Send(room, "!first")
		ada.Edit(room, first, "!edited")
		ada.SendEvent(room, "m.room.message", map[string]any{
			"msgtype": "m.text", "body": "!edited", "m.relates_to": map[string]any{"rel_type": "m.replace", "event_id": string(first)},
		})
		ada.SendEvent(room, "m.room.message", map[string]any{"msgtype": "m.notice", "body": "!notice"})
		ada.SendEvent(room, "m.room.message", map[string]any{"msgtype": 7, "body": "!odd"})
		ada.SendEvent(room, "m.room.message", map[string]any{"body": map[string]any{}})
		ada.SendEvent(room, "m.room.message", map[string]any{})
		ada.SendEvent(room, "org.example.unknown", map[string]any{"msgtype": "m.text", "body": "!other"})
		ada.SendEvent(room, "m.room.encrypted", map[string]any{"algorithm": "m.megolm.v1.aes-sha2"})
		ada.React(room, first, "👍")
		ada.Send(room, "!last")
		assert.Equal(t, []string{"!own", "echo !first", "echo !last"}, answers(t, srv, room, 3))
		run.stop(t)
	})
}

func TestAMessageThatIsRemovedBeforeItsTurn(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"10", "12"} {
		t.Run("version "+version, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t, matrixtest.WithRoomVersion(version))
				ada := srv.User("ada")
				room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
				config := settings(t, srv)
				config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
					time.Sleep(time.Minute)
					return echo(ctx, r)
				}
				run := start(t, config)
				listens(t, srv)
				ada.Send(room, "!1")
				gone := ada.Send(room, "!2")
				stays := ada.Send(room, "!3")
				time.Sleep(10 * time.Second)
				ada.Redact(room, gone, "")
				eve := srv.User("eve") // From her own room she removes nothing in this one.
				elsewhere := eve.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
				eve.SendEvent(elsewhere, "m.room.redaction", map[string]any{"redacts": stays})
				assert.Equal(t, []string{"echo !1", "echo !3"}, answers(t, srv, room, 2))
				run.stop(t)
			})
		})
	}
}

func TestReactions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		config := settings(t, srv)
		config.Reactions = func(ctx context.Context, r *matrixbot.Request) error {
			assert.False(t, r.Encrypted)
			_, err := r.ReplyText(ctx, r.Reaction.Key+" on "+string(r.Reaction.To))
			return err
		}
		run := start(t, config)
		listens(t, srv)
		first := ada.Send(room, "talk")
		ada.React(room, first, "👍")
		assert.Equal(t, []string{"👍 on " + string(first)}, answers(t, srv, room, 1))
		run.stop(t)
	})
}

func TestWhatARequestTells(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot, srv.User("bea")}})
		direct := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})
		config := settings(t, srv)
		got := make(chan *matrixbot.Request, 10)
		config.Handler = func(_ context.Context, r *matrixbot.Request) error {
			got <- r
			return nil
		}
		run := start(t, config)
		listens(t, srv)
		root := ada.Send(room, "plain")
		r := <-got
		assert.Equal(t, "plain", r.Text)
		assert.Equal(t, ada.ID(), r.Sender)
		assert.Equal(t, 1, r.Attempt)
		assert.False(t, r.Direct)
		assert.False(t, r.Encrypted)
		assert.WithinDuration(t, time.Now(), r.Time, time.Minute)
		ada.Thread(room, root, "in a thread")
		r = <-got
		assert.Equal(t, root, r.Thread)
		assert.Empty(t, r.ReplyTo)
		ada.Reply(room, root, "an answer")
		r = <-got
		assert.Equal(t, root, r.ReplyTo)
		assert.Equal(t, "an answer", r.Text)
		ada.SendEvent(room, "m.room.message", map[string]any{
			"msgtype": "m.text", "body": "bot: hello", "m.mentions": map[string]any{"user_ids": []string{string(bot.ID())}},
		})
		r = <-got
		assert.True(t, r.Mentioned)
		ada.Send(direct, "you and me")
		r = <-got
		assert.True(t, r.Direct)
		run.stop(t)
	})
}

// In an encrypted room, plaintext is refused, and that is said once.
func TestPlaintextInAnEncryptedRoom(t *testing.T) {
	t.Parallel()
	for _, allowed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			srv := matrixtest.NewServer(t)
			ada := srv.User("ada")
			room := ada.CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: []*matrixtest.User{srv.User("bot")}})
			log := &journal{}
			config := settings(t, srv)
			config.Log, config.Plaintext = log.logger(), allowed
			handled := 0
			config.Handler = func(_ context.Context, r *matrixbot.Request) error {
				assert.False(t, r.Encrypted)
				handled++
				return nil
			}
			run := start(t, config)
			listens(t, srv)
			ada.Send(room, "!1")
			ada.Send(room, "!2")
			time.Sleep(time.Minute)
			run.stop(t)
			if allowed {
				assert.Equal(t, 2, handled)
				return
			}
			assert.Zero(t, handled)
			assert.Contains(t, log.String(), "a message is not encrypted although its room is")
		})
	}
}

// Who looks after the bot hears of each command that was refused because it came in the clear, and of nothing else that
// did.
func TestPlaintextCommandsAreAudited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: []*matrixtest.User{srv.User("bot")}})
		var entries []matrixbot.AuditEntry
		router, err := matrixbot.NewRouter(matrixbot.RouterConfig{
			Prefix: "!", Access: matrixbot.AllowUsers(ada.ID()),
			Audit: func(_ context.Context, e matrixbot.AuditEntry) { entries = append(entries, e) },
			Other: func(context.Context, *matrixbot.Request) error { t.Error("it was handled"); return nil },
		})
		require.NoError(t, err)
		require.NoError(t, router.Command(matrixbot.Command{
			Name: "stop", Subcommands: []matrixbot.Command{{
				Name: "all", Handler: func(context.Context, *matrixbot.Request, matrixbot.Values) error { t.Error("it was done"); return nil },
			}},
		}))
		config := settings(t, srv)
		config.Handler, config.Router = nil, router
		run := start(t, config)
		listens(t, srv)
		first := ada.Send(room, "!stop all")
		for _, text := range []string{"good morning", "yes", "!rates of another bot", "!stopp all"} {
			ada.Send(room, text)
		}
		time.Sleep(time.Minute)
		run.stop(t)
		require.Len(t, entries, 2)
		assert.Equal(t, first, entries[0].Event)
		assert.Equal(t, ada.ID(), entries[0].Sender)
		assert.Equal(t, "stop all", entries[0].Command)
		assert.False(t, entries[0].Encrypted)
		for _, e := range entries {
			assert.Equal(t, matrixbot.Denied, e.Decision)
			assert.Equal(t, "plaintext", e.Reason)
		}
	})
}
