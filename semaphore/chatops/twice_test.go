package chatops

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// TestOneEventManyTimesAtOnce hands the same events over again while they are being worked on, and afterwards. Each is
// answered and audited once, and one that was dealt with asks nothing of Semaphore.
func TestOneEventManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		stop := o.server.Fail(semaphoretest.Match{Times: -1}, semaphoretest.Fault{Delay: time.Second})
		commands := []string{"!cd projects", "!cd lock website/check x", "!cd history", "!cd nonsense"}
		var events []Incoming
		for _, command := range commands {
			events = append(events, o.event(carl, command))
		}
		const times = 10
		done := make(chan error)
		for range times {
			for _, in := range events {
				go func() { done <- o.engine.Handle(t.Context(), in) }()
			}
		}
		for range times * len(events) {
			require.NoError(t, <-done)
		}
		o.settle()
		stop()
		assert.Len(t, o.messages(), len(events))
		assert.Len(t, o.auditLines(), len(events))
		asked := len(o.server.Requests())
		time.Sleep(time.Hour)
		for _, in := range events {
			o.handle(in)
		}
		assert.Len(t, o.messages(), len(events))
		assert.Len(t, o.server.Requests(), asked)
	})
}

// TestAYesWhileNothingIsDone comes after the end of its question, before anything has noticed that end, as when the machine
// was busy or asleep. It starts nothing; nor does an approval.
func TestAYesWhileNothingIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		asks := o.confirmed(carl)
		question := o.runs(carl, "website check")
		_ = o.stop()
		time.Sleep(time.Hour + time.Minute)
		yes := o.event(carl, "yes")
		yes.ReplyTo = question.id
		require.NoError(t, o.engine.Handle(t.Context(), yes))
		require.NoError(t, o.engine.Handle(t.Context(), o.event(bob, "!cd approve "+idIn(t, asks))))
		o.start()
		o.pass(time.Minute)
		assert.Zero(t, o.started())
		for _, q := range []message{asks, question} {
			assert.Contains(t, o.again(q).text, "Expired")
			assert.Equal(t, 1, o.count("Request "+idIn(t, q)+" has expired, so nothing was started."))
		}
	})
}

// TestAnAuditThatOthersCouldRead is made private when it is opened.
func TestAnAuditThatOthersCouldRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(vera, "!cd ping")
		_ = o.stop()
		require.NoError(t, os.Chmod(o.audit, 0o666))
		o.start()
		info, err := os.Stat(o.audit)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode())
	})
}

// TestASecretThatIsSaidInTheRoomIsNotTaken has who is asked in private answer where all read along: in words, to the
// question, in its thread and with a mention. The question stays open, and nothing of it is kept.
func TestASecretThatIsSaidInTheRoomIsNotTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, asking(askPassword))
		o.say(carl, "!cd run website ask")
		prompt := o.lastTo("carl")
		for _, change := range []func(in *Incoming){
			func(*Incoming) {},
			func(in *Incoming) { in.ReplyTo = prompt.id },
			func(in *Incoming) { in.Thread = string(prompt.id) },
			func(in *Incoming) { in.Mentioned = true },
		} {
			in := o.event(carl, canary)
			change(&in)
			o.handle(in)
			assert.Equal(t, prompt.text, o.again(prompt).text)
			assert.Empty(t, o.engine.secrets.values)
			if !in.Mentioned { // Else it is taken for a command, and whoever said it aloud is told that there is none.
				o.nowhere("hunter2")
			}
		}
		o.direct(carl, canary)
		assert.Equal(t, "Password is set.", o.again(prompt).text)
	})
}

// TestATemplateThatGetsANameThatOneMayNotSee is renamed between the list that the bot remembers and the command. Rules go by
// names, so it is gone for who may not see the new one.
func TestATemplateThatGetsANameThatOneMayNotSee(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			o.config.Policy.Grants = []Grant{{Users: []UserID{carl}, Role: Runner, Scope: Scope{Templates: []string{"website/check"}}}}
		})
		o.say(carl, "!cd templates website")
		require.Contains(t, o.last().text, "check")
		_, err := o.client().UpdateTemplate(t.Context(), semaphore.ProjectID(o.website.ID), semaphore.TemplateID(o.check.ID),
			func(t *semaphore.Template) { t.Name = "payroll" })
		require.NoError(t, err)
		o.say(carl, "!cd run website check")
		assert.Equal(t, "The template check (2) is not there any more.", o.last().text)
	})
}
