package chatops

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// Nobody waits in silence while Semaphore hangs.
func TestWhoWaitsForSemaphoreIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		handle := func(from UserID, delay time.Duration) (ended chan error) {
			in := o.event(from, "!cd ping")
			o.server.Fail(semaphoretest.Match{}, semaphoretest.Fault{Delay: delay})
			ended = make(chan error, 1)
			go func() { ended <- o.engine.Handle(t.Context(), in) }()
			return ended
		}
		require.NoError(t, <-handle(vera, 4*time.Second))
		o.settle()
		assert.Zero(t, o.count("no answer yet"), "that was not long")
		o.pass(time.Minute)

		ended := handle(vera, time.Hour)
		o.pass(6 * time.Second)
		const says = "This takes long: I have no answer yet, and give up in 10 seconds."
		assert.Equal(t, says, o.last().text)
		require.NoError(t, <-ended)
		o.settle()
		assert.Contains(t, o.last().text, "I am here, but: That took too long.")
		assert.Equal(t, 1, o.count(says))
		o.pass(time.Minute)
		require.NoError(t, <-handle(vera, time.Hour))
		o.settle()
		assert.Equal(t, 1, o.count(says), "once in a while is enough")
		o.pass(time.Minute)
		require.NoError(t, <-handle(carl, 8*time.Second))
		o.settle()
		assert.Equal(t, 2, o.count(says), "somebody else did not ask then")
		assert.Contains(t, o.last().text, "Pong.", "it came after all")
		assert.Len(t, o.auditLines(), 4, "each command once")
	})
}
