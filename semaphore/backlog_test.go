package semaphore_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// While one task writes much, the lines of another wait for their turn to be stored, long after it has ended.
func TestFollowWaitsForLinesThatWereSeenLiveAndAreNotStored(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]semaphoretest.Script{
		"different lines": {Lines: 5, Rate: 2, Line: func(i int) string { return "step " + strconv.Itoa(i) }},
		"equal lines":     {Lines: 5, Rate: 2, Line: func(int) string { return "." }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t, semaphoretest.WithLogLag(20*time.Second, 0))
				task := y.start(t, y.template("short", script))
				time.Sleep(1500 * time.Millisecond) // the server's own first lines are missed
				count, begin := 0, time.Now()
				for line, err := range y.client.Follow(t.Context(), y.id, task, semaphore.FollowRequest{}) {
					require.NoError(t, err)
					assert.Equal(t, count, line.Number)
					count++
				}
				assert.Less(t, time.Since(begin), 30*time.Second)
				time.Sleep(time.Minute)
				stored := 0
				for range y.client.Output(t.Context(), y.id, task) {
					stored++
				}
				assert.Greater(t, stored, 5)
				assert.Equal(t, stored, count)
			})
		})
	}
}
