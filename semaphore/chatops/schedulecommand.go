package chatops

import (
	"context"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

// scheduleCommands are the commands about what Semaphore starts by the clock.
func (e *Engine) scheduleCommands() []command {
	return []command{{
		name: "schedule", aliases: []string{"schedules"}, role: Viewer,
		summary: "list what Semaphore starts by the clock, pause or resume it, or have something run once",
		detail: "Runners may pause a schedule of theirs. As nobody is asked when a schedule starts something, resuming one and " +
			"running something once take the role approver, and what others have to approve, or what is locked or frozen at that time, is not run once.",
		spec: commandline.Spec{
			Args: []commandline.Arg{
				{Name: "action", Summary: "what to do", Choices: []string{"list", "pause", "resume", "once"}, Default: "list"},
				{Name: "project", Optional: true, Summary: "name or number; may be left out where there is one"},
				{Name: "name", Optional: true, Summary: "of the schedule or, with once, of the template"},
			},
			Flags: []commandline.Flag{
				{Name: "in", Kind: commandline.Duration, Summary: "with once: how long from now, as 2h30m"},
				{Name: "at", Summary: "with once: when, as 2027-01-31T18:00+01:00 or 2027-01-31T17:00Z"},
				{Name: "message", Short: 'm', Summary: "with once: shown with the task"},
			},
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
	if len(all) == 0 {
		return e.answers(c, say(plain("There is no schedule in "), bold(p.label()), plain(" that you may see."))), nil
	}
	text := Text{para(plain("Schedules of "), bold(p.label()), plain(":"))}
	rows := [][]string{{"Schedule", "Number", "Template", "When", "State"}}
	for _, s := range all[:min(maxRows, len(all))] {
		state := "on"
		if !s.Active {
			state = "paused"
		}
		rows = append(rows, []string{s.entry().shown(), s.entry().number(), clean(s.target.TemplateName, maxName), s.when(c), state})
	}
	text = append(text, table(rows...))
	if more := len(all) - maxRows; more > 0 {
		text = append(text, andMore(more))
	}
	return e.answers(c, text), nil
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
		return nil, refusedf("schedule is not named", "Which schedule? As: %s schedule %s PROJECT SCHEDULE", e.Prefix, c.values.Text("action"))
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

// scheduleName is what the schedule is called that an event makes, so that one that comes twice makes one.
func scheduleName(in Incoming) string {
	return digest(string(in.ID))[:12] + " once"
}
