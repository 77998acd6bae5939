package semaphore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
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

func TestFollowSurvivesEverything(t *testing.T) {
	t.Parallel()
	runs := 100
	if soak() {
		runs = 10_000
	}
	for run := range runs {
		t.Run(fmt.Sprint(run), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { followRandomly(t, uint64(run)) })
		})
	}
}

func followRandomly(t *testing.T, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	database := semaphoretest.Database(random.IntN(3))
	options := []semaphoretest.Option{
		semaphoretest.WithGeneration(semaphoretest.Generation(random.IntN(2))), semaphoretest.WithDatabase(database),
		semaphoretest.WithLogLag(time.Duration(random.IntN(900))*time.Millisecond, float64(random.IntN(3)*800)),
		semaphoretest.WithSocketBuffer(8 + random.IntN(300)),
	}
	y := newYard(t, options...)
	script := semaphoretest.Script{Lines: random.IntN(3000), Rate: float64(random.IntN(1500)), Hold: time.Duration(random.IntN(5)) * time.Second}
	id := y.start(t, y.template("any", script))
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		random := rand.New(rand.NewPCG(seed, 2)) // this goroutine's own
		for range random.IntN(6) {
			select {
			case <-time.After(time.Duration(random.IntN(4000)) * time.Millisecond):
			case <-stop:
				return
			}
			switch random.IntN(4) {
			case 0:
				y.CutSockets()
			case 1:
				y.KickSockets()
			case 2:
				y.Fail(semaphoretest.Match{Path: "/project/*/tasks/*/output"}, semaphoretest.Fault{CutBody: true})
			case 3:
				y.Fail(semaphoretest.Match{Times: 1 + random.IntN(3)}, semaphoretest.Fault{Status: 502})
			}
		}
	}()
	var lines []string
	slow := random.IntN(3) == 0
	for line, err := range y.client.Follow(t.Context(), y.id, id, semaphore.FollowRequest{}) {
		require.NoError(t, err, "seed %d", seed)
		lines = append(lines, line.Output)
		if slow && random.IntN(500) == 0 {
			time.Sleep(time.Duration(random.IntN(2000)) * time.Millisecond)
		}
	}
	want := y.Log(int(id))
	if database == semaphoretest.MySQL { // which gives the lines of one second in any order
		slices.Sort(want)
		slices.Sort(lines)
	}
	sameLines(t, want, lines, fmt.Sprint("seed ", seed))
}
