package chatops

import (
	"context"
	"slices"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

// scheduleCommands are the commands about what is started by the clock: by Semaphore again and again, or by the bot once.
func (e *Engine) scheduleCommands() []command {
	return []command{{
		name: "schedule", aliases: []string{"schedules"}, role: Viewer,
		summary: "list what is started by the clock, pause or resume it, or have something run once",
		detail: "Runners may pause the schedules of Semaphore for what they may run. As nobody is asked when one of these starts something, resuming takes the " +
			"role approver, where others have to approve each run an admin, and nothing that is locked or frozen is resumed. " +
			"What is to run once is asked for, confirmed and approved like any run, with the same flags, and I start it at its time, to the minute: " +
			"not where it is locked or frozen then, and not more than 15 minutes late. cancel calls it off.",
		spec: commandline.Spec{
			Args: []commandline.Arg{
				{Name: "action", Summary: "what to do", Choices: []string{"list", "pause", "resume", "once"}, Default: "list"},
				{Name: "project", Optional: true, Summary: "name or number; may be left out where there is one"},
				{Name: "name", Optional: true, Summary: "of the schedule or, with once, of the template"},
				{Name: "arguments", Optional: true, Repeated: true, Behind: true, Summary: "with once: raw arguments"},
			},
			Flags: append([]commandline.Flag{
				{Name: "in", Kind: commandline.Duration, Summary: "with once: how long from now, as 2h30m"},
				{Name: "at", Summary: "with once: when, as 2027-01-31T18:00+01:00 or 2027-01-31T17:00Z"},
			}, runFlags()...),
		},
		do: doSchedule,
	}}
}

func doSchedule(ctx context.Context, e *Engine, c *call) (decision, error) {
	switch c.values.Text("action") {
	case "pause":
		return e.switchSchedule(ctx, c, false, Runner)
	case "resume":
		return e.switchSchedule(ctx, c, true, Approver)
	case "once":
		return e.runOnce(ctx, c)
	default:
		return e.listSchedules(ctx, c)
	}
}

// scheduled is a schedule with what it starts.
type scheduled struct {
	semaphore.Schedule

	target TargetRef
}

// schedules lists those schedules of a project whose templates who gave the command may know of.
func (e *Engine) schedules(ctx context.Context, c *call, p listed) ([]scheduled, error) {
	templates, _, err := e.templates(ctx, c, p, age{fresh: catalogFresh})
	if err != nil {
		return nil, err
	}
	targets := map[semaphore.TemplateID]TargetRef{}
	for _, t := range templates {
		ref := t.template(p)
		targets[ref.Template] = ref
	}
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	all, err := e.Semaphore.Schedules(ctx, p.project().Project)
	if err != nil {
		return nil, err
	}
	var known []scheduled
	for _, s := range all {
		if target, ok := targets[s.TemplateID]; ok {
			known = append(known, scheduled{s, target})
		}
	}
	return known, nil
}

func (e *Engine) listSchedules(ctx context.Context, c *call) (decision, error) {
	p, err := search{e, c, 0}.project(ctx, c.values.Text("project"))
	if err != nil {
		return nil, err
	}
	all, err := e.schedules(ctx, c, p)
	if err != nil {
		return nil, err
	}
	rows := [][]string{{"Schedule", "Number", "Template", "When", "State"}}
	for _, s := range all[:min(maxRows, len(all))] {
		state := "on"
		if !s.Active {
			state = "paused"
		}
		rows = append(rows, []string{s.entry().shown(), s.entry().number(), clean(s.target.TemplateName, maxName), s.when(c), state})
	}
	return func(tx Tx) (changes, error) {
		once, err := onceOf(tx, c, p)
		if err != nil {
			return changes{}, err
		}
		said := say(plain("There is no schedule in "), bold(p.shown()), plain(" (project "+p.number()+") that you may see."))
		if rows := append(slices.Clone(rows), once...); len(rows) > 1 {
			said = Text{para(plain("Schedules of "), bold(p.shown()), plain(" (project "+p.number()+"):")), table(rows...)}
		}
		if more := len(all) - maxRows; more > 0 {
			said = append(said, andMore(more))
		}
		if len(once) > 0 {
			said = append(said, para(code(e.Prefix+" cancel "+once[0][0]), plain(" calls off what runs once.")))
		}
		return changes{messages: e.reply(c.in, c.in.key("reply"), said)}, nil
	}, nil
}

// onceOf are the rows of what is to run once in a project.
func onceOf(tx Tx, c *call, p listed) (rows [][]string, err error) {
	open, err := openRequests(tx)
	for _, r := range open {
		if r.NotBefore.IsZero() || r.Target.Project != p.project().Project || c.policy.role(c.in, r.Target) < Viewer {
			continue
		}
		state := "on"
		if !r.Agreed {
			state = string(r.State)
		}
		rows = append(rows, []string{
			r.ID, "", clean(r.Target.TemplateName, maxName), "once, " + until(r.NotBefore, c.now), state + ", asked for by " + clean(r.ByName, maxName),
		})
	}
	return rows, err
}

// when says when a schedule starts something.
func (s scheduled) when(c *call) string {
	if s.Type == "run_at" {
		return "once, " + until(s.RunAt, c.now)
	}
	return clean(s.Cron, 60)
}

// entry is the schedule as something that is looked for.
func (s scheduled) entry() listed { return listed{id: int64(s.ID), name: remembered(s.Name)} }

// switchSchedule pauses or resumes a schedule.
func (e *Engine) switchSchedule(ctx context.Context, c *call, active bool, needed Role) (decision, error) {
	project, name := c.values.Text("project"), c.values.Text("name")
	if name == "" {
		project, name = "", project
	}
	if name == "" {
		return nil, refusedAs("schedule is not named", "Which schedule?", e.Prefix+" schedule "+c.values.Text("action")+" PROJECT SCHEDULE")
	}
	find := search{e, c, 0}
	p, err := find.project(ctx, project)
	if err != nil {
		return nil, err
	}
	all, err := e.schedules(ctx, c, p)
	if err != nil {
		return nil, err
	}
	entries := make([]listed, len(all))
	byID := map[int64]scheduled{}
	for i, s := range all {
		entries[i] = s.entry()
		byID[entries[i].id] = s
	}
	matches := matching(name, entries)
	switch {
	case len(matches) == 0:
		return nil, find.unknown("schedule", name, entries, e.Prefix+" schedule list "+p.word())
	case len(matches) > 1:
		return nil, refusedf("schedule is ambiguous", "Several schedules are called that: %s. Please use the number.", labels(matches))
	}
	s := byID[matches[0].id]
	if err := c.needs(needed, s.target); err != nil {
		return nil, err
	}
	room := c.policy.place(c.in)
	if active && c.policy.approvals(s.target, room, start{}) > 0 && c.policy.role(c.in, s.target) < Admin {
		return nil, refusedf("takes approvals", "Others have to approve each run of %s, so only an admin lets it run by the clock again.", targetName(s.target))
	}
	if active {
		err := e.Store.View(ctx, func(tx Tx) error {
			return request{Target: s.target, By: c.in.From}.hindered(tx, c.policy, c.now, c.policy.role(c.in, s.target), room)
		})
		if err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	if err := e.Semaphore.SetScheduleActive(ctx, p.project().Project, s.ID, active); err != nil {
		return nil, err
	}
	done, reason := "is paused: it starts nothing until somebody resumes it.", "schedule "+matches[0].number()+" paused"
	if active {
		done, reason = "is on again.", "schedule "+matches[0].number()+" resumed"
	}
	return e.didSchedule(c, s.target, reason, say(
		plain("The schedule "), bold(matches[0].label()), plain(" of "), bold(targetName(s.target)), plain(" "+done))), nil
}

// didSchedule tells and records what was done.
func (e *Engine) didSchedule(c *call, target TargetRef, reason string, t Text) decision {
	rows := e.reply(c.in, c.in.key("reply"), t)
	return func(Tx) (changes, error) {
		ch := changes{messages: rows}
		ch.note(AuditEntry{Decision: DecisionDone, Reason: reason, Target: auditTarget(target)})
		return ch, nil
	}
}
