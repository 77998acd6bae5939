package matrixbot

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// sendPath is where messages are sent.
const sendPath = "/rooms/*/send/m.room.message/*"

func TestOutboxKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})
		b, stop := startSender(t, srv, bot, dataFile(t))
		defer stop()

		first, err := b.Send(t.Context(), Message{Room: room, Key: "deploy 42", Text: "It failed."})
		require.NoError(t, err)
		again, err := b.Send(t.Context(), Message{Room: room, Key: "deploy 42", Text: "It failed again."})
		require.NoError(t, err)
		assert.Equal(t, first, again, "the same key is the same message")
		other, err := b.Send(t.Context(), Message{Room: room, Key: "deploy 43", Text: "It works."})
		require.NoError(t, err)
		assert.NotEqual(t, first, other)
		assert.Equal(t, []string{"It failed.", "It works."}, notices(srv, room, bot))
	})
}

// The process dies at each point where it can: what was asked for is sent once all the same, in order.
func TestOutboxCrash(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]matrixtest.Fault{
		"before the request arrived": {CutBefore: true},
		"before the answer came":     {CutAfter: true},
		"in the answer":              {CutBody: true},
		"with a broken answer":       {Malformed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t)
				ada, bot := srv.User("ada"), srv.User("bot")
				room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})
				path := dataFile(t)
				restore := srv.Fail(matrixtest.Match{Path: sendPath, Times: -1}, fault)
				b, stop := startSender(t, srv, bot, path)
				for i := range 3 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
					_, err := b.Send(ctx, Message{Room: room, Key: fmt.Sprint(i), Text: fmt.Sprint("news ", i)})
					cancel()
					require.ErrorIs(t, err, context.DeadlineExceeded)
				}
				synctest.Wait()
				stop()
				restore()

				b, stop = startSender(t, srv, bot, path)
				defer stop()
				_, err := b.Send(t.Context(), Message{Room: room, Key: "2", Text: "said already"})
				require.NoError(t, err)
				assert.Equal(t, []string{"news 0", "news 1", "news 2"}, notices(srv, room, bot))
			})
		})
	}
}

func TestOutboxTrouble(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]matrixtest.Fault{
		"bad gateway":      {Status: http.StatusBadGateway},
		"html with 200":    {Status: http.StatusOK, Body: "<html>welcome to the proxy</html>"},
		"html with 403":    {Status: http.StatusForbidden, Body: "<html>no</html>"},
		"connection cut":   {CutBefore: true},
		"answer cut":       {CutBody: true},
		"garbage":          {Malformed: true},
		"too many":         {Status: http.StatusTooManyRequests, RetryAfter: 10 * time.Minute, RetryIn: matrixtest.RetryInBody},
		"too many, header": {Status: http.StatusTooManyRequests, RetryAfter: 10 * time.Minute, RetryIn: matrixtest.RetryInHeader},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t)
				ada, bot := srv.User("ada"), srv.User("bot")
				room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})
				calm := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})
				b, stop := startSender(t, srv, bot, dataFile(t))
				defer stop()
				srv.Fail(matrixtest.Match{Path: "/rooms/" + room.String() + "/send/m.room.message/*", For: time.Minute}, fault)
				done := make(chan error)
				go func() {
					for i := range 3 {
						if _, err := b.Send(t.Context(), Message{Room: room, Key: fmt.Sprint(i), Text: fmt.Sprint("news ", i)}); err != nil {
							done <- err
							return
						}
					}
					done <- nil
				}()
				begin := time.Now()
				_, err := b.Send(t.Context(), Message{Room: calm, Key: "calm", Text: "nothing"})
				require.NoError(t, err)
				assert.Zero(t, time.Since(begin), "one room does not wait for another")
				require.NoError(t, <-done)
				assert.GreaterOrEqual(t, time.Since(begin), time.Minute)
				assert.Equal(t, []string{"news 0", "news 1", "news 2"}, notices(srv, room, bot))
			})
		})
	}
}

func TestOutboxRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}, State: []map[string]any{{
			"type": "m.room.power_levels", "state_key": "",
			"content": map[string]any{"users": map[string]any{string(ada.ID()): 100}, "events_default": 50},
		}}})
		b, stop := startSender(t, srv, bot, dataFile(t))
		defer stop()
		_, err := b.Send(t.Context(), Message{Room: room, Key: "1", Text: "hello"})
		require.ErrorIs(t, err, mautrix.MForbidden)
		_, err = b.Send(t.Context(), Message{Room: "!nowhere:matrix.example", Key: "2", Text: "hello"})
		require.ErrorIs(t, err, mautrix.MForbidden)
		assert.NotContains(t, err.Error(), "access_token")

		ada.SetPower(room, bot, 50)
		_, err = b.Send(t.Context(), Message{Room: room, Key: "1", Text: "hello"})
		require.NoError(t, err, "what was refused may be tried again")
	})
}

func TestOutboxFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})
		b, stop := startSender(t, srv, bot, dataFile(t))
		defer stop()
		srv.Fail(matrixtest.Match{Path: sendPath, Times: -1}, matrixtest.Fault{Status: http.StatusBadGateway})
		for i := range maxWaiting {
			_, err := b.outbox.post(outgoing{Room: room, Key: fmt.Sprint(i), Type: event.EventMessage, Content: struct{}{}})
			require.NoError(t, err)
		}
		_, err := b.Send(t.Context(), Message{Room: room, Key: "one more", Text: "hello"})
		require.ErrorIs(t, err, ErrQueueFull)
		require.ErrorContains(t, err, "send to "+room.String())
	})
}

func TestOutboxGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})
		b, stop := startSender(t, srv, bot, dataFile(t))
		defer stop()
		srv.Fail(matrixtest.Match{Path: sendPath, Times: -1}, matrixtest.Fault{Status: http.StatusBadGateway})
		begin := time.Now()
		_, err := b.Send(t.Context(), Message{Room: room, Key: "1", Text: "hello"})
		require.ErrorIs(t, err, ErrUndelivered)
		assert.InDelta(t, giveUpAfter.Hours(), time.Since(begin).Hours(), 0.1)
	})
}

func TestOutboxPrune(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})
		b, stop := startSender(t, srv, bot, dataFile(t))
		defer stop()
		say := func(key string) id.EventID {
			event, err := b.Send(t.Context(), Message{Room: room, Key: key, Text: "hello"})
			require.NoError(t, err)
			return event
		}
		old := say("old")
		time.Sleep(keepSent - 24*time.Hour)
		young := say("young")
		assert.Equal(t, old, say("old"))
		time.Sleep(49 * time.Hour)
		assert.Equal(t, young, say("young"))
		known, err := b.delivered("own/old")
		require.NoError(t, err)
		assert.False(t, known)
	})
}

// What waits on the disk is not to be read there.
func TestOutboxSealed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})
		b, stop := startSender(t, srv, bot, dataFile(t))
		defer stop()
		srv.Fail(matrixtest.Match{Path: sendPath, Times: -1}, matrixtest.Fault{Status: http.StatusBadGateway})
		_, err := b.outbox.post(outgoing{Room: room, Key: "1", Content: map[string]string{"body": "canary"}})
		require.NoError(t, err)
		records, err := b.store.Records(unsentSet).Scan("")
		require.NoError(t, err)
		require.Len(t, records, 1)
		assert.NotContains(t, string(records[0].Value), "canary")
	})
}

func TestSendWithoutEncryption(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}, Encrypted: true})
		b, stop := startSender(t, srv, bot, dataFile(t))
		defer stop()
		_, err := b.Send(t.Context(), Message{Room: room, Key: "1", Text: "a secret"})
		require.ErrorIs(t, err, ErrPlaintext)
		f := FileOf("secret.txt", []byte("a secret"))
		_, err = b.Send(t.Context(), Message{Room: room, Key: "2", File: &f})
		require.ErrorIs(t, err, ErrPlaintext)
		assert.Empty(t, notices(srv, room, bot))
	})
}
