package matrixbot_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

var errCut = errors.New("the network is cut")

// cutter is a network that holds all requests from one on, and fails them when it is cut.
type cutter struct {
	next http.RoundTripper
	cut  chan struct{}

	mu   sync.Mutex
	left int
}

func (c *cutter) RoundTrip(req *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.left--
	held := c.left < 0
	c.mu.Unlock()
	if !held {
		return c.next.RoundTrip(req)
	}
	select {
	case <-c.cut:
		return nil, errCut
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// The process dies before its n-th request leaves, and starts again with what was on the disk then.
func TestACrashAtAnyRequestLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for n := range 30 {
		t.Run(fmt.Sprint("before request ", n), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { crash(t, n) })
		})
	}
}

func crash(t *testing.T, n int) {
	t.Helper()
	srv := matrixtest.NewServer(t)
	ada := srv.User("ada")
	room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
	var mu sync.Mutex
	attempts := map[string]int{}
	config := settings(t, srv)
	config.Grace = time.Second
	config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
		mu.Lock()
		attempts[r.Text] = r.Attempt
		mu.Unlock()
		if _, err := r.ReplyText(ctx, "first of "+r.Text); err != nil {
			return err
		}
		_, err := r.ReplyText(ctx, "second of "+r.Text)
		return err
	}
	// A bot that has been there: what follows is no first start.
	run := start(t, config)
	listens(t, srv)
	run.stop(t)

	var want []string
	say := func(i int) {
		text := fmt.Sprint("!", i)
		ada.Send(room, text)
		want = append(want, "first of "+text, "second of "+text)
	}
	// What was said meanwhile is fetched in the midst of the work on a sync.
	srv.Fail(matrixtest.Match{Path: "/sync", Times: -1}, matrixtest.Fault{TimelineLimit: 1})
	say(0)
	say(1)
	dying := config
	network := &cutter{next: srv.Transport(), left: n, cut: make(chan struct{})}
	dying.Transport = network
	run = start(t, dying)
	for i := range 3 {
		synctest.Wait()
		say(2 + i)
	}
	synctest.Wait() // Whatever the bot can do is done.
	file := filepath.Join(t.TempDir(), "bot.db")
	copyFile(t, filepath.Join(config.Data, "bot.db"), file)
	close(network.cut)
	run.stop(t)

	config.Data = filepath.Dir(file)
	run = start(t, config)
	assert.Equal(t, want, answers(t, srv, room, len(want)))
	run.stop(t)
	for text, attempt := range attempts {
		assert.LessOrEqual(t, attempt, 2, text)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	source, err := os.Open(from)
	require.NoError(t, err)
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = io.Copy(target, source)
	require.NoError(t, errors.Join(err, target.Close()))
}

func TestAHandlerThatIsInterruptedStartsAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		config := settings(t, srv)
		config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
			if _, err := r.ReplyText(ctx, "begun"); err != nil {
				return err
			}
			if r.Attempt == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			_, err := r.ReplyText(ctx, fmt.Sprint("attempt ", r.Attempt))
			return err
		}
		run := start(t, config)
		listens(t, srv)
		ada.Send(room, "!work")
		assert.Equal(t, []string{"begun"}, answers(t, srv, room, 1))
		begin := time.Now()
		run.stop(t)
		assert.Equal(t, 10*time.Second, time.Since(begin), "the grace time")
		run = start(t, config)
		assert.Equal(t, []string{"begun", "attempt 2"}, answers(t, srv, room, 2))
		run.stop(t)
	})
}

func TestHandlersFinishWithinTheGraceTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		config := settings(t, srv)
		config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
			time.Sleep(5 * time.Second)
			_, err := r.ReplyText(ctx, "done")
			return err
		}
		run := start(t, config)
		listens(t, srv)
		ada.Send(room, "!one")
		ada.Send(room, "!two")
		time.Sleep(time.Second)
		run.stop(t)
		assert.Equal(t, []string{"done"}, answers(t, srv, room, 1), "the second one has not begun")
		run = start(t, config)
		assert.Equal(t, []string{"done", "done"}, answers(t, srv, room, 2))
		run.stop(t)
	})
}

// Whoever starts a handler twice knows of it: the attempt is on the disk before the handler runs.
func TestTheAttemptIsOnTheDiskBeforeTheHandlerRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		file := filepath.Join(t.TempDir(), "bot.db")
		config := settings(t, srv)
		folder := config.Data
		config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
			if r.Attempt == 1 {
				copyFile(t, filepath.Join(folder, "bot.db"), file) // As it is when something happens outside.
				return nil
			}
			_, err := r.ReplyText(ctx, fmt.Sprint("attempt ", r.Attempt))
			return err
		}
		run := start(t, config)
		listens(t, srv)
		ada.Send(room, "!work")
		time.Sleep(time.Minute)
		run.stop(t)
		config.Data = filepath.Dir(file)
		run = start(t, config)
		assert.Equal(t, []string{"attempt 2"}, answers(t, srv, room, 1))
		run.stop(t)
	})
}

// What has arrived once does not arrive again, in whichever sync the homeserver puts it.
func TestAnEventThatTheServerRepeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		config := settings(t, srv)
		var runs atomic.Int32
		config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
			runs.Add(1)
			return echo(ctx, r)
		}
		run := start(t, config)
		listens(t, srv)
		run.stop(t)
		var all []any
		srv.Fail(matrixtest.Match{Path: "/sync", Times: -1}, matrixtest.Fault{Rewrite: func(object map[string]any) {
			rooms, _ := object["rooms"].(map[string]any)
			join, _ := rooms["join"].(map[string]any)
			for _, each := range join {
				synced, _ := each.(map[string]any)
				line, _ := synced["timeline"].(map[string]any)
				list, _ := line["events"].([]any)
				all = append(all, list...)
				line["events"] = append([]any(nil), all...)
			}
		}})
		run = start(t, config)
		for i := range 3 {
			ada.Send(room, fmt.Sprintf("!%d", i))
			time.Sleep(time.Minute)
			if i == 1 {
				run.stop(t)
				run = start(t, config)
			}
		}
		assert.Equal(t, numbered("echo !%d", 3), answers(t, srv, room, 3))
		assert.EqualValues(t, 3, runs.Load())
		run.stop(t)
	})
}
