package chatops

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

const (
	historyRows = 15 // tasks that are shown
	queueRows   = 30
	queueLooks  = 100 // tasks of a project among which those are looked for that have not ended
)

func doHistory(ctx context.Context, e *Engine, c *call) (decision, error) {
	scope, projects, err := e.scopeOf(ctx, c)
	if err != nil {
		return nil, err
	}
	tasks, err := e.tasksOf(ctx, c, projects, semaphore.TasksRequest{TemplateID: scope.Template, Limit: historyRows})
	if err != nil {
		return nil, err
	}
	if len(tasks) == 0 {
		return e.answers(c, sentence("There was no task yet.")), nil
	}
	slices.SortStableFunc(tasks, func(a, b foundTask) int { return b.Created.Compare(a.Created) })
	rows := [][]string{{"Task", "Template", "Status", "Created (UTC)", "Took", "By"}}
	for _, t := range tasks[:min(historyRows, len(tasks))] {
		took := ""
		if !t.Start.IsZero() && !t.End.IsZero() {
			took = span(t.End.Sub(t.Start))
		}
		look := lookOf(t.Status)
		rows = append(rows, []string{
			taskNumber(t.ID), targetName(t.target), look.emoji + " " + clean(string(t.Status), 40), stamp(t.Created, c.now), took, t.starter(),
		})
	}
	return e.answers(c, Text{table(rows...)}), nil
}

func doQueue(ctx context.Context, e *Engine, c *call) (decision, error) {
	_, projects, err := e.scopeOf(ctx, c)
	if err != nil {
		return nil, err
	}
	tasks, err := e.tasksOf(ctx, c, projects, semaphore.TasksRequest{Limit: queueLooks})
	if err != nil {
		return nil, err
	}
	tasks = slices.DeleteFunc(tasks, func(t foundTask) bool { return t.Status.Ended() })
	slices.Reverse(tasks)
	slices.SortStableFunc(tasks, func(a, b foundTask) int { return a.Created.Compare(b.Created) })
	rows := [][]string{{"Task", "Template", "Status", "For", "By"}}
	for _, t := range tasks[:min(queueRows, len(tasks))] {
		since := t.Created
		if !t.Start.IsZero() {
			since = t.Start
		}
		look := lookOf(t.Status)
		rows = append(rows, []string{
			taskNumber(t.ID), targetName(t.target), look.emoji + " " + clean(string(t.Status), 40), span(c.now.Sub(since)), t.starter(),
		})
	}
	return func(tx Tx) (ch changes, err error) {
		open, err := openRequests(tx)
		if err != nil {
			return changes{}, err
		}
		rows, more := slices.Clone(rows), max(0, len(tasks)-queueRows)
		for _, r := range open {
			in := slices.ContainsFunc(projects, func(p listed) bool { return p.project().Project == r.Target.Project })
			switch {
			case !in || c.policy.role(c.in, r.Target) < Viewer:
			case len(rows) > 2*queueRows:
				more++
			default:
				rows = append(rows, []string{r.ID, targetName(r.Target), r.stage(c.now), span(c.now.Sub(r.Asked)), clean(r.ByName, maxName)})
			}
		}
		text := Text{table(rows...)}
		switch {
		case len(rows) == 1:
			text = sentence("Nothing waits and nothing runs.")
		case more > 0:
			text = append(text, andMore(more))
		}
		ch.messages = e.reply(c.in, c.in.key("queue"), text)
		return ch, nil
	}, nil
}

// scopeOf is the project, or the template, that a command names, and the projects to look in: that one, or all that who
// gave the command may know of.
func (e *Engine) scopeOf(ctx context.Context, c *call) (TargetRef, []listed, error) {
	if !c.values.Has("project") {
		all, _, err := e.projects(ctx, c, age{catalogFresh, catalogStale})
		return TargetRef{}, all, err
	}
	template := ""
	if c.name == "history" {
		template = c.values.Text("template")
	}
	scope, err := e.findScope(ctx, c, c.values.Text("project"), template)
	return scope, []listed{{id: int64(scope.Project), name: scope.ProjectName}}, err
}

// tasksOf lists tasks of several projects, of the templates that who gave the command may know of. It fails where one of
// the projects cannot be read: a list that is short for such a reason would mislead.
func (e *Engine) tasksOf(ctx context.Context, c *call, projects []listed, req semaphore.TasksRequest) ([]foundTask, error) {
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	var mu sync.Mutex
	var tasks []foundTask
	var failed error
	eachOf(projects, func(p listed) {
		page, err := e.Semaphore.Tasks(ctx, p.project().Project, req)
		mu.Lock()
		defer mu.Unlock()
		if err != nil && outage(err) {
			failed = err
		}
		for _, task := range page.Tasks {
			t := foundTask{Task: task, target: p.project()}
			t.ProjectID = t.target.Project
			t.target.Template, t.target.TemplateName = task.TemplateID, remembered(task.TemplateName)
			if c.policy.role(c.in, t.target) >= Viewer {
				tasks = append(tasks, t)
			}
		}
	})
	if failed != nil {
		return nil, failed
	}
	return tasks, e.Store.View(ctx, func(tx Tx) (err error) {
		for i := range tasks {
			if tasks[i].track, err = recall(tx, tasks[i].Task); err != nil {
				return err
			}
		}
		return nil
	})
}

// starter is who or what started the task, in a word or two.
func (t foundTask) starter() string {
	if t.track.By != "" {
		return clean(t.track.ByName, 40)
	}
	if trigger := triggerOf(t.Task); trigger != byUser {
		return string(trigger)
	}
	return clean(t.UserName, 40)
}

// stamp is a time for a table: with the day where that is not today.
func stamp(at, now time.Time) string {
	at, now = at.UTC(), now.UTC()
	switch {
	case at.IsZero():
		return ""
	case at.Format(time.DateOnly) == now.Format(time.DateOnly):
		return at.Format("15:04")
	}
	return at.Format("2006-01-02 15:04")
}
