package matrixbot_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// An answer that is lost is not asked for once more where a sync has shown that the message has arrived: not every
// homeserver knows a transaction of which it could not tell the end.
func TestAMessageWhoseAnswerIsLostIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]matrixtest.Fault{
		"cut": {CutAfter: true}, "broken": {Malformed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t)
				ada := srv.User("ada")
				room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
				run := start(t, settings(t, srv))
				listens(t, srv)
				srv.Fail(matrixtest.Match{Path: "/rooms/*/send/m.room.message/*"}, fault)
				ada.Send(room, "!one")
				ada.Send(room, "!two")
				assert.Equal(t, []string{"echo !one", "echo !two"}, answers(t, srv, room, 2))
				run.stop(t)
				sends := 0
				for _, r := range srv.Requests() {
					if r.UserID == srv.User("bot").ID() && strings.Contains(r.Path, "/send/m.room.message/") {
						sends++
					}
				}
				assert.Equal(t, 2, sends)
			})
		})
	}
}

// A bot that has run for a while waits a moment before it tries again, and does nothing meanwhile.
func TestAMessageThatFailsLongAfterTheStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		run := start(t, settings(t, srv))
		listens(t, srv)
		time.Sleep(time.Minute)
		srv.Fail(matrixtest.Match{Path: "/rooms/*/send/m.room.message/*", Times: 2}, matrixtest.Fault{Status: http.StatusBadGateway})
		ada.Send(room, "!one") // In the bubble time stands still while somebody is busy.
		assert.Equal(t, []string{"echo !one"}, answers(t, srv, room, 1))
		run.stop(t)
	})
}
