package chatops

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// sealed is a person's message in the room ops, which is encrypted.
func (o *town) sealed(from UserID, text string) Incoming {
	o.t.Helper()
	in := o.event(from, text)
	in.Encrypted, in.InEncrypted = true, true
	return o.handle(in)
}

// What is asked for in an encrypted room is not started by what anybody may have written: a yes, an approval or a value
// that comes unencrypted from elsewhere. A no may.
func TestWhatWasAskedEncryptedIsAnsweredEncrypted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		o.sealed(carl, "!cd run website deploy-prod")
		question := o.last()
		o.direct(carl, "yes "+idIn(t, question))
		assert.Equal(t, "Request "+idIn(t, question)+" was asked for where messages are encrypted, so a yes to it counts only there or in another encrypted room.", o.lastTo("carl").text)
		require.NotContains(t, o.again(question).text, "Confirmed")
		o.sealed(carl, "yes")
		asks := o.last()
		require.Contains(t, asks.text, "must approve")
		for _, says := range []string{"approve ", "!cd approve ", "yes "} {
			o.direct(bob, says+idIn(t, asks))
			assert.Contains(t, o.lastTo("bob").text, "was asked for where messages are encrypted", says)
		}
		in := o.event(bob, "yes "+idIn(t, asks))
		in.Room = dev
		o.handle(in)
		require.Zero(t, o.started())
		assert.Contains(t, o.auditLines(), "bob approve denied: not encrypted")
		in = o.event(bob, "approve "+idIn(t, asks))
		in.Room, in.Encrypted, in.InEncrypted = dev, true, true
		o.handle(in)
		require.Equal(t, 1, o.started(), "another room will do")

		o.sealed(carl, "!cd run website check")
		question = o.last()
		o.direct(carl, "no "+idIn(t, question))
		assert.Contains(t, o.again(question).text, "Cancelled by CARL")

		o.sealed(carl, "!cd run website deploy-prod")
		o.sealed(carl, "yes")
		asks = o.last()
		o.config.Policy.PlaintextReactions = true
		require.NoError(t, o.engine.SetPolicy(o.config.Policy))
		react := o.event(bob, "")
		react.Message, react.Reaction, react.InEncrypted = asks.id, "👍", true
		o.handle(react)
		assert.Equal(t, 2, o.started(), "the policy lets reactions count")
	})
}

func TestAValueForWhatWasAskedEncrypted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, asking(askPassword))
		o.sealed(carl, "!cd run website ask")
		o.direct(carl, "hunter3")
		assert.Contains(t, o.lastTo("carl").text, "This came unencrypted")
		in := o.event(carl, "hunter2")
		in.Room, in.RoomName, in.Direct, in.Encrypted, in.InEncrypted = "", "", true, true, true
		o.handle(in)
		o.sealed(carl, "yes")
		require.Equal(t, 1, o.started())
		o.sealed(carl, "!cd run website ask")
		before := o.lastTo("carl")
		o.direct(carl, "cancel")
		assert.NotEqual(t, before.text, o.again(before).text)
		assert.Equal(t, 1, o.started())
	})
}

// A flood from a device that nobody has verified, or of reactions that do not count, is neither answered nor audited
// without end.
func TestFloodsOfWhatDoesNotCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.sealed(carl, "!cd run website check")
		question := o.last()
		before, audited := len(o.messages()), len(o.auditLines())
		click := func(from UserID) {
			in := o.event(from, "")
			in.Message, in.Reaction, in.InEncrypted = question.id, "👍", true
			require.NoError(t, o.engine.Handle(t.Context(), in))
		}
		for range 1000 {
			click(vera)
		}
		o.settle()
		assert.Len(t, o.messages(), before+2)
		assert.Contains(t, o.messages()[before].text, "Reactions are not encrypted")
		assert.Contains(t, o.last().text, "That was a lot at once.")
		assert.Len(t, o.auditLines(), audited+41)
		click(carl)
		o.settle()
		assert.Contains(t, o.last().text, "Reactions are not encrypted", "others hear it too")
		time.Sleep(quietFor)
		click(vera)
		o.settle()
		assert.Len(t, o.messages(), before+4)
		require.Zero(t, o.started())

		o.config.Policy.RequireVerified = true
		require.NoError(t, o.engine.SetPolicy(o.config.Policy))
		before, audited = len(o.messages()), len(o.auditLines())
		requests := len(o.server.Requests())
		for range 1000 {
			in := o.event(ada, "!cd projects")
			in.Encrypted, in.InEncrypted = true, true
			require.NoError(t, o.engine.Handle(t.Context(), in))
		}
		o.settle()
		assert.Len(t, o.messages(), before+41)
		assert.Len(t, o.auditLines(), audited+41)
		assert.Len(t, o.server.Requests(), requests)
	})
}

// Who is told to verify a device is told how, and may read the help of it.
func TestAnUnverifiedDeviceIsToldHow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) { o.config.Policy.RequireVerified = true })
		o.sealed(carl, "!cd projects")
		assert.Equal(t, "I do not know the device that this came from, so I carry out nothing of it. To verify it, write !cd verify start. !cd help verify says more.", o.last().text)
		o.sealed(carl, "!cd help verify")
		assert.Contains(t, o.last().text, "verify: verify the encryption between your devices and me.")
		o.sealed(carl, "!cd verify start")
		assert.Equal(t, "Verified carl: start", o.last().text)
		for _, command := range []string{"!cd help", "!cd help run", "!cd run website check"} {
			o.sealed(carl, command)
			assert.Contains(t, o.last().text, "I do not know the device", command)
		}
		o.say(carl, "!cd projects")
		assert.Equal(t, "This came unencrypted, and I take only what comes from a device that I have verified. Please write where messages are encrypted.", o.last().text)
		assert.Empty(t, o.server.Requests())
	})
}

// A task that waits is let go on as it was asked for.
func TestATaskAskedForEncryptedIsConfirmedEncrypted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			o.server.AddTemplate(o.website, semaphoretest.Template{Name: "plan", Script: semaphoretest.Script{Confirm: &semaphoretest.Script{}}})
		})
		o.sealed(carl, "!cd run website plan")
		o.sealed(carl, "yes")
		o.pass(10 * time.Second)
		o.direct(carl, "confirm-task 1")
		assert.Contains(t, o.lastTo("carl").text, "was asked for where messages are encrypted")
		require.Equal(t, semaphoretest.StatusWaitingConfirmation, o.server.Tasks()[0].Status)
		o.sealed(carl, "!cd confirm-task 1")
		o.pass(10 * time.Second)
		require.Equal(t, semaphoretest.StatusSuccess, o.server.Tasks()[0].Status)
	})
}
