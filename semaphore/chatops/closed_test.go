package chatops

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The buttons stay below a question that is closed: who clicks on one is told so, once.
func TestAClickOnAClosedQuestionIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		expired := o.runs(carl, "website check")
		o.pass(time.Hour)
		require.Contains(t, o.again(expired).text, "Expired")
		before := len(o.messages())
		first := o.react(carl, expired.id, "👍")
		assert.Equal(t, "CARL: Request "+idIn(t, expired)+" is over: it was expired.", o.last().text)
		assert.Equal(t, Person, o.last().body[0].Spans[0].Style, "it is quiet")
		o.handle(first)
		for range 30 {
			o.react(carl, expired.id, "👎")
			o.react(carl, expired.id, "👍")
			time.Sleep(10 * time.Minute)
		}
		o.restart()
		o.react(carl, expired.id, "✅")
		assert.Len(t, o.messages(), before+1)
		o.react(vera, expired.id, "👎")
		o.react(vera, expired.id, "👍")
		assert.Equal(t, "VERA: Request "+idIn(t, expired)+" is over: it was expired.", o.last().text)
		o.react(mallory, expired.id, "👍")
		o.react(carl, expired.id, "🎉")
		assert.Len(t, o.messages(), before+2)

		answered := o.runs(carl, "website check")
		o.say(carl, "no")
		o.react(carl, answered.id, "👍")
		assert.Equal(t, "CARL: Request "+idIn(t, answered)+" is over: it was cancelled.", o.last().text)
		assert.Zero(t, o.started())
		assert.Contains(t, o.auditLines(), "carl reaction refused: request is cancelled")

		open := o.runs(carl, "website check")
		before = len(o.messages())
		o.react(vera, open.id, "👍")
		assert.Len(t, o.messages(), before, "what is open says itself who may answer")
		o.react(carl, open.id, "👍")
		require.Equal(t, 1, o.started())
		o.react(carl, open.id, "👎")
		assert.Equal(t, "CARL: Request "+idIn(t, open)+" is over: it was started.", o.last().text)

		assert.Len(t, records(t, o.store, "told/"), 4)
		o.shiftClock()(100 * 24 * time.Hour)
		assert.Empty(t, records(t, o.store, "told/"), "it is forgotten with the question")
		before = len(o.messages())
		o.react(carl, expired.id, "👍")
		assert.Len(t, o.messages(), before)
	})
}

// A question in a direct message is answered there.
func TestAClickOnAClosedQuestionInPrivate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.direct(carl, "run website check")
		question := o.lastTo("carl")
		o.direct(carl, "cancel")
		in := o.event(carl, "")
		in.Room, in.Direct, in.Message, in.Reaction = "", true, question.id, "👍"
		o.handle(in)
		assert.Contains(t, o.lastTo("carl").text, "is over: it was cancelled.")
	})
}
