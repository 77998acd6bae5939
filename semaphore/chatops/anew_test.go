package chatops

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// uneditable makes the chat refuse all edits for good, as Zulip does after some minutes.
func (o *town) uneditable() {
	o.chat.failWith(func(_ string, m Outgoing) error {
		if !strings.HasSuffix(m.Key, ".anew") && (strings.Contains(m.Key, "/edit/") || strings.HasPrefix(m.Key, "ask.") && strings.Count(m.Key, ".") > 2) {
			return ErrUndeliverable
		}
		return nil
	})
}

// A card that cannot be edited any more does not stay as it was: its end is a new message.
func TestACardThatCannotBeEdited(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(o *town){
		"has succeeded": func(*town) {},
		"is lost from sight\n": func(o *town) {
			o.server.Fail(semaphoretest.Match{Path: "/project/*/tasks/*", Times: -1}, semaphoretest.Fault{Status: 404})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Hold: 20 * time.Minute})
				o.runs(carl, "deploy-prod")
				o.say(carl, "yes")
				o.pass(10 * time.Second)
				card := o.find("is running")
				o.uneditable()
				end(o)
				o.pass(30 * time.Minute)
				assert.Contains(t, o.again(card).text, "is running")
				var told []message
				for _, m := range o.messages() {
					if strings.Contains(m.text, name) && !m.alert {
						told = append(told, m)
					}
				}
				require.Len(t, told, 1)
				assert.Equal(t, card.to, told[0].to)
				assert.Zero(t, o.outboxSize())
			})
		})
	}
}

// Neither does a question that is closed; what another message says is not said again.
func TestAQuestionThatCannotBeEdited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		o.uneditable()
		question := o.runs(carl, "check")
		o.react(carl, question.id, "👎")
		assert.Contains(t, o.last().text, "Cancelled by CARL at 00:00 UTC.")
		assert.Equal(t, question.to, o.last().to)
		o.runs(carl, "check")
		o.pass(10 * time.Minute)
		assert.Equal(t, 1, o.count("Expired at "))

		question = o.runs(carl, "deploy-prod")
		o.answers(carl, question.id, "yes")
		asks := o.last()
		o.react(bob, asks.id, "👍")
		o.pass(time.Minute)
		assert.Equal(t, 1, o.started())
		assert.Equal(t, 1, o.count("Approved by bob at"), "%q", o.texts(string(ops)))
		before := len(o.messages())

		question = o.runs(carl, "deploy-prod")
		o.answers(carl, question.id, "yes")
		o.pass(2 * time.Hour)
		assert.Len(t, o.messages(), before+3, "two questions, and that it was not approved")
		assert.Zero(t, o.outboxSize())
	})
}

// An approval that does not come is told to who waits for it, and neither question stays open.
func TestAnApprovalThatDoesNotComeIsTold(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			o := newTown(t, twoPersons(1))
			question := o.runs(carl, "deploy-prod")
			o.answers(carl, question.id, "yes")
			asks := o.last()
			if late { // Whoever notices first, it is told once.
				_ = o.stop()
				o.pass(2 * time.Hour)
				o.start()
				o.say(bob, "!cd approve "+idIn(t, asks))
			}
			o.pass(2 * time.Hour)
			told := o.find("CARL: request " + idIn(t, asks) + " was not started.\nIt was not approved in time.")
			assert.True(t, told.alert)
			assert.Equal(t, 1, o.count("CARL: request "))
			for _, m := range []message{question, asks} {
				assert.Contains(t, o.again(m).text, "it was not approved in time. Nothing was started.")
			}
		})
	}
}

// The question of who asked is closed too when others have approved.
func TestTheFirstQuestionIsClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		question := o.runs(carl, "deploy-prod")
		o.answers(carl, question.id, "yes")
		o.react(bob, o.last().id, "👍")
		assert.Contains(t, o.again(question).text, "Approved by bob at 00:00 UTC. Runs as task 1.")
		question = o.runs(carl, "deploy-prod")
		o.answers(carl, question.id, "yes")
		o.react(bob, o.last().id, "👎")
		assert.Contains(t, o.again(question).text, "Refused by BOB at")
	})
}
