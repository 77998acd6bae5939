package semaphore_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// TestFollowHoldsLittle follows a million lines which the server writes faster than it stores them.
func TestFollowHoldsLittle(t *testing.T) {
	length := 50_000
	if soak() {
		length = 1_000_000
	}
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, semaphoretest.WithGeneration(semaphoretest.Gen210), semaphoretest.WithLogLag(0, 2200))
		id := y.start(t, y.template("endless", semaphoretest.Script{Lines: length, Rate: 5000}))
		var least, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&least)
		lines, peak := 0, uint64(0)
		begin := time.Now()
		for _, err := range y.client.Follow(t.Context(), y.id, id, semaphore.FollowRequest{}) {
			require.NoError(t, err)
			if lines++; lines%20_000 == 0 {
				runtime.ReadMemStats(&now)
				peak = max(peak, now.HeapAlloc-min(now.HeapAlloc, least.HeapAlloc))
			}
		}
		t.Logf("%d lines in %v, at most %d KiB of heap", lines, time.Since(begin), peak>>10)
		assert.GreaterOrEqual(t, lines, length)
		assert.Less(t, peak, uint64(32<<20))
	})
}
