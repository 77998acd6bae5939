package chatops

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// once has somebody ask for a run at a time and say yes, and returns the question.
func (o *town) once(from UserID, command string) message {
	o.t.Helper()
	o.say(from, "!cd schedule once "+command)
	question := o.last()
	require.Contains(o.t, question.text, "Run website / ")
	o.answers(from, question.id, "yes")
	require.Contains(o.t, o.again(question).text, "Confirmed at ")
	return question
}

// policy changes the policy while the engine runs.
func (o *town) policy(change func(p *Policy)) {
	o.t.Helper()
	change(&o.config.Policy)
	require.NoError(o.t, o.engine.SetPolicy(o.config.Policy))
}

// rename gives a template another name.
func (o *town) rename(t *semaphoretest.Template, name string) {
	o.t.Helper()
	_, err := o.client().UpdateTemplate(o.t.Context(), semaphore.ProjectID(o.website.ID), semaphore.TemplateID(t.ID),
		func(t *semaphore.Template) { t.Name = name })
	require.NoError(o.t, err)
}

// What is to run once is asked for and confirmed as any run, and starts at its time, with a card and an end.
func TestSomethingIsRunOnce(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(o *town){"newer": func(*town) {}, "older": older} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t, change)
				o.say(carl, "!cd schedule once website check --in 2h --message release")
				question := o.last()
				id := idIn(t, question)
				for _, want := range []string{
					"Run website / check?", "when: Saturday, 1 January 2000 02:00 UTC", "message: release", "CARL, answer yes or no",
				} {
					assert.Contains(t, question.text, want)
				}
				o.say(vera, "!cd schedule")
				assert.Contains(t, o.last().text, id+"\t\tcheck\tonce, 02:00 UTC\tconfirming, asked for by CARL\n!cd cancel "+id+" calls off what runs once.")
				o.answers(carl, question.id, "yes")
				assert.Contains(t, o.again(question).text,
					"Confirmed at 00:00 UTC. It runs at 02:00 UTC, unless it is locked or frozen then; cancel "+id+" calls it off.")
				o.say(vera, "!cd schedule")
				assert.Contains(t, o.last().text, id+"\t\tcheck\tonce, 02:00 UTC\ton, asked for by CARL")
				o.say(vera, "!cd queue")
				assert.Contains(t, o.last().text, id+"\twebsite / check\t🕒 once, 02:00 UTC\t")
				assert.Empty(t, o.schedules(), "Semaphore knows nothing of it")
				o.restart()
				o.pass(2*time.Hour - 5*time.Second)
				assert.Zero(t, o.started())
				o.pass(time.Minute)
				require.Len(t, o.server.Tasks(), 1)
				assert.Contains(t, o.server.Tasks()[0].Message, "release")
				assert.Contains(t, o.again(question).text, "Runs as task 1.")
				card := o.find("asked for by CARL (" + id + ")")
				assert.Contains(t, card.text, "has succeeded")
				assert.Contains(t, o.below(card)[0].text, "CARL: ✅ website / check #1 has succeeded")
				o.say(vera, "!cd schedule")
				assert.Equal(t, "There is no schedule in website (project 1) that you may see.", o.last().text)
				o.pass(24 * time.Hour)
				assert.Len(t, o.server.Tasks(), 1)
			})
		})
	}
}

func TestAnEventThatComesTwiceSchedulesOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		in := o.say(bob, "!cd schedule once check --at 2000-01-01T06:00:30+05:00")
		o.handle(in)
		assert.Len(t, records(t, o.store, "request/"), 1)
		assert.Contains(t, o.last().text, "when: Saturday, 1 January 2000 01:01 UTC", "it is shown to the minute, so it is to the minute")
	})
}

func TestWhatIsNotRunOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		o := newTown(t, asking(askPassword), func(o *town) {
			o.config.Policy.Freezes = []Freeze{{Reason: "holidays", From: now.Add(24 * time.Hour), To: now.Add(48 * time.Hour)}}
		})
		for _, step := range []struct {
			from      UserID
			says, out string
		}{
			{vera, "!cd schedule once check --in 2h", "Running website / check takes the role runner, and yours is viewer."},
			{carl, "!cd schedule once check", "When? Give either --in, as --in 2h30m, or --at, as --at 2027-01-31T17:00Z."},
			{carl, "!cd schedule once check --in 2h --at 2027-01-31T17:00Z", "When? Give either --in, as --in 2h30m, or --at, as --at 2027-01-31T17:00Z."},
			{carl, "!cd schedule once check --in 5s", "It has to be a minute from now at least."},
			{carl, "!cd schedule once check --at 2027-01-31T17:00Z", "It has to be within 60 days."},
			{carl, "!cd schedule once check --at tomorrow", `"tomorrow" is not a time with its zone, as 2027-01-31T18:00+01:00 or 2027-01-31T17:00Z.`},
			{carl, "!cd schedule once check --in 25h", "website / check is frozen until Monday, 3 January 00:00 UTC: holidays."},
			{carl, "!cd schedule once ask --in 2h", "website / ask asks for secret values. I keep these in memory only, so they cannot wait."},
		} {
			o.say(step.from, step.says)
			assert.Equal(t, step.out, o.last().text, step.says)
		}
		assert.Empty(t, records(t, o.store, "request/"))
	})
}

// Whatever has come between keeps it from starting, and who asked is told once.
func TestWhatHindersAtItsTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(o *town)
		told      string
	}{
		"lock": {func(o *town) { o.say(bob, "!cd lock website/check because") }, "website / check is locked by BOB until"},
		"freeze": {func(o *town) {
			o.policy(func(p *Policy) { p.Freezes = []Freeze{{From: time.Now(), To: time.Now().Add(24 * time.Hour)}} })
		}, "website / check is frozen until"},
		"role":     {func(o *town) { o.policy(func(p *Policy) { p.Grants = p.Grants[:2] }) }, "CARL may not run this any more."},
		"approval": {func(o *town) { o.policy(func(p *Policy) { p.Approvals = []ApprovalRule{{Approvals: 1}} }) }, "By now it takes the approval of one other person"},
		"template": {func(o *town) { o.rename(o.check, "checks") }, "Its template was changed since it was asked for."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				question := o.once(carl, "check --in 2h")
				o.pass(time.Hour)
				c.meanwhile(o)
				o.pass(2 * time.Hour)
				assert.Zero(t, o.started())
				assert.Contains(t, o.again(question).text, "Not started, at 02:00 UTC.")
				assert.Equal(t, 1, o.count("CARL: request "+idIn(t, question)+" was not started.\n"+c.told), "%q", o.texts(string(ops)))
			})
		})
	}
}

// A lock that ends before its time is not in its way, neither when it is asked for.
func TestALockUntilBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(bob, "!cd lock website because --for 1h")
		o.once(carl, "check --in 2h")
		o.say(carl, "!cd schedule once check --in 30m")
		assert.Contains(t, o.last().text, "website / check is locked by BOB until 01:00 UTC: because")
		o.pass(3 * time.Hour)
		assert.Equal(t, 1, o.started())
	})
}

// A bot that was away starts what is a little late, and refuses what is later.
func TestABotThatWasAwayAtTheTime(t *testing.T) {
	t.Parallel()
	for late, runs := range map[time.Duration]int{14 * time.Minute: 1, 16 * time.Minute: 0} {
		t.Run(late.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				question := o.once(carl, "check --in 2h")
				_ = o.stop()
				o.pass(2*time.Hour + late)
				o.start()
				o.pass(time.Hour)
				assert.Equal(t, runs, o.started())
				assert.Equal(t, 1-runs, o.count("CARL: request "+idIn(t, question)+
					" was not started.\nIt was to run on Saturday, 1 January 2000 02:00 UTC, and is not started more than 15 minutes late."))
			})
		})
	}
}

