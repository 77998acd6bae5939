package matrixbot_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// Two bots that answer everything answer people, and not each other.
func TestTwoBotsInOneRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, first, second := srv.User("ada"), srv.User("bot"), srv.User("other")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{first, second}})
		var runs []*running
		var answered atomic.Int32
		for _, user := range []*matrixtest.User{first, second} {
			config := settings(t, srv)
			config.User, config.Password = string(user.ID()), matrixbot.NewSecret(user.Password())
			config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
				if answered.Add(1) > 10 {
					return nil // Or it would never end.
				}
				_, err := r.Reply(ctx, "I am **here**")
				return err
			}
			runs = append(runs, start(t, config))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			require.NoError(t, srv.WaitForSync(ctx, user.ID()))
			cancel()
		}
		ada.Send(room, "who is there?")
		time.Sleep(time.Hour)
		for _, run := range runs {
			run.stop(t)
		}
		said := map[string]int{}
		for _, message := range srv.Messages(room) {
			said[message.Sender.Localpart()]++
		}
		assert.Equal(t, map[string]int{"ada": 1, "bot": 1, "other": 1}, said)
	})
}
