package chatops

import (
	"fmt"
	"slices"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

// notices are what watches tell about what happened in a project: each thing once in a place, however many watches want it.
func (e *Engine) notices(tx Tx, project TargetRef, happened []happening) (c changes, err error) {
	if len(happened) == 0 {
		return c, nil
	}
	watches, err := all[watch](tx, "watch/")
	if err != nil {
		return c, err
	}
	policy, now := e.policy.Load(), e.Now()
	told, many := map[string]bool{}, map[string]int{}
	for i, h := range happened {
		ref := TaskRef{Project: project.Project, Task: h.task.ID}
		target := project
		target.Template, target.TemplateName = h.task.TemplateID, remembered(h.task.TemplateName)
		by := triggerOf(h.task)
		if _, asked, err := requestOf(tx, h.task); err != nil {
			return c, err
		} else if asked {
			by = byBot
		}
		if h.what == hasFailed || h.what == hasStopped {
			if h.task.Status, err = endOf(tx, ref, h.task.Status); err != nil {
				return c, err
			}
			if h.task.Status != semaphore.StatusError {
				h.what = hasStopped
			}
		}
		for _, w := range watches {
			place := joinKey(w.Where.conversation(), w.Where.Thread, ref.key(), string(h.what))
			if told[place] || !w.wants(h.what, by, target, policy, now) || h.what == hasStarted && w.wantsEnd(happened[i+1:], h.task.ID) {
				continue
			}
			told[place] = true
			if many[w.ID]++; many[w.ID] > maxNotices {
				continue
			}
			e.notice(&c, w, h, track{
				TaskRef: ref, Target: target, Where: w.Where, Status: h.task.Status, Since: now, Shown: shown{Ended: now},
				Card: fmt.Sprintf("watch/%s/%s/%s", w.ID, ref.key(), h.what),
			}, by)
		}
	}
	for _, w := range watches {
		if more := many[w.ID] - maxNotices; more > 0 {
			last := TaskRef{Project: project.Project, Task: happened[len(happened)-1].task.ID}
			name := clean(project.ProjectName, maxName)
			c.send(outboxRow{Outgoing: Outgoing{
				Key: fmt.Sprintf("watch/%s/%s/more", w.ID, last.key()), To: w.Where,
				Body: say(
					plain("… and "+counted(more, "more notice")+" of "), bold(name), plain(". "),
					code(e.Prefix+" history "+commandline.Quote(name)), plain(" lists the latest tasks."),
				),
			}})
		}
	}
	return c, nil
}

// maxNotices is how many notices of a watch come at once, as after a long absence. What is more is counted.
const maxNotices = 100

// wantsEnd says whether the watch is told in the same moment how a task ended: then it is not told that it began.
func (w watch) wantsEnd(rest []happening, task semaphore.TaskID) bool {
	return slices.ContainsFunc(rest, func(h happening) bool { return h.task.ID == task && slices.Contains(w.Happens, h.what) })
}

// notice tells what a task did; where it failed, how its log ends is told below.
func (e *Engine) notice(c *changes, w watch, h happening, t track, by trigger) {
	task := h.task
	if h.what == hasStarted {
		task.Status = semaphore.StatusRunning
	}
	head := e.headline(t.TaskRef, t.Target, task)
	if d := course(task, e.Now()); d != "" && task.Status.Ended() {
		head.Spans = append(head.Spans, plain(" · "+d))
	}
	head.Spans = append(head.Spans, plain(" · started by "+by.words()))
	text := Text{head}
	if h.what == hasAsked {
		text = append(text, e.asksToConfirm(t.Task))
	}
	c.send(outboxRow{Outgoing: Outgoing{Key: t.Card, To: w.Where, Body: text, Alert: h.what == hasFailed}, Keep: h.what == hasFailed})
	if h.what == hasFailed {
		c.put(reportKey(t.TaskRef, w.ID), t)
	}
}
