package chatops

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

const (
	// soonest and latest bound when something may be run once.
	soonest = time.Minute
	latest  = 366 * 24 * time.Hour
)

// runOnce has Semaphore start a template at a time. Nobody is asked then, so it is only for what its author could run
// without asking anybody.
func (e *Engine) runOnce(ctx context.Context, c *call) (decision, error) {
	at, problem := onceAt(c)
	if problem != nil {
		return nil, problem
	}
	target, template, err := e.findTarget(ctx, c, c.values.Text("project"), c.values.Text("name"))
	if err != nil {
		return nil, err
	}
	if err := e.mayRunOnce(ctx, c, target, template, at); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	info, err := e.Semaphore.Info(ctx)
	if err != nil {
		return nil, err
	}
	if major, minor, _, ok := info.Release(); ok && (major < 2 || major == 2 && minor < 16) {
		return nil, refusedf("unsupported", "This Semaphore knows no schedules that run once: newer versions do.")
	}
	made, err := e.makeOnce(ctx, c, target, at)
	if err != nil {
		return nil, err
	}
	entry := scheduled{Schedule: made}.entry()
	return e.didSchedule(c, target, "schedule "+entry.number()+" made for "+at.UTC().Format(time.RFC3339), say(
		bold(targetName(target)), plain(" will run once, "+until(at, c.now)+". It is the schedule "), bold(entry.label()),
		plain(": "), code(e.Prefix+" schedule pause "+fmt.Sprintf("%d %d", target.Project, made.ID)), plain(" prevents it."))), nil
}

// onceAt is the time that somebody has given.
func onceAt(c *call) (time.Time, *refusal) {
	at := c.in.At.Add(c.values.Duration("in"))
	if c.values.Has("at") == c.values.Has("in") {
		return at, refusedf("no time", "When? Give either --in, as --in 2h30m, or --at, as --at 2027-01-31T17:00Z.")
	}
	if written := c.values.Text("at"); written != "" {
		var err error
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
			if at, err = time.Parse(layout, written); err == nil {
				break
			}
		}
		if err != nil {
			return at, refusedf("written wrongly", "%s is not a time with its zone, as 2027-01-31T18:00+01:00 or 2027-01-31T17:00Z.", commandline.Show(written))
		}
	}
	switch ahead := at.Sub(c.now); {
	case ahead < soonest:
		return at, refusedf("too soon", "It has to be a minute from now at least.")
	case ahead > latest:
		return at, refusedf("too late", "It has to be within a year.")
	}
	return at, nil
}

// mayRunOnce refuses what takes more than one person to run, or questions.
func (e *Engine) mayRunOnce(ctx context.Context, c *call, target TargetRef, template semaphore.Template, at time.Time) error {
	if err := c.needs(Approver, target); err != nil {
		return err
	}
	role, room := c.policy.role(c.in, target), c.policy.place(c.in)
	if c.policy.approvals(target, room, start{}) > 0 {
		return refusedf("takes approvals", "Others have to approve each run of %s, so it cannot run by the clock.", targetName(target))
	}
	if slices.ContainsFunc(template.SurveyVars, func(v semaphore.SurveyVar) bool { return v.Required && v.Default == "" }) {
		return refusedf("takes values", "%s asks for values that it cannot do without, so it cannot run by the clock.", targetName(target))
	}
	return e.Store.View(ctx, func(tx Tx) error {
		return request{Target: target, By: c.in.From}.hindered(tx, c.policy, at, role, room)
	})
}

// makeOnce makes the schedule, unless the same event has made it before.
func (e *Engine) makeOnce(ctx context.Context, c *call, target TargetRef, at time.Time) (semaphore.Schedule, error) {
	name := scheduleName(c.in)
	all, err := e.Semaphore.Schedules(ctx, target.Project)
	if err != nil {
		return semaphore.Schedule{}, err
	}
	for _, s := range all {
		if s.Name == name && s.TemplateID == target.Template {
			return s, nil
		}
	}
	message := clean(c.values.Text("message"), 200)
	return e.Semaphore.CreateSchedule(ctx, target.Project, semaphore.Schedule{
		TemplateID: target.Template, Name: name, Active: true, Type: "run_at", RunAt: at.UTC(), DeleteAfterRun: true,
		TaskParams: &semaphore.TaskParams{ProjectID: target.Project, Message: message},
	})
}
