package semaphore_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// followed collects a log.
func followed(tb testing.TB, y *yard, id semaphore.TaskID, req semaphore.FollowRequest) []string {
	tb.Helper()
	var lines []string
	for line, err := range y.client.Follow(tb.Context(), y.id, id, req) {
		require.NoError(tb, err)
		require.Equal(tb, len(lines)+req.From, line.Number)
		lines = append(lines, line.Output)
	}
	return lines
}

// sameLines compares logs and shows where they part.
func sameLines(tb testing.TB, want, got []string, what string) {
	tb.Helper()
	for i := range min(len(want), len(got)) {
		require.Equal(tb, want[i], got[i], "%s: line %d of %d, got %d", what, i, len(want), len(got))
	}
	require.Len(tb, got, len(want), what)
}

func TestFollowDeliversTheWholeLog(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]semaphoretest.Option{
		"2.16":            {semaphoretest.WithLogLag(500*time.Millisecond, 0)},
		"2.10":            {semaphoretest.WithGeneration(semaphoretest.Gen210), semaphoretest.WithDatabase(semaphoretest.Bolt)},
		"2.10 that lags":  {semaphoretest.WithGeneration(semaphoretest.Gen210), semaphoretest.WithLogLag(0, 500)},
		"2.10 that kicks": {semaphoretest.WithGeneration(semaphoretest.Gen210), semaphoretest.WithSocketBuffer(16)},
		"2.16 on MySQL":   {semaphoretest.WithDatabase(semaphoretest.MySQL)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t, options...)
				id := y.start(t, y.template("chatty", semaphoretest.Script{Lines: 3000, Rate: 1000}))
				lines := followed(t, y, id, semaphore.FollowRequest{})
				sameLines(t, y.Log(int(id)), lines, name)
			})
		})
	}
}

// TestFollowABurst has the server write everything at once, so that it finds every reader too slow.
func TestFollowABurst(t *testing.T) {
	t.Parallel()
	onBothIn(t, func(t *testing.T, generation semaphoretest.Generation) {
		y := newYard(t, semaphoretest.WithGeneration(generation), semaphoretest.WithSocketBuffer(16), semaphoretest.WithLogLag(0, 2200))
		id := y.start(t, y.template("burst", semaphoretest.Script{Lines: 5000}))
		lines := followed(t, y, id, semaphore.FollowRequest{})
		sameLines(t, y.Log(int(id)), lines, "a burst")
	})
}

func TestFollowResumes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		id := y.start(t, y.template("short", semaphoretest.Script{Lines: 100}))
		all := followed(t, y, id, semaphore.FollowRequest{})
		sameLines(t, all[40:], followed(t, y, id, semaphore.FollowRequest{From: 40}), "from 40")
		require.Empty(t, followed(t, y, id, semaphore.FollowRequest{From: 1000}))
	})
}

func TestFollowReportsTheStatusAndCanBeLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		id := y.start(t, y.template("long", semaphoretest.Script{Lines: 100, Rate: 10}))
		var seen []semaphore.TaskStatus
		for line, err := range y.client.Follow(t.Context(), y.id, id, semaphore.FollowRequest{
			OnStatus: func(task semaphore.Task) { seen = append(seen, task.Status) },
		}) {
			require.NoError(t, err)
			if line.Output == "line 50" {
				break
			}
		}
		require.Contains(t, seen, semaphore.StatusRunning)
		synctest.Wait()
		require.Zero(t, y.Sockets(), "the WebSocket is closed")

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var last error
		for _, err := range y.client.Follow(ctx, y.id, id, semaphore.FollowRequest{}) {
			last = err
		}
		require.ErrorIs(t, last, context.DeadlineExceeded)
		for _, err := range y.client.Follow(t.Context(), y.id, 4711, semaphore.FollowRequest{}) {
			require.ErrorIs(t, err, semaphore.ErrNotFound)
		}
	})
}

// TestFollowOverARestart restarts the server in the middle of a task, which then never ends by itself. What the server
// had not stored is lost to it, and may have come live.
func TestFollowOverARestart(t *testing.T) {
	t.Parallel()
	onBothIn(t, func(t *testing.T, generation semaphoretest.Generation) {
		y := newYard(t, semaphoretest.WithGeneration(generation), semaphoretest.WithLogLag(300*time.Millisecond, 0))
		id := y.start(t, y.template("long", semaphoretest.Script{Lines: 5000, Rate: 100}))
		go func() {
			time.Sleep(12 * time.Second)
			y.Restart()
			time.Sleep(20 * time.Second)
			assert.NoError(t, y.client.StopTask(t.Context(), y.id, id, true))
		}()
		lines := followed(t, y, id, semaphore.FollowRequest{})
		kept := y.Log(int(id))
		require.Greater(t, len(kept), 100)
		next := 0
		for _, line := range lines {
			if next < len(kept) && line == kept[next] {
				next++
			}
		}
		require.Len(t, kept, next, "every line that was kept came, in order")
		require.LessOrEqual(t, len(lines), len(kept)+200)
	})
}

// onBothIn runs a test for both generations in bubbles.
func onBothIn(t *testing.T, test func(*testing.T, semaphoretest.Generation)) {
	t.Helper()
	for name, generation := range map[string]semaphoretest.Generation{"2.10": semaphoretest.Gen210, "2.16": semaphoretest.Gen216} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, generation) })
		})
	}
}
