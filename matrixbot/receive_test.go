package matrixbot_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		run := start(t, settings(t, srv))
		listens(t, srv)
		ada.Send(room, "!hello")
		assert.Equal(t, []string{"echo !hello"}, answers(t, srv, room, 1))
		run.stop(t)
	})
}

func TestManyCommandsAtOnceAreAnsweredOnceInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		run := start(t, settings(t, srv))
		listens(t, srv)
		srv.Fail(matrixtest.Match{Path: "/sync", Times: -1}, matrixtest.Fault{TimelineLimit: 3, Delay: 500 * time.Millisecond, Duplicate: true})
		for i := range 40 {
			ada.Send(room, fmt.Sprintf("!%d", i))
			time.Sleep(25 * time.Millisecond)
		}
		assert.Equal(t, numbered("echo !%d", 40), answers(t, srv, room, 40))
		run.stop(t)
	})
}

func TestTenThousandOldMessagesOnTheFirstStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		for i := range 10_000 {
			ada.Send(room, fmt.Sprintf("!old %d", i))
		}
		run := start(t, settings(t, srv))
		listens(t, srv)
		ada.Send(room, "!new")
		assert.Equal(t, []string{"echo !new"}, answers(t, srv, room, 1))
		run.stop(t)
	})
}
