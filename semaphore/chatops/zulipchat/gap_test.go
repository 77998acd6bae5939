package zulipchat

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// TestReactionsInAGap has people answer questions while Zulip has no queue for the bot: it counts as if the events had
// come, once, also when the next queue is lost.
func TestReactionsInAGap(t *testing.T) {
	t.Parallel()
	const (
		asked     = chatops.DecisionAsked
		confirmed = chatops.DecisionConfirmed
		approved  = chatops.DecisionApproved
		denied    = chatops.DecisionDenied
		refused   = chatops.DecisionRefused
		cancelled = chatops.DecisionCancelled
		expired   = chatops.DecisionExpired
	)
	for _, c := range []struct {
		name, command string
		before        func(w *works, question int)
		gap           func(w *works, question int)
		tasks         int
		audit         []chatops.Decision
	}{
		{
			name: "a confirmation", command: "!cd run website restart",
			gap:   func(w *works, question int) { w.React(w.ann, question, "thumbs_up") },
			tasks: 1, audit: []chatops.Decision{asked, confirmed},
		},
		{
			name: "an approval", command: "!cd run website deploy",
			before: func(w *works, question int) { w.React(w.ann, question, "thumbs_up") },
			gap:    func(w *works, _ int) { w.React(w.ben, w.last("must approve until"), "thumbs_up") },
			tasks:  1, audit: []chatops.Decision{asked, confirmed, approved},
		},
		{
			name: "taken back", command: "!cd run website restart",
			gap: func(w *works, question int) {
				w.React(w.ann, question, "thumbs_up")
				w.Unreact(w.ann, question, "thumbs_up")
			},
			audit: []chatops.Decision{asked},
		},
		{
			name: "of somebody who may not", command: "!cd run website restart",
			gap:   func(w *works, question int) { w.React(w.ben, question, "thumbs_up") },
			audit: []chatops.Decision{asked, denied},
		},
		{
			name: "a yes and a no", command: "!cd run website restart",
			gap: func(w *works, question int) {
				w.React(w.ann, question, "thumbs_up")
				w.React(w.ann, question, "thumbs_down")
			},
			audit: []chatops.Decision{asked, cancelled, refused},
		},
		{
			name: "too late", command: "!cd run website restart",
			gap: func(w *works, question int) {
				time.Sleep(10 * time.Minute)
				w.React(w.ann, question, "thumbs_up")
			},
			audit: []chatops.Decision{asked, expired, refused},
		},
		{
			name: "one that was heard, and denied, before others went on", command: "!cd run website deploy",
			before: func(w *works, question int) {
				w.React(w.ben, question, "thumbs_up")
				time.Sleep(time.Second)
				w.SendToChannel(w.ann, w.channel, "releases", "yes")
			},
			gap:   func(*works, int) {},
			audit: []chatops.Decision{asked, denied, confirmed},
		},
	} {
		for how, away := range map[string]bool{"while the bot runs": false, "while it is away": true} {
			t.Run(c.name+" "+how, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorks(t)
					question := w.asked(c.command)
					if c.before != nil {
						c.before(w, question)
						time.Sleep(10 * time.Second)
					}
					w.gap(away, func() { c.gap(w, question) })
					assert.Len(t, w.semaphore.Tasks(), c.tasks)
					assert.ElementsMatch(t, c.audit, w.audited())
					w.gap(away, func() {})
					assert.Len(t, w.semaphore.Tasks(), c.tasks)
					assert.ElementsMatch(t, c.audit, w.audited(), "nothing happens twice")
				})
			})
		}
	}
}

// TestKilledWhileCatchingUp has the bot die at each place in turn where a reaction that fell into a gap leaves traces.
func TestKilledWhileCatchingUp(t *testing.T) {
	t.Parallel()
	for n := range 16 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorks(t)
				question := w.asked("!cd run website restart")
				w.stop()
				w.ExpireQueues()
				w.React(w.ann, question, "thumbs_up")
				boundaries := 0
				w.dies = func() bool {
					boundaries++
					return boundaries == n+1
				}
				w.start()
				time.Sleep(10 * time.Second)
				w.stop()
				assert.Greater(t, boundaries, n, "it is killed")
				w.dies = nil
				w.gap(true, func() {})
				assert.Len(t, w.semaphore.Tasks(), 1)
				assert.ElementsMatch(t, []chatops.Decision{chatops.DecisionAsked, chatops.DecisionConfirmed}, w.audited())
			})
		})
	}
}
