package chatops

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Among people who talk only a plain yes, no or cancel is about the question that is open. Other words count where it is
// clear that they are for the bot.
func TestTalkStartsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		question := o.runs(carl, "website check")
		for _, talk := range []string{"ok", "Ok!", "okay", "go", "start", "y", "n", "stop", "end", "nope", "confirm", "approve", "reject", "👍", "👎"} {
			o.say(carl, talk)
		}
		in := o.event(carl, "ok")
		in.Thread = "of somebody"
		o.handle(in)
		require.Zero(t, o.started())
		require.Len(t, o.messages(), 1)
		require.NotContains(t, o.again(question).text, "Cancelled")
		o.answers(carl, question.id, "ok")
		require.Equal(t, 1, o.started())

		for i, answer := range []func(in *Incoming){
			func(in *Incoming) { in.Text = "yes." },
			func(in *Incoming) { in.Text = "go " + idIn(t, o.last()) },
			func(in *Incoming) { in.Text, in.Thread = "go", string(o.last().id) },
			func(in *Incoming) { in.Text, in.Mentioned = "go", true },
			func(in *Incoming) { in.Text = "!cd go" },
		} {
			o.pass(time.Minute)
			o.runs(carl, "website check")
			in := o.event(carl, "")
			answer(&in)
			o.handle(in)
			require.Equal(t, i+2, o.started(), in.Text)
		}
		ran := o.started()
		for _, no := range []string{"no", "cancel"} {
			o.pass(time.Minute)
			question := o.runs(carl, "website check")
			o.say(carl, no)
			require.Contains(t, o.again(question).text, "Cancelled by CARL")
		}
		o.direct(carl, "run website check")
		o.direct(carl, "ok")
		assert.Equal(t, ran+1, o.started(), "there is nobody else to talk to")
	})
}

// Whoever names a request that is over hears what became of it, also when no other is open.
func TestARequestThatIsOverIsNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		started := idIn(t, o.runs(carl, "website check"))
		o.say(carl, "yes")
		o.pass(time.Minute)
		for _, says := range []string{"yes " + started, "no " + started, "!cd yes " + started, "!cd cancel " + started, "approve " + started} {
			o.say(carl, says)
			assert.Equal(t, "Request "+started+" is over: it was started.", o.last().text, says)
		}
		expired := idIn(t, o.runs(carl, "website check"))
		o.pass(time.Hour)
		o.say(carl, "yes "+expired)
		assert.Equal(t, "Request "+expired+" is over: it was expired.", o.last().text)
		before := len(o.messages())
		o.say(carl, "yes")
		o.say(carl, "yes zzzzz")
		o.say(carl, "go there")
		o.say(mallory, "yes "+expired)
		assert.Len(t, o.messages(), before, "nothing is named, or nothing that there is, or by a stranger")
		o.direct(carl, "stop check")
		assert.NotContains(t, o.lastTo("carl").text, "no request", "it is a command")
		assert.Equal(t, 1, o.started())
	})
}
