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

// schedule has Semaphore start a template by the clock.
func (o *town) schedule(t *semaphoretest.Template, name, cron string) semaphore.Schedule {
	o.t.Helper()
	s, err := o.client().CreateSchedule(o.t.Context(), semaphore.ProjectID(o.website.ID), semaphore.Schedule{
		TemplateID: semaphore.TemplateID(t.ID), Name: name, Cron: cron, Active: true,
	})
	require.NoError(o.t, err)
	return s
}

// schedules are those of Semaphore, in truth.
func (o *town) schedules() []semaphore.Schedule {
	o.t.Helper()
	all, err := o.client().Schedules(o.t.Context(), semaphore.ProjectID(o.website.ID))
	require.NoError(o.t, err)
	return all
}

// older gives a town a server of the older generation.
func older(o *town) {
	o.server.Close()
	o.server = semaphoretest.New(semaphoretest.WithGeneration(semaphoretest.Gen210))
	o.website = o.server.AddProject("website")
	o.deploy = o.server.AddTemplate(o.website, semaphoretest.Template{Name: "deploy-prod"})
	o.check = o.server.AddTemplate(o.website, semaphoretest.Template{Name: "check"})
	o.config.Semaphore = o.client()
}

// What takes two people to run is not resumed by one who could approve it.
func TestResumingWhatTakesApprovals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) { o.config.Policy.Approvals = []ApprovalRule{{Approvals: 1}} })
		o.schedule(o.check, "nightly", "0 3 * * *")
		o.say(bob, "!cd schedule pause nightly")
		o.say(bob, "!cd schedule resume nightly")
		assert.Equal(t, "Others have to approve each run of website / check, so only an admin lets it run by the clock again.", o.last().text)
		assert.False(t, o.schedules()[0].Active)
		o.say(ada, "!cd schedule resume nightly")
		assert.True(t, o.schedules()[0].Active)
	})
}

func TestSchedulesArePausedAndResumed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.schedule(o.check, "nightly", "0 3 * * *")
		o.schedule(o.deploy, "nightly deploy", "0 4 * * 1")
		for _, step := range []struct {
			from      UserID
			says, out string
		}{
			{
				vera, "!cd schedules", "Schedules of website (1):\nSchedule\tNumber\tTemplate\tWhen\tState\n" +
					"nightly\t1\tcheck\t0 3 * * *\ton\nnightly deploy\t2\tdeploy-prod\t0 4 * * 1\ton",
			},
			{vera, "!cd schedule pause nightly", "For website / check this takes the role runner, and yours is viewer."},
			{carl, "!cd schedule pause", "Which schedule? As: !cd schedule pause PROJECT SCHEDULE"},
			{carl, "!cd schedule pause website nigtly", `There is no schedule "nigtly" here. Did you mean nightly? !cd schedule list website lists what there is.`},
			{carl, "!cd schedule pause website nightly", "The schedule nightly (1) of website / check is paused: it starts nothing until somebody resumes it."},
			{carl, "!cd schedule resume nightly", "For website / check this takes the role approver, and yours is runner."},
			{vera, "!cd schedule list", "Schedules of website (1):\nSchedule\tNumber\tTemplate\tWhen\tState\n" +
				"nightly\t1\tcheck\t0 3 * * *\tpaused\nnightly deploy\t2\tdeploy-prod\t0 4 * * 1\ton"},
			{bob, "!cd schedule resume 1", "The schedule nightly (1) of website / check is on again."},
		} {
			o.say(step.from, step.says)
			assert.Equal(t, step.out, o.last().text, step.says)
		}
		for _, s := range o.schedules() {
			assert.True(t, s.Active, s.Name)
		}
	})
}

