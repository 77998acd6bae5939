package chatops

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// Semaphore lets a task end in an error to which somebody said no. People hear what it was.
func TestATaskThatWasRejectedHasNotFailed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(o *town){"newer": func(*town) {}, "older": older} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t, change)
				for _, template := range []*semaphoretest.Template{o.check, o.deploy} {
					o.server.SetScript(o.website.ID, template.ID, semaphoretest.Script{Lines: 3, Confirm: &semaphoretest.Script{Lines: 2}})
				}
				o.say(carl, "!cd watch website deploy-prod --status error,stopped")
				o.runs(carl, "check")
				o.say(carl, "yes")
				o.pass(10 * time.Second)
				card := o.find("waits for a confirmation")
				o.say(bob, "!cd reject-task 1")
				elsewhere := o.server.StartTask(o.deploy, o.server.Admin(), "")
				o.pass(time.Minute)
				o.say(bob, fmt.Sprintf("!cd reject-task %d", elsewhere))
				o.pass(time.Minute)
				assert.Contains(t, o.again(card).text, "🛑 website / check #1 was rejected")
				assert.NotContains(t, o.again(card).text, "running")
				assert.Equal(t, 1, o.count("CARL: 🛑 website / check #1 was rejected"))
				assert.Equal(t, 1, o.count(fmt.Sprintf("🛑 website / deploy-prod #%d was rejected · started by somebody in Semaphore", elsewhere)), "%q", o.texts(string(ops)))
				assert.Zero(t, o.count("has failed"))
				assert.Zero(t, o.count("so far"))
			})
		})
	}
}
