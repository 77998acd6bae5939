package chatops

import (
	"context"
	"errors"

	"github.com/signalbox-go/signalbox/semaphore"
)

func doStop(ctx context.Context, e *Engine, c *call) (decision, error) {
	t, err := e.findTask(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := c.needs(Runner, t.target); err != nil {
		return nil, err
	}
	force := c.values.Bool("force")
	err = e.Semaphore.StopTask(ctx, t.ProjectID, t.ID, force)
	if errors.Is(err, semaphore.ErrTaskEnded) {
		return nil, &refusal{notice: t.state(e), decision: DecisionRefused, reason: "the task has ended"}
	}
	if err != nil {
		return nil, err
	}
	text := Text{e.headline(t.ref(), t.target, semaphore.Task{Status: semaphore.StatusStopping})}
	rows := e.reply(c.in, c.in.key("stop"), text)
	rows[0].Keep = true
	return func(tx Tx) (ch changes, err error) {
		s, found, err := load[stopping](tx, stoppingKey(t.ref()))
		if err != nil {
			return changes{}, err
		}
		if !found || s.Done {
			s = stopping{TaskRef: t.ref(), Target: t.target}
		}
		s.At, s.Slow = c.now, false
		s.Answers = append(s.Answers, asked{Key: rows[0].Key, To: rows[0].To})
		s.Answers = s.Answers[max(0, len(s.Answers)-stopAsked):]
		s.Force = s.Force || force
		ch.messages = rows
		ch.note(t.audited(DecisionDone))
		err = ch.forgetStops(tx, c.now)
		ch.put(stoppingKey(t.ref()), s)
		return ch, err
	}, nil
}

// audited is an entry about the task.
func (t foundTask) audited(d Decision) AuditEntry {
	return AuditEntry{Decision: d, Target: auditTarget(t.target), Task: t.ref()}
}
