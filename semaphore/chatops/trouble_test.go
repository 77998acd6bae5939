package chatops

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// While Semaphore is in trouble the question says so, and what is done about it.
func TestAQuestionTellsOfTroubleWithSemaphore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		match semaphoretest.Match
		fault semaphoretest.Fault
		says  string
	}{
		"told to start": {starts, semaphoretest.Fault{Status: 502}, "It may have started this or not; I look for the task until 00:10 UTC."},
		"not reached":   {semaphoretest.Match{}, semaphoretest.Fault{CutBefore: true}, "I keep trying until 00:10 UTC."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				question := o.runs(carl, "website check")
				c.match.Times = -1
				stop := o.server.Fail(c.match, c.fault)
				o.say(carl, "yes")
				assert.Contains(t, o.again(question).text, "Confirmed at 00:00 UTC.", "it is too early to worry anybody")
				o.pass(20 * time.Second)
				assert.Contains(t, o.again(question).text, "\nSemaphore does not answer as it should. "+c.says)
				assert.Equal(t, 2, o.again(question).edits)
				if name == "told to start" {
					o.say(carl, "!cd cancel "+idIn(t, question))
					assert.Equal(t, "It is too late to cancel "+idIn(t, question)+
						": Semaphore was told to start it. I look for its task until 00:10 UTC; when it is there, stop ends it.", o.last().text)
				}
				stop()
				o.pass(3 * time.Minute)
				assert.Equal(t, 1, o.started())
				assert.Contains(t, o.again(question).text, "Runs as task 1.")
				assert.LessOrEqual(t, o.again(question).edits, 4, "it is said once")
			})
		})
	}
}
