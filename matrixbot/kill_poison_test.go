package matrixbot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// A message with which the process always ends is given up, but not because the process ended often in a short time.
func TestAMessageThatEndsTheProcessIsGivenUp(t *testing.T) {
	t.Parallel()
	for pause, runs := range map[time.Duration]int{0: 7, 20 * time.Second: 5} {
		t.Run(fmt.Sprint(pause), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t)
				ada := srv.User("ada")
				room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
				config := settings(t, srv)
				config.Grace = time.Millisecond
				attempts := 0
				config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
					attempts = r.Attempt
					<-ctx.Done()
					return ctx.Err()
				}
				run := start(t, config)
				listens(t, srv)
				ada.Send(room, "!die")
				for range 6 {
					synctest.Wait()
					run.stop(t)
					time.Sleep(pause)
					run = start(t, config)
				}
				synctest.Wait()
				assert.Equal(t, runs, attempts)
				if pause > 0 {
					said := answers(t, srv, room, 1)
					require.Len(t, said, 1)
					assert.True(t, strings.HasPrefix(said[0], "Sorry, that did not work."), said[0])
				}
				run.stop(t)
			})
		})
	}
}
