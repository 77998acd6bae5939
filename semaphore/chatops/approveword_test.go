package chatops

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the question says can be written as it stands there; and in words, too, without the prefix.
func TestApproveInWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		asks := o.confirmed(carl)
		assert.Contains(t, asks.text, "with 👍 here or !cd approve "+idIn(t, asks)+".")
		for i, approve := range []func(asks message){
			func(asks message) { o.say(bob, "!cd approve "+idIn(t, asks)) },
			func(asks message) { o.say(bob, "approve "+idIn(t, asks)) },
			func(asks message) { o.answers(bob, asks.id, "approve") },
			func(asks message) { o.answers(bob, asks.id, "Approve "+idIn(t, asks)) },
			func(asks message) { o.direct(bob, "approve "+idIn(t, asks)) },
		} {
			if i > 0 {
				o.pass(time.Minute)
				asks = o.confirmed(carl)
			}
			o.say(bob, "approve")
			o.say(bob, "I approve")
			o.say(carl, "approve "+idIn(t, asks))
			assert.Equal(t, "Somebody else has to approve what you want to run.", o.last().text)
			require.Equal(t, i, o.started())
			approve(asks)
			require.Equal(t, i+1, o.started())
		}
		assert.Contains(t, o.auditLines(), "bob approve approved", "in private it is the command")
		for _, reject := range []func(asks message){
			func(asks message) { o.say(bob, "reject "+idIn(t, asks)) },
			func(asks message) { o.answers(bob, asks.id, "reject") },
		} {
			o.pass(time.Minute)
			asks = o.confirmed(carl)
			o.say(bob, "reject")
			require.Contains(t, o.again(asks).text, "Confirmed;")
			reject(asks)
			require.Contains(t, o.again(asks).text, "Refused by BOB")
		}
	})
}

// The question speaks of reactions only where they count.
func TestAnApprovalInAnEncryptedRoomIsAskedForInWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1), func(o *town) { o.config.Prefix = "@bot" })
		o.sealed(carl, "@bot run website deploy-prod")
		o.sealed(carl, "yes")
		asks := o.last()
		assert.Contains(t, asks.text, "until 01:00 UTC: with @bot approve "+idIn(t, asks)+".")
		assert.NotContains(t, asks.text, "👍")
		o.sealed(bob, "approve "+idIn(t, asks))
		assert.Equal(t, 1, o.started())
	})
}

// Who may refuse what others want to run need not name it where nothing else can be meant.
func TestRejectWithoutAName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		asks := o.confirmed(carl)
		o.say(vera, "!cd reject")
		assert.Contains(t, o.last().text, "takes the role runner")
		in := o.event(bob, "!cd reject")
		in.Room = dev
		o.handle(in)
		assert.Equal(t, "There is no open request for you to cancel.", o.lastTo(string(dev)).text, "it was asked for elsewhere")
		require.Contains(t, o.again(asks).text, "Confirmed;")
		o.say(bob, "!cd reject")
		assert.Contains(t, o.again(asks).text, "Refused by BOB")

		question := o.runs(carl, "website check")
		o.say(bob, "!cd cancel")
		assert.Equal(t, "There is no open request for you to cancel.", o.last().text, "it waits for nobody's approval")
		own := o.runs(ada, "website check")
		o.say(ada, "!cd reject")
		assert.Contains(t, o.last().text, "To which one?")
		assert.Contains(t, o.last().text, idIn(t, question))
		assert.Contains(t, o.last().text, idIn(t, own))
		o.say(ada, "reject "+idIn(t, own))
		o.say(ada, "!cd cancel")
		assert.Contains(t, o.again(question).text, "Refused by ADA")
		assert.Zero(t, o.started())
	})
}