func TestSchedulesOfTemplatesThatSomebodyMayNotSeeAreNotThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			o.config.Policy.Grants = []Grant{{Users: []UserID{carl}, Role: Runner, Scope: Scope{Templates: []string{"check"}}}}
		})
		o.schedule(o.deploy, "nightly deploy", "0 4 * * 1")
		o.say(carl, "!cd schedule")
		assert.Equal(t, "There is no schedule in website (1) that you may see.", o.last().text)
		o.say(carl, "!cd schedule pause website 1")
		assert.Contains(t, o.last().text, `There is no schedule "1" here.`)
		assert.True(t, o.schedules()[0].Active)
	})
}

func TestSomethingIsRunOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		in := o.say(bob, "!cd schedule once website check --in 2h --message release")
		assert.Equal(t, "website / check will run once, 02:00 UTC. It is the schedule "+scheduleName(in)+" (1): !cd schedule pause 1 1 prevents it.", o.last().text)
		require.Len(t, o.schedules(), 1)
		assert.Equal(t, semaphore.TemplateID(o.check.ID), o.schedules()[0].TemplateID)
		o.say(vera, "!cd schedule")
		assert.Contains(t, o.last().text, "(1):\nSchedule\tNumber\tTemplate\tWhen\tState\n"+scheduleName(in)+"\t1\tcheck\tonce, 02:00 UTC\ton")
		time.Sleep(2*time.Hour + time.Minute)
		assert.Len(t, o.server.Tasks(), 1)
		assert.Empty(t, o.schedules(), "it is gone when it has run")
		time.Sleep(24 * time.Hour)
		assert.Len(t, o.server.Tasks(), 1)
	})
}

func TestAnEventThatComesTwiceSchedulesOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		in := o.say(bob, "!cd schedule once check --at 2000-01-02T06:00+05:00")
		require.NoError(t, o.store.Update(t.Context(), func(tx Tx) error { return tx.Delete(eventKey(in.ID)) }), "as if the bot had been killed before it stored anything")
		o.handle(in)
		require.Len(t, o.schedules(), 1)
		assert.Equal(t, "2000-01-02T01:00:00Z", o.schedules()[0].RunAt.UTC().Format(time.RFC3339))
	})
}

func TestWhatIsNotRunOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		o := newTown(t, func(o *town) {
			o.config.Policy.Approvals = []ApprovalRule{{Scope: Scope{Templates: []string{"deploy-prod"}}, Approvals: 1}}
			o.config.Policy.Freezes = []Freeze{{Reason: "holidays", From: now.Add(24 * time.Hour), To: now.Add(48 * time.Hour)}}
		})
		for _, step := range []struct {
			from      UserID
			says, out string
		}{
			{carl, "!cd schedule once check --in 2h", "For website / check this takes the role approver, and yours is runner."},
			{bob, "!cd schedule once check", "When? Give either --in, as --in 2h30m, or --at, as --at 2027-01-31T17:00Z."},
			{bob, "!cd schedule once check --in 2h --at 2027-01-31T17:00Z", "When? Give either --in, as --in 2h30m, or --at, as --at 2027-01-31T17:00Z."},
			{bob, "!cd schedule once check --in 5s", "It has to be a minute from now at least."},
			{bob, "!cd schedule once check --at 2027-01-31T17:00Z", "It has to be within a year."},
			{bob, "!cd schedule once check --at tomorrow", `"tomorrow" is not a time with its zone, as 2027-01-31T18:00+01:00 or 2027-01-31T17:00Z.`},
			{bob, "!cd schedule once deploy-prod --in 2h", "Others have to approve each run of website / deploy-prod, so it cannot run by the clock."},
			{bob, "!cd schedule once check --in 25h", "website / check is frozen until Monday, 3 January 00:00 UTC: holidays."},
		} {
			o.say(step.from, step.says)
			assert.Equal(t, step.out, o.last().text, step.says)
		}
		assert.Empty(t, o.schedules())
	})
}

func TestAnOldServerRunsNothingOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, older)
		o.say(bob, "!cd schedule once check --in 2h")
		assert.Equal(t, "This Semaphore knows no schedules that run once: newer versions do.", o.last().text)
		assert.Empty(t, o.schedules())
	})
}
