package scenario

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestAStrangerCannotMakeTheBotTalk: a thousand commands in a minute have one answer, and others are served meanwhile.
func TestAStrangerCannotMakeTheBotTalk(t *testing.T) {
	t.Parallel()
	for _, name := range fakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, open(t, name))
				before := len(w.server.Requests())
				for i := range 1000 {
					w.say("mallory", fmt.Sprintf("!cd run website restart --message %d", i))
					if i%20 == 0 {
						time.Sleep(time.Second)
					}
				}
				time.Sleep(time.Minute)
				w.line = "the brush-off"
				w.expect(inRoom, "I take no commands from you")
				w.nothing()
				assert.Empty(t, w.server.Tasks())
				assert.Less(t, len(w.server.Requests())-before, 100, "Semaphore hears nothing of it")
				w.say("vera", "!cd projects")
				w.line = "the answer to vera"
				w.expect(inRoom, "website")
			})
		})
	}
}

// TestARoomThatIsGone: what cannot be delivered any more does not hold up the rest.
func TestARoomThatIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newMatrixStage(t)
		w := newWorld(t, s)
		w.say("carl", "!cd run website restart")
		w.line = "the question"
		w.expect(inRoom, "Run website / restart?")
		w.say("carl", "yes")
		synctest.Wait()
		s.server.User("ada").Kick(s.ops, s.bot.ID(), "")
		time.Sleep(time.Hour)
		assert.Len(t, w.server.Tasks(), 1)
		w.tell("carl", "status 1")
		w.line = "the status"
		w.expect(inDirect, "restart | has succeeded")
	})
}
