package chatops

import (
	"context"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// stopping is a task that somebody asked to stop.
type stopping struct {
	TaskRef
	Target  TargetRef `json:"target"`
	Answers []asked   `json:"answers"` // To those who asked, which are edited when the task has stopped.
	At      time.Time `json:"at"`      // When it was asked for last.
	Force   bool      `json:"force,omitempty"`
	Slow    bool      `json:"slow,omitempty"`     // It was told that it takes long.
	Done    bool      `json:"done,omitempty"`     // It was told how it ended.
	Rejects bool      `json:"rejected,omitempty"` // It waited for a confirmation, and somebody said no.
}

func (s stopping) recordKey() string { return stoppingKey(s.TaskRef) }

func stoppingKey(t TaskRef) string { return joinKey("stopping", t.key()) }

const (
	stopSlow  = 30 * time.Second // after which it is said that a task still runs
	stopKept  = time.Hour        // that it is known that a task was stopped
	stopLasts = 24 * time.Hour   // after which nobody waits for it
	stopAsked = 10               // answers that are edited, at most
)

// endOf is the status of a task as people understand it: servers of 2.10 let one that was stopped end in an error, and all
// of them one that was rejected.
func endOf(tx Tx, ref TaskRef, status semaphore.TaskStatus) (semaphore.TaskStatus, error) {
	if status != semaphore.StatusError && status != semaphore.StatusStopped {
		return status, nil
	}
	s, stopped, err := load[stopping](tx, stoppingKey(ref))
	switch {
	case stopped && s.Rejects:
		status = semaphore.StatusRejected
	case stopped:
		status = semaphore.StatusStopped
	}
	return status, err
}

// stopStep tells who stopped a task when it has really ended, or that it has not.
func (f *following) stopStep(ctx context.Context) (wait time.Duration, done bool) {
	s, found, err := f.loadStopping(ctx)
	if err != nil {
		f.logFailure(ctx, "read what is being stopped", err)
		return firstBackoff, false
	}
	if !found || s.Done {
		return 0, true
	}
	wait, err = f.look(ctx)
	took := f.Now().Sub(s.At)
	switch {
	case err != nil:
		return f.answerStop(ctx, sentence("Nobody knows how it ended: Semaphore does not show the task any more."), true)
	case f.task.ID == 0:
		return wait, false
	case f.task.Status.Ended():
		task := f.task
		if task.Status == semaphore.StatusError {
			task.Status = semaphore.StatusStopped
		}
		head := f.headline(s.TaskRef, s.Target, task)
		head.Spans = append(head.Spans, plain(" · "+span(took)+" after it was asked to"))
		return f.answerStop(ctx, Text{head}, true)
	case took > stopLasts:
		text := Text{f.headline(s.TaskRef, s.Target, f.task), para(plain("It was asked to stop a day ago and has not. I look no longer."))}
		return f.answerStop(ctx, text, true)
	case took > stopSlow && !s.Slow:
		text := Text{f.headline(s.TaskRef, s.Target, f.task)}
		if !s.Force {
			text = append(text, para(plain("It was asked to stop and has not. "), code(f.Prefix+" stop "+taskNumber(s.Task)+" --force"), plain(" kills it.")))
		} else {
			text = append(text, para(plain("It was asked to stop by force and has not. Maybe the server was restarted under it.")))
		}
		return f.answerStop(ctx, text, false)
	}
	return wait, false
}

func (f *following) loadStopping(ctx context.Context) (s stopping, found bool, err error) {
	err = f.Store.View(ctx, func(tx Tx) (err error) {
		s, found, err = load[stopping](tx, f.key)
		return err
	})
	return s, found, err
}

// answerStop edits the answers to those who stopped a task.
func (f *following) answerStop(ctx context.Context, text Text, last bool) (wait time.Duration, done bool) {
	err := f.commit(ctx, func(tx Tx) (c changes, err error) {
		s, found, err := load[stopping](tx, f.key)
		if err != nil || !found || s.Done {
			return changes{}, err
		}
		what := fmt.Sprintf("/slow/%d", len(s.Answers)) // Who asks again is told again.
		s.Slow = true
		if last {
			what, s.Done = "/end", true
		}
		c.put(f.key, s)
		for _, a := range s.Answers {
			c.send(outboxRow{Outgoing: Outgoing{Key: a.Key + what, To: a.To, Body: text}, Replaces: a.Key})
		}
		return c, nil
	})
	if err != nil {
		f.logFailure(ctx, "answer who stopped a task", err)
		return firstBackoff, false
	}
	return 0, last
}

// forgetStops forgets what was stopped long ago.
func (c *changes) forgetStops(tx Tx, now time.Time) error {
	all, err := all[stopping](tx, "stopping/")
	for _, s := range all {
		if s.Done && now.Sub(s.At) > stopKept {
			c.remove(stoppingKey(s.TaskRef))
		}
	}
	return err
}
