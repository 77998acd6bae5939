package chatops

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// card is the message that shows the state of a task: posted when the task is there, and edited as it goes on.
func (e *Engine) card(t track, task semaphore.Task, now time.Time) Text {
	text := Text{e.headline(t.TaskRef, t.Target, task)}
	var facts []Span
	if t.By != "" {
		facts = append(facts, plain("asked for by "), person(t.By, clean(t.ByName, maxName)))
		if t.Request != "" {
			facts = append(facts, plain(" ("+t.Request+")"))
		}
	}
	if d := course(task, now); d != "" {
		if len(facts) > 0 {
			facts = append(facts, plain(" · "))
		}
		facts = append(facts, plain(d))
	}
	if len(facts) > 0 {
		text = append(text, para(facts...))
	}
	if with := t.Start.summary(); with != "" {
		text = append(text, para(plain("with "), plain(with)))
	}
	if personal := pick(e.Messages.Start, t.Card, t.ByName); personal != "" && t.Request != "" && !task.Status.Ended() {
		text = append(text, para(plain(personal)))
	}
	if task.Status == semaphore.StatusWaitingConfirmation {
		text = append(text, e.asksToConfirm(t.Task))
	}
	return text
}

// asksToConfirm says how to answer a task that waits for a confirmation.
func (e *Engine) asksToConfirm(id semaphore.TaskID) Block {
	return para(
		code(e.Prefix+" confirm-task "+taskNumber(id)), plain(" lets it go on, "), code(e.Prefix+" reject-task "+taskNumber(id)), plain(" ends it."),
	)
}

// headline names a task and says how it stands.
func (e *Engine) headline(ref TaskRef, target TargetRef, task semaphore.Task) Block {
	look := lookOf(task.Status)
	return para(
		plain(look.emoji+" "), bold(targetName(target)), plain(" "),
		link(fmt.Sprintf("#%d", ref.Task), e.Semaphore.TaskURL(ref.Project, target.Template, ref.Task)),
		plain(" "+look.words),
	)
}

// targetName is what people call a template.
func targetName(t TargetRef) string {
	return clean(t.ProjectName, maxName) + " / " + clean(t.TemplateName, maxName)
}

// look is how a status is shown.
type look struct{ emoji, words string }

func lookOf(s semaphore.TaskStatus) look {
	switch s {
	case semaphore.StatusWaiting:
		return look{"⏳", "waits for its turn"}
	case semaphore.StatusStarting:
		return look{"🔄", "is starting"}
	case semaphore.StatusRunning:
		return look{"🔄", "is running"}
	case semaphore.StatusWaitingConfirmation:
		return look{"❓", "waits for a confirmation"}
	case semaphore.StatusConfirmed:
		return look{"🔄", "was confirmed"}
	case semaphore.StatusRejected:
		return look{"🛑", "was rejected"}
	case semaphore.StatusStopping:
		return look{"🛑", "is being stopped"}
	case semaphore.StatusStopped:
		return look{"🛑", "was stopped"}
	case semaphore.StatusSuccess:
		return look{"✅", "has succeeded"}
	case semaphore.StatusError:
		return look{"❌", "has failed"}
	}
	return look{"❔", "is " + clean(string(s), 40)}
}

// course says how long a task has been running, or ran.
func course(task semaphore.Task, now time.Time) string {
	switch {
	case task.Start.IsZero():
		return ""
	case !task.End.IsZero():
		return "took " + span(task.End.Sub(task.Start))
	case task.Status.Ended() || task.Status == semaphore.StatusRejected:
		return ""
	}
	return "running for " + span(now.Sub(task.Start))
}

// span is a duration as people say it.
func span(d time.Duration) string {
	d = max(0, d).Round(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
}

// taskNumber is the number of a task as people write it.
func taskNumber(id semaphore.TaskID) string { return strconv.FormatInt(int64(id), 10) }

// summary says in a few words what a task was started with, "" for nothing.
func (s start) summary() string {
	var with []string
	add := func(name string, values []string) {
		if len(values) > 0 {
			with = append(with, name+" "+clean(strings.Join(values, ", "), maxName))
		}
	}
	add("limit", s.Limit)
	add("tags", s.Tags)
	add("skip-tags", s.SkipTags)
	if s.Branch != "" {
		add("branch", []string{s.Branch})
	}
	if s.DryRun {
		with = append(with, "dry run")
	}
	if s.Debug {
		with = append(with, "debug")
	}
	return strings.Join(with, " · ")
}
