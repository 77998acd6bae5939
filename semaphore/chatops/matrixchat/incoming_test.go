package matrixchat

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

func TestIncoming(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		e := &listener{}
		y.ada.SetDisplayName("Ada")
		y.start(t, y.chat(t), e)
		now := time.Now()
		said := y.ada.Send(y.room, "!cd run website")
		assert.Equal(t, []chatops.Incoming{{
			ID: chatops.EventID(said), From: chatops.UserID(y.ada.ID()), FromName: "Ada", Room: chatops.RoomID(y.room),
			Message: chatops.MessageID(said), Text: "!cd run website", At: now.Local(),
		}}, e.take())

		y.ada.Send(y.room, "@deploybot:matrix.example: run 2 6")
		in := e.take()[0]
		assert.True(t, in.Mentioned)
		assert.Equal(t, "run 2 6", in.Text)

		y.ben.Reply(y.room, said, "yes")
		in = e.take()[0]
		assert.Equal(t, chatops.MessageID(said), in.ReplyTo)
		assert.Equal(t, "yes", in.Text)

		y.ben.Thread(y.room, said, "no")
		in = e.take()[0]
		assert.Equal(t, string(said), in.Thread)
		assert.Empty(t, in.ReplyTo, "what stands there for older clients is no answer")

		reaction := y.ben.React(y.room, said, "👍")
		in = e.take()[0]
		assert.Equal(t, chatops.EventID(reaction), in.ID)
		assert.Equal(t, chatops.MessageID(said), in.Message)
		assert.Equal(t, "👍", in.Reaction)
		assert.Empty(t, in.Text)

		two := y.ben.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{y.bot}})
		y.ben.Send(two, "help")
		in = e.take()[0]
		assert.True(t, in.Direct)
		assert.Equal(t, chatops.RoomID(two), in.Room)

		y.ada.Edit(y.room, said, "!cd run other")
		y.ada.SendEvent(y.room, "m.room.message", map[string]any{"msgtype": "m.notice", "body": "!cd run website"})
		assert.Empty(t, e.take(), "edits, and what bots say")
	})
}

func TestWhatIsInterruptedComesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		failures := 3
		e := &listener{handle: func(_ context.Context, in chatops.Incoming) error {
			if in.Text == "nonsense" {
				return fmt.Errorf("%w: of the test", chatops.ErrInvalidEvent)
			}
			if failures > 0 {
				failures--
				return errors.New("the disk is full")
			}
			return nil
		}}
		stop := y.start(t, y.chat(t), e)
		y.ada.Send(y.room, "one")
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"one"}, e.texts())
		y.ada.Send(y.room, "nonsense")
		assert.Empty(t, e.texts())
		assert.Contains(t, y.log.String(), "an event was skipped")

		failures = 1000
		y.ada.Send(y.room, "two")
		time.Sleep(10 * time.Second)
		require.ErrorIs(t, stop(), context.Canceled)
		y.ada.Send(y.room, "three")
		failures = 0
		stop = y.start(t, y.chat(t), e)
		assert.Equal(t, []string{"two", "three"}, e.texts())

		_ = stop()
		y.ada.Send(y.room, "four")
		time.Sleep(2 * time.Hour)
		y.start(t, y.chat(t), e)
		heard := e.take()
		require.Len(t, heard, 1)
		assert.True(t, heard[0].Old)
		assert.Empty(t, y.said(y.room))
	})
}

// TestASlowCommandHoldsUpOnlyItsOwnRoom has one room wait for four minutes.
func TestASlowCommandHoldsUpOnlyItsOwnRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		other := y.ada.CreateRoom(matrixtest.RoomOptions{Name: "Other", Members: []*matrixtest.User{y.bot, y.ben}})
		e := &listener{handle: func(_ context.Context, in chatops.Incoming) error {
			if in.Text == "slow" {
				time.Sleep(4 * time.Minute)
			}
			return nil
		}}
		y.start(t, y.chat(t), e)
		y.ada.Send(y.room, "slow")
		y.ada.Send(y.room, "behind it")
		y.ada.Send(other, "quick")
		assert.Equal(t, []string{"quick"}, e.texts())
		time.Sleep(5 * time.Minute)
		assert.Equal(t, []string{"slow", "behind it"}, e.texts())
	})
}

func TestNewChecksItsArguments(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		_, err := New(y.settings(), "ci.example")
		require.ErrorContains(t, err, "no address")
		settings := y.settings()
		settings.Data = ""
		_, err = New(settings, server)
		require.ErrorContains(t, err, "lacks Data")
		settings = y.settings()
		settings.TooOld = func(context.Context, *matrixbot.Request) error { return nil }
		_, err = New(settings, server)
		require.ErrorContains(t, err, "leave them unset")
		settings = y.settings()
		settings.Log = nil
		chat, err := New(settings, "")
		require.NoError(t, err)
		require.ErrorContains(t, chat.Run(t.Context(), nil), "the engine is nil")
		y.start(t, chat, &listener{})
		require.ErrorIs(t, chat.Run(t.Context(), &listener{}), errRuns)
	})
}

func TestAHomeserverThatRefusesEndsTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		settings := y.settings()
		settings.Password = matrixbot.NewSecret("not " + strings.Repeat("x", 10))
		chat, err := New(settings, server)
		require.NoError(t, err)
		require.ErrorIs(t, chat.Run(t.Context(), &listener{}), matrixbot.ErrLogin)
	})
}
