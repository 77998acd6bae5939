package semaphore_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// peakHeap is how many bytes the objects on the heap grow by at most while work runs, those that are dead and not yet
// swept included. A goroutine looks ten thousand times a second, which stops nobody. The garbage collector lets as much pile
// up as in a program that has nothing else: what other tests left behind would make it lazier.
func peakHeap(work func()) uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	now := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	runtime.GC() // the second one sweeps what the first one found
	base := now()
	const alone = 8 << 20
	defer debug.SetGCPercent(debug.SetGCPercent(int(max(1, 100*alone/max(base, alone)))))
	peak, done, looked := base, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(looked)
		look := time.NewTicker(100 * time.Microsecond)
		defer look.Stop()
		for {
			select {
			case <-done:
				return
			case <-look.C:
				peak = max(peak, now())
			}
		}
	}()
	work()
	close(done)
	<-looked
	return peak - base
}

// TestFollowHoldsLittle follows a log which the server writes faster than it stores it; of a million lines when
// SIGNALBOX_SCHEDULES asks for the long form of tests. The bound is for client, network and fake together.
func TestFollowHoldsLittle(t *testing.T) {
	length := 50_000
	if os.Getenv("SIGNALBOX_SCHEDULES") != "" {
		length = 1_000_000
	}
	run := func(t *testing.T, follow func(*testing.T, *yard, semaphore.TaskID)) (peak uint64) {
		t.Helper()
		return peakHeap(func() {
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t, semaphoretest.WithGeneration(semaphoretest.Gen210), semaphoretest.WithLogLag(0, 2200))
				follow(t, y, y.start(t, y.template("endless", semaphoretest.Script{Lines: length, Rate: 5000})))
			})
		})
	}
	// The fake alone: it is asked for the whole log, and nobody keeps anything.
	fake := run(t, func(t *testing.T, y *yard, id semaphore.TaskID) {
		t.Helper()
		time.Sleep(time.Duration(length) * time.Second / 2000)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/api/project/%d/tasks/%d/output", y.URL(), y.id, id), http.NoBody)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+y.Admin().Token)
		response, err := y.Client().Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		n, err := io.Copy(io.Discard, response.Body)
		require.NoError(t, err)
		require.Greater(t, n, int64(length)*50)
	})
	lines := 0
	var took time.Duration
	whole := run(t, func(t *testing.T, y *yard, id semaphore.TaskID) {
		t.Helper()
		begin := time.Now()
		for _, err := range y.client.Follow(t.Context(), y.id, id, semaphore.FollowRequest{}) {
			require.NoError(t, err)
			lines++
		}
		took = time.Since(begin)
		assert.GreaterOrEqual(t, lines, length)
	})
	t.Logf("%d lines in %v, at most %d KiB of heap, of which the fake alone needs %d", lines, took, whole>>10, fake>>10)
	assert.Less(t, whole, uint64(32<<20))
}
