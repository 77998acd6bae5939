package matrixbot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// tooOld answers old commands.
func tooOld(ctx context.Context, r *matrixbot.Request) error {
	if !strings.HasPrefix(r.Text, "!") || !r.TooOld {
		return nil
	}
	_, err := r.ReplyText(ctx, "too old: "+r.Text)
	return err
}

func TestOldCommandsAreToldSoOnceInEachRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		other := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		config := settings(t, srv)
		config.TooOld = tooOld
		run := start(t, config)
		listens(t, srv)
		run.stop(t)

		ada.Send(room, "talk")
		ada.Send(room, "!1")
		ada.Send(room, "!2")
		ada.Send(other, "!3")
		time.Sleep(2 * time.Hour)
		ada.Send(room, "!4")
		run = start(t, config)
		assert.Equal(t, []string{"too old: !1", "echo !4"}, answers(t, srv, room, 2))
		assert.Equal(t, []string{"too old: !3"}, answers(t, srv, other, 1))
		run.stop(t)

		// It is said once, also over restarts, until something new was said.
		for range 2 {
			ada.Send(other, "!5")
			time.Sleep(2 * time.Hour)
			run = start(t, config)
			listens(t, srv)
			run.stop(t)
		}
		assert.Equal(t, []string{"too old: !3"}, answers(t, srv, other, 1))
	})
}

func TestWithoutATooOldHandlerOldCommandsAreIgnored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		config := settings(t, srv)
		run := start(t, config)
		listens(t, srv)
		run.stop(t)
		ada.Send(room, "!old")
		time.Sleep(2 * time.Hour)
		ada.Send(room, "!new")
		run = start(t, config)
		assert.Equal(t, []string{"echo !new"}, answers(t, srv, room, 1))
		run.stop(t)
	})
}

// A pause that is short loses nothing, however much was said.
func TestAPauseIsCaughtUpInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		config := settings(t, srv)
		run := start(t, config)
		listens(t, srv)
		run.stop(t)
		for i := range 450 {
			ada.Send(room, fmt.Sprintf("!%d", i))
		}
		run = start(t, config)
		assert.Equal(t, numbered("echo !%d", 450), answers(t, srv, room, 450))
		run.stop(t)
	})
}

// Of more than a thousand messages the newest are handled, and the gap is logged.
func TestAGapThatIsTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		log := &journal{}
		config := settings(t, srv)
		config.Log = log.logger()
		run := start(t, config)
		listens(t, srv)
		run.stop(t)
		ada.Send(room, "!lost")
		for i := range 3000 {
			ada.Send(room, fmt.Sprint(i))
		}
		ada.Send(room, "!new")
		run = start(t, config)
		assert.Equal(t, []string{"echo !new"}, answers(t, srv, room, 1))
		assert.Contains(t, log.String(), "messages were missed")
		run.stop(t)
	})
}

func TestTheServersClockIsWrong(t *testing.T) {
	t.Parallel()
	for _, skew := range []time.Duration{-48 * time.Hour, 48 * time.Hour} {
		t.Run(skew.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t, matrixtest.WithNow(func() time.Time { return time.Now().Add(skew) }))
				ada := srv.User("ada")
				room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
				config := settings(t, srv)
				ada.Send(room, "!before")
				run := start(t, config)
				listens(t, srv)
				ada.Send(room, "!1")
				assert.Equal(t, []string{"echo !1"}, answers(t, srv, room, 1))
				run.stop(t)
				ada.Send(room, "!2")
				run = start(t, config)
				assert.Equal(t, []string{"echo !1", "echo !2"}, answers(t, srv, room, 2))
				run.stop(t)
			})
		})
	}
}

// What was said before the bot came is not for it.
func TestARoomThatTheBotEntersLater(t *testing.T) {
	t.Parallel()
	for _, said := range []int{1, 300} {
		t.Run(fmt.Sprint(said), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t)
				ada := srv.User("ada")
				config := settings(t, srv)
				run := start(t, config)
				listens(t, srv)
				srv.Fail(matrixtest.Match{Path: "/sync", Times: 1}, matrixtest.Fault{Status: 502})
				room := ada.CreateRoom(matrixtest.RoomOptions{Public: true})
				for range 3 {
					ada.Send(room, "!before")
				}
				srv.User("bot").Join(room)
				for i := range said {
					ada.Send(room, fmt.Sprintf("!%d", i))
				}
				assert.Equal(t, numbered("echo !%d", said), answers(t, srv, room, said))

				srv.User("bot").Leave(room)
				time.Sleep(time.Minute)
				ada.Send(room, "!while the bot was away")
				srv.User("bot").Join(room)
				ada.Send(room, fmt.Sprintf("!%d", said))
				assert.Equal(t, numbered("echo !%d", said+1), answers(t, srv, room, said+1))
				run.stop(t)
			})
		})
	}
}

// What is old and not encrypted, although its room is, is nothing for the bot: it may be from before it was.
func TestOldPlaintextInAnEncryptedRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		config := settings(t, srv)
		config.TooOld = func(context.Context, *matrixbot.Request) error { t.Error("it was handled"); return nil }
		run := start(t, config)
		listens(t, srv)
		run.stop(t)
		ada.Send(room, "!1")
		ada.SendState(room, "m.room.encryption", "", map[string]any{"algorithm": "m.megolm.v1.aes-sha2"})
		time.Sleep(2 * time.Hour)
		run = start(t, config)
		listens(t, srv)
		time.Sleep(time.Minute)
		run.stop(t)
	})
}
