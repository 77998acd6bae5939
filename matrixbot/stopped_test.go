package matrixbot_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// Who has something to say waits for a bot that is about to run, and hears it when that comes to nothing.
func TestWhoWaitsForABotThatDoesNotComeIsToldSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		room := srv.User("ada").CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		srv.Fail(matrixtest.Match{Method: http.MethodPost, Path: "/login", Times: -1}, matrixtest.Fault{Status: http.StatusForbidden, ErrCode: "M_FORBIDDEN", Delay: time.Minute})
		bot, err := matrixbot.New(settings(t, srv))
		require.NoError(t, err)
		file := matrixbot.FileOf("news.txt", []byte("news"))
		wishes := map[string]func() error{
			"a text": func() error {
				_, err := bot.Send(t.Context(), matrixbot.Message{Room: room, Key: "a text", Text: "news"})
				return err
			},
			"a file": func() error {
				_, err := bot.Send(t.Context(), matrixbot.Message{Room: room, Key: "a file", File: &file})
				return err
			},
			"typing": func() error { return bot.Typing(t.Context(), room, time.Second) },
			"a power level": func() error {
				_, err := bot.PowerLevel(t.Context(), room, srv.User("ada").ID())
				return err
			},
		}
		told := make(chan error, len(wishes))
		for _, wish := range wishes {
			go func() { told <- wish() }()
		}
		synctest.Wait()
		assert.Empty(t, told)
		begun := time.Now()
		require.ErrorIs(t, bot.Run(t.Context()), matrixbot.ErrLogin)
		for range wishes {
			require.ErrorIs(t, <-told, matrixbot.ErrStopped)
		}
		assert.Equal(t, time.Minute, time.Since(begun))
		for name, wish := range wishes {
			require.ErrorIs(t, wish(), matrixbot.ErrStopped, name)
		}
	})
}
