package matrixtest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

func TestFaultsThatKeepTheServerFromWorking(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]matrixtest.Fault{
		"html":       {Status: http.StatusBadGateway},
		"garbage":    {Status: http.StatusOK, Body: "\x00\xff{"},
		"json":       {Status: http.StatusInternalServerError, ErrCode: "M_UNKNOWN"},
		"cut before": {CutBefore: true},
	} {
		srv, _, cli, room := begin(t)
		srv.Fail(matrixtest.Match{Method: "PUT", Path: "/rooms/*/send/m.room.message/*"}, f)
		_, err := cli.SendText(t.Context(), room, "x")
		require.Error(t, err, name)
		assert.Empty(t, srv.Messages(room), name)
		_, err = cli.SendText(t.Context(), room, "x")
		require.NoError(t, err, name)
	}
}

func TestFaultsAfterTheWork(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]matrixtest.Fault{
		"cut after": {CutAfter: true}, "cut in the body": {CutBody: true}, "malformed": {Malformed: true},
	} {
		srv, _, cli, room := begin(t)
		srv.Fail(matrixtest.Match{Path: "/rooms/**"}, f)
		for range 2 { // the second finds by its transaction id what the first did
			_, _ = cli.SendMessageEvent(t.Context(), room, event.EventMessage, text("x"), mautrix.ReqSendEvent{TransactionID: "same"})
		}
		assert.Len(t, srv.Messages(room), 1, name)
	}
}

func TestFaultForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, cli, _ := begin(t)
		srv.Fail(matrixtest.Match{For: time.Minute}, matrixtest.Fault{Status: http.StatusBadGateway, Delay: time.Second})
		failed := 0
		for range 100 {
			if _, err := cli.Whoami(t.Context()); err == nil {
				break
			}
			failed++
			time.Sleep(time.Second)
		}
		assert.Equal(t, 30, failed)
	})
}

func TestFaultsOfASync(t *testing.T) {
	t.Parallel()
	srv, ada, cli, room := begin(t)
	first := syncOnce(t, cli, mautrix.ReqSync{})
	for range 5 {
		ada.Send(room, "x")
	}
	stop := srv.Fail(matrixtest.Match{Path: "/sync", Times: -1}, matrixtest.Fault{TimelineLimit: 2, Duplicate: true, Pad: 1 << 20})
	resp := syncOnce(t, cli, mautrix.ReqSync{Since: first.NextBatch})
	timeline := resp.Rooms.Join[room].Timeline
	assert.True(t, timeline.Limited)
	require.Len(t, timeline.Events, 4)
	assert.Equal(t, timeline.Events[0].ID, timeline.Events[1].ID)
	back, err := cli.Messages(t.Context(), room, timeline.PrevBatch, first.NextBatch, 'b', nil, 100)
	require.NoError(t, err)
	assert.Len(t, back.Chunk, 3)
	stop()
	assert.Len(t, syncOnce(t, cli, mautrix.ReqSync{Since: first.NextBatch}).Rooms.Join[room].Timeline.Events, 5)
}

func TestRetryAfterIsToldWhereTheFaultSays(t *testing.T) {
	t.Parallel()
	for in, want := range map[matrixtest.RetryIn][2]bool{
		matrixtest.RetryInBoth: {true, true}, matrixtest.RetryInBody: {true, false}, matrixtest.RetryInHeader: {false, true},
	} {
		srv, _, cli, _ := begin(t)
		srv.Fail(matrixtest.Match{}, matrixtest.Fault{Status: 429, RetryAfter: 2 * time.Second, RetryIn: in})
		_, err := cli.Whoami(t.Context())
		httpErr, isHTTP := err.(mautrix.HTTPError) //nolint:errorlint // The client returns it as it is.
		require.True(t, isHTTP)
		_, inBody := httpErr.RespError.ExtraData["retry_after_ms"]
		assert.Equal(t, want, [2]bool{inBody, httpErr.Response.Header.Get("Retry-After") == "2"})
	}
}

func TestRewriteAndRequests(t *testing.T) {
	t.Parallel()
	srv, _, cli, _ := begin(t)
	srv.Fail(matrixtest.Match{Path: "/account/whoami", User: srv.User("bot")}, matrixtest.Fault{
		Rewrite: func(object map[string]any) { object["user_id"] = "@other:matrix.example" },
	})
	who, err := cli.Whoami(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "@other:matrix.example", string(who.UserID))
	r, err := srv.WaitForRequest(t.Context(), func(r matrixtest.Request) bool { return r.Path == "/account/whoami" })
	require.NoError(t, err)
	assert.Equal(t, "BOT", string(r.DeviceID))
}

func TestAMalformedPatternIsAMistake(t *testing.T) {
	t.Parallel()
	srv := matrixtest.NewServer(t)
	assert.Panics(t, func() { srv.Fail(matrixtest.Match{Path: "/rooms/["}, matrixtest.Fault{}) })
}
