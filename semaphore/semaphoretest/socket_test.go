package semaphoretest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

func TestSocketShowsOnlyWhatItsUserMaySee(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Lines: 3})
		guest, stranger := s.AddUser(semaphoretest.User{}), s.AddUser(semaphoretest.User{})
		s.admin.ask(http.StatusNoContent, "POST", "/project/1/users", `{"user_id":`+id(guest.ID)+`,"role":"guest"}`)
		all, some, none := watch(t, s.Server, s.Admin()), watch(t, s.Server, guest), watch(t, s.Server, stranger)
		s.start(sec)
		late := watch(t, s.Server, stranger)
		first := all()
		assert.Equal(t, "Task 1 added to queue", first[0]["output"])
		assert.Equal(t, first, some())
		assert.Empty(t, none())
		assert.Empty(t, late())
	})
}

func TestSlowReaderIsKicked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Lines: 20_000})
		conn := dial(t, s.Server, s.Admin())
		task := s.start(sec)
		time.Sleep(sec)
		n := 0
		for {
			_, text, err := conn.Read(t.Context())
			if err != nil {
				assert.Equal(t, websocket.StatusNoStatusRcvd, websocket.CloseStatus(err), err)
				break
			}
			var o object
			require.NoError(t, json.Unmarshal(text, &o))
			if o["type"] == "log" {
				require.Equal(t, s.Log(task)[n], o["output"], "no gap before the end")
				n++
			}
			assert.NotEqual(t, semaphoretest.StatusSuccess, o["status"])
		}
		assert.InDelta(t, 256, n, 10)
		time.Sleep(sec)
		assert.Zero(t, s.Sockets())
	})
}

func TestPatientSocketGetsEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Lines: 5_000}, semaphoretest.WithSocketBuffer(0))
		conn := dial(t, s.Server, s.Admin())
		s.start(sec)
		n := 0
		for n < 5_000 {
			_, text, err := conn.Read(t.Context())
			require.NoError(t, err)
			if strings.Contains(string(text), `"line `) {
				n++
			}
		}
	})
}

func TestSocketsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{})
		cut, kicked := dial(t, s.Server, s.Admin()), (*websocket.Conn)(nil)
		s.CutSockets()
		assert.Equal(t, -1, int(closeStatus(t, cut)))
		kicked = dial(t, s.Server, s.Admin())
		s.KickSockets()
		assert.Equal(t, websocket.StatusNoStatusRcvd, closeStatus(t, kicked))
		long := dial(t, s.Server, s.Admin())
		require.NoError(t, long.Write(t.Context(), websocket.MessageText, []byte(strings.Repeat("x", 600))))
		assert.Equal(t, websocket.StatusMessageTooBig, closeStatus(t, long))
		leaves := dial(t, s.Server, s.Admin())
		require.NoError(t, leaves.Close(websocket.StatusNormalClosure, ""))
		time.Sleep(sec)
		assert.Zero(t, s.Sockets())
	})
}

func TestSocketThatDoesNotAnswerPingsIsCut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{})
		answering := dial(t, s.Server, s.Admin())
		go func() { _, _, _ = answering.Read(t.Context()) }() // reading answers pings
		dial(t, s.Server, s.Admin())
		time.Sleep(59 * sec)
		assert.Equal(t, 2, s.Sockets())
		time.Sleep(20 * sec)
		assert.Equal(t, 1, s.Sockets())
		time.Sleep(time.Hour)
		assert.Equal(t, 1, s.Sockets())
	})
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	s := newShop(t, semaphoretest.Script{})
	_, err := s.admin.try("GET", "/ws", "")
	require.Error(t, err, "the real server falls over")
	nobody := &client{t: t, srv: s.Server}
	nobody.ask(http.StatusUnauthorized, "GET", "/ws?token="+s.Admin().Token, "")
	s.Fail(semaphoretest.Match{Path: "/ws"}, semaphoretest.Fault{Status: http.StatusBadGateway})
	s.admin.ask(http.StatusBadGateway, "GET", "/ws", "")
}
