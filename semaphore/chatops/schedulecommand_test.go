package chatops

import (
	"testing"
	"testing/synctest"

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
				vera, "!cd schedules", "Schedules of website (project 1):\nSchedule\tNumber\tTemplate\tWhen\tState\n" +
					"nightly\t1\tcheck\t0 3 * * *\ton\nnightly deploy\t2\tdeploy-prod\t0 4 * * 1\ton",
			},
			{vera, "!cd schedule pause nightly", "For website / check this takes the role runner, and yours is viewer."},
			{carl, "!cd schedule pause", "Which schedule? As: !cd schedule pause PROJECT SCHEDULE"},
			{carl, "!cd schedule pause website nigtly", `There is no schedule "nigtly" here. Did you mean nightly? !cd schedule list website lists what there is.`},
			{carl, "!cd schedule pause website nightly", "The schedule nightly (1) of website / check is paused: it starts nothing until somebody resumes it."},
			{carl, "!cd schedule resume nightly", "For website / check this takes the role approver, and yours is runner."},
			{vera, "!cd schedule list", "Schedules of website (project 1):\nSchedule\tNumber\tTemplate\tWhen\tState\n" +
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
		assert.Equal(t, "There is no schedule in website (project 1) that you may see.", o.last().text)
		o.say(carl, "!cd schedule pause website 1")
		assert.Contains(t, o.last().text, `There is no schedule "1" here.`)
		assert.True(t, o.schedules()[0].Active)
	})
}