// Semaphore may be away for as long; the question says so meanwhile.
func TestASemaphoreThatIsAwayAtTheTime(t *testing.T) {
	t.Parallel()
	for down, runs := range map[time.Duration]int{14 * time.Minute: 1, 16 * time.Minute: 0} {
		t.Run(down.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				question := o.once(carl, "check --in 2h")
				stop := o.server.Fail(semaphoretest.Match{Times: -1}, semaphoretest.Fault{CutBefore: true})
				o.pass(2*time.Hour + time.Minute)
				assert.Contains(t, o.again(question).text, "Semaphore does not answer as it should. I keep trying until 02:15 UTC.")
				o.pass(down - time.Minute)
				stop()
				o.pass(time.Hour)
				assert.Equal(t, runs, o.started())
				assert.Equal(t, 1-runs, o.count("CARL: request "+idIn(t, question)+" was not started."))
			})
		})
	}
}

// It is called off by who asked for it, but not by a no to something else.
func TestWhatRunsOnceIsCalledOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		question := o.once(carl, "check --in 2h")
		id := idIn(t, question)
		o.say(carl, "no")
		o.say(bob, "!cd cancel "+id)
		assert.Equal(t, "That is not for you to cancel.", o.last().text)
		o.say(carl, "!cd approve "+id)
		assert.Contains(t, o.again(question).text, "It runs at 02:00 UTC")
		o.answers(carl, question.id, "yes")
		assert.Equal(t, "Request "+id+" is agreed already and runs at 02:00 UTC.", o.last().text)
		o.say(carl, "cancel "+id)
		assert.Contains(t, o.again(question).text, "Cancelled by CARL")
		o.pass(3 * time.Hour)
		assert.Zero(t, o.started())
	})
}

// Others approve before its time, or never.
func TestApprovalOfWhatRunsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		o.say(carl, "!cd schedule once deploy-prod --in 30m")
		o.answers(carl, o.last().id, "yes")
		asks := o.last()
		assert.Contains(t, asks.text, "must approve until 00:30 UTC")
		o.react(bob, asks.id, "👍")
		assert.Contains(t, o.again(asks).text, "Approved by bob at 00:00 UTC. It runs at 00:30 UTC")
		o.say(carl, "!cd schedule once deploy-prod --in 40m")
		o.answers(carl, o.last().id, "yes")
		late := o.last()
		o.pass(39 * time.Minute)
		assert.Equal(t, 1, o.started())
		o.pass(2 * time.Minute)
		assert.Contains(t, o.again(late).text, "it was not approved in time")
		o.react(bob, late.id, "👍")
		o.pass(time.Hour)
		assert.Equal(t, 1, o.started())
	})
}

// What was agreed before a long absence does not start when nobody expects it.
func TestARunThatIsLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		question := o.runs(carl, "check")
		stop := o.server.Fail(semaphoretest.Match{Times: -1}, semaphoretest.Fault{CutBefore: true})
		o.say(carl, "yes")
		_ = o.stop()
		stop()
		o.pass(3 * time.Hour)
		o.start()
		o.pass(time.Minute)
		assert.Zero(t, o.started())
		assert.Equal(t, 1, o.count("CARL: request "+idIn(t, question)+" was not started.\nIt could not be started within 10 minutes"))
	})
}

func TestNothingLockedIsResumed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.schedule(o.check, "nightly", "0 3 * * *")
		o.say(bob, "!cd schedule pause nightly")
		o.say(ada, "!cd lock website/check because --for 1h")
		o.say(bob, "!cd schedule resume nightly")
		assert.Contains(t, o.last().text, "website / check is locked by ADA until 01:00 UTC: because")
		assert.False(t, o.schedules()[0].Active)
		o.pass(2 * time.Hour)
		o.policy(func(p *Policy) { p.Freezes = []Freeze{{From: time.Now(), To: time.Now().Add(time.Hour)}} })
		o.say(bob, "!cd schedule resume nightly")
		assert.Contains(t, o.last().text, "website / check is frozen until")
		assert.False(t, o.schedules()[0].Active)
	})
}
