package matrixbot_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

func TestTroubleOfTheHomeserverLosesNothing(t *testing.T) {
	t.Parallel()
	minute := matrixtest.Match{For: time.Minute}
	for name, f := range map[string]struct {
		match matrixtest.Match
		fault matrixtest.Fault
	}{
		"502":                 {minute, matrixtest.Fault{Status: http.StatusBadGateway}},
		"a page":              {minute, matrixtest.Fault{Status: http.StatusOK, Body: "<html>Back soon</html>"}},
		"a missing page":      {minute, matrixtest.Fault{Status: http.StatusNotFound, Body: "<html>404</html>"}},
		"an empty object":     {matrixtest.Match{Path: "/sync", For: time.Minute}, matrixtest.Fault{Status: http.StatusOK, Body: "{}"}},
		"null":                {matrixtest.Match{Path: "/sync", For: time.Minute}, matrixtest.Fault{Status: http.StatusOK, Body: "null"}},
		"null from all":       {minute, matrixtest.Fault{Status: http.StatusOK, Body: "null"}},
		"another shape":       {matrixtest.Match{Path: "/sync", For: time.Minute}, matrixtest.Fault{Status: http.StatusOK, Body: `{"next_batch":7,"rooms":[]}`}},
		"broken JSON":         {minute, matrixtest.Fault{Malformed: true}},
		"no connection":       {minute, matrixtest.Fault{CutBefore: true}},
		"no answer":           {minute, matrixtest.Fault{CutAfter: true}},
		"half an answer":      {minute, matrixtest.Fault{CutBody: true}},
		"a server that hangs": {matrixtest.Match{Path: "/sync", Times: 2}, matrixtest.Fault{Delay: 10 * time.Minute}},
		"too many requests":   {matrixtest.Match{Times: 5}, matrixtest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 2 * time.Second, RetryIn: matrixtest.RetryInBody}},
		"too many, header":    {matrixtest.Match{Times: 5}, matrixtest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 2 * time.Second, RetryIn: matrixtest.RetryInHeader}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t)
				ada := srv.User("ada")
				room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
				run := start(t, settings(t, srv))
				listens(t, srv)
				srv.Fail(f.match, f.fault)
				for i := range 3 {
					ada.Send(room, fmt.Sprintf("!%d", i))
					time.Sleep(10 * time.Second)
				}
				assert.Equal(t, numbered("echo !%d", 3), answers(t, srv, room, 3))
				run.stop(t)
			})
		})
	}
}

func TestTheBotStartsWhileTheHomeserverIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		srv.Fail(matrixtest.Match{For: 5 * time.Minute}, matrixtest.Fault{Status: http.StatusBadGateway})
		run := start(t, settings(t, srv))
		time.Sleep(7 * time.Minute)
		ada.Send(room, "!hello")
		assert.Equal(t, []string{"echo !hello"}, answers(t, srv, room, 1))
		run.stop(t)
	})
}

// The waits grow to at most a minute, and no request is made twice a second.
func TestReconnectsAreSpread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		run := start(t, settings(t, srv))
		listens(t, srv)
		before := len(srv.Requests())
		srv.Fail(matrixtest.Match{For: time.Hour}, matrixtest.Fault{Status: http.StatusBadGateway})
		time.Sleep(time.Hour)
		tried := len(srv.Requests()) - before
		assert.Greater(t, tried, 60)
		assert.Less(t, tried, 140)
		run.stop(t)
	})
}

// An event that cannot be decoded does not take the others with it.
func TestAnEventThatIsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		run := start(t, settings(t, srv))
		listens(t, srv)
		var changed atomic.Int32
		srv.Fail(matrixtest.Match{Path: "/sync", Times: -1}, matrixtest.Fault{Rewrite: func(object map[string]any) {
			rooms, _ := object["rooms"].(map[string]any)
			join, _ := rooms["join"].(map[string]any)
			for _, each := range join {
				room, _ := each.(map[string]any)
				line, _ := room["timeline"].(map[string]any)
				list, _ := line["events"].([]any)
				if len(list) == 0 {
					continue
				}
				changed.Add(1)
				line["events"] = append([]any{
					map[string]any{"type": 7},
					"text", nil,
					map[string]any{"type": "m.room.message", "content": []any{}},
					map[string]any{"type": "m.room.message", "event_id": "$odd", "sender": "@x:y", "origin_server_ts": "soon", "content": map[string]any{}},
				}, list...)
			}
		}})
		ada.Send(room, "!first") // To the sync that waits already and is left as it is.
		assert.Equal(t, []string{"echo !first"}, answers(t, srv, room, 1))
		ada.Send(room, "!hello")
		assert.Equal(t, []string{"echo !first", "echo !hello"}, answers(t, srv, room, 2))
		run.stop(t)
		assert.Positive(t, changed.Load())
	})
}

func TestHandlersThatFail(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]struct {
		fails  matrixbot.Handler
		answer string
		logged string
	}{
		"an error": {func(context.Context, *matrixbot.Request) error { return errors.New("no such host") }, "that did not work", "no such host"},
		"a panic": {func(context.Context, *matrixbot.Request) error {
			panic("a mistake")
		}, "that did not work", "a mistake"},
		"a timeout": {func(ctx context.Context, _ *matrixbot.Request) error {
			<-ctx.Done()
			return fmt.Errorf("wait: %w", ctx.Err())
		}, "took too long", "the handler took too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t)
				ada := srv.User("ada")
				room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
				log := &journal{}
				config := settings(t, srv)
				config.Log = log.logger()
				config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
					if r.Text == "!fail" {
						return f.fails(ctx, r)
					}
					return echo(ctx, r)
				}
				run := start(t, config)
				listens(t, srv)
				ada.Send(room, "!fail")
				ada.Send(room, "!then")
				got := answers(t, srv, room, 2)
				assert.Len(t, got, 2)
				assert.Contains(t, got[0], f.answer)
				assert.Equal(t, "echo !then", got[1])
				number := strings.TrimSuffix(got[0][strings.LastIndex(got[0], " ")+1:], ".")
				assert.Contains(t, log.String(), "error_id="+number)
				assert.Contains(t, log.String(), f.logged)
				assert.NotContains(t, log.String(), "!then", "what people say is not logged")
				run.stop(t)
			})
		})
	}
}

func TestASlowRoomHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		slow := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		quick := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		config := settings(t, srv)
		config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
			if r.Room == slow {
				time.Sleep(time.Minute)
			}
			return echo(ctx, r)
		}
		run := start(t, config)
		listens(t, srv)
		begin := time.Now()
		ada.Send(slow, "!1")
		ada.Send(slow, "!2")
		ada.Send(quick, "!3")
		_, err := srv.WaitForMessage(t.Context(), quick, srv.User("bot").ID())
		require.NoError(t, err)
		assert.Less(t, time.Since(begin), time.Second)
		assert.Equal(t, []string{"echo !1", "echo !2"}, answers(t, srv, slow, 2))
		run.stop(t)
	})
}
