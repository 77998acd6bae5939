package chatops

import (
	"context"
	"errors"

	"github.com/signalbox-go/signalbox/semaphore"
)

func doConfirmTask(ctx context.Context, e *Engine, c *call) (decision, error) {
	t, err := e.findWaiting(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := e.mayConfirm(ctx, c, t); err != nil {
		return nil, err
	}
	if err := e.Semaphore.ConfirmTask(ctx, t.ProjectID, t.ID); err != nil {
		return nil, waitsNoMore(t, err)
	}
	return e.confirmed(c, t, DecisionConfirmed, semaphore.StatusConfirmed), nil
}

func doRejectTask(ctx context.Context, e *Engine, c *call) (decision, error) {
	t, err := e.findWaiting(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := c.needs(Runner, t.target); err != nil {
		return nil, err
	}
	err = e.Semaphore.RejectTask(ctx, t.ProjectID, t.ID)
	if errors.Is(err, semaphore.ErrUnsupported) {
		err = e.Semaphore.StopTask(ctx, t.ProjectID, t.ID, true) // An older server.
	}
	if err != nil {
		return nil, waitsNoMore(t, err)
	}
	told := e.confirmed(c, t, DecisionCancelled, semaphore.StatusRejected)
	return func(tx Tx) (changes, error) {
		s, found, err := load[stopping](tx, stoppingKey(t.ref()))
		if err != nil {
			return changes{}, err
		}
		if !found {
			s = stopping{TaskRef: t.ref(), Target: t.target, Done: true}
		}
		s.At, s.Rejects = c.now, true
		ch, err := told(tx)
		if err == nil {
			err = ch.forgetStops(tx, c.now)
		}
		ch.put(stoppingKey(t.ref()), s)
		return ch, err
	}, nil
}

// findWaiting finds a task and refuses where it does not wait for a confirmation.
func (e *Engine) findWaiting(ctx context.Context, c *call) (foundTask, error) {
	t, err := e.findTask(ctx, c)
	if err == nil && t.Status != semaphore.StatusWaitingConfirmation {
		err = &refusal{
			notice:   append(sentence("This task does not wait for a confirmation."), t.state(e)...),
			decision: DecisionRefused, reason: "the task does not wait",
		}
	}
	return t, err
}

// waitsNoMore is the refusal where somebody else was faster.
func waitsNoMore(t foundTask, err error) error {
	if errors.Is(err, semaphore.ErrNotFound) || errors.Is(err, semaphore.ErrTaskEnded) {
		return refusedf("the task does not wait", "Task %d does not wait for a confirmation any more.", t.ID)
	}
	return err
}

// mayConfirm refuses who may not let a task go on: what it does then is what people wanted to be asked about.
func (e *Engine) mayConfirm(ctx context.Context, c *call, t foundTask) error {
	if err := c.needs(Runner, t.target); err != nil {
		return err
	}
	place := c.policy.place(c.in)
	if c.policy.approvals(t.target, place, start{}) > 0 {
		if err := c.needs(Approver, t.target); err != nil {
			return err
		}
		if t.track.By == c.in.From {
			r := refusedf("own request", "You asked for this task yourself, so somebody else has to confirm it.")
			r.decision = DecisionDenied
			return r
		}
	}
	return e.Store.View(ctx, func(tx Tx) error {
		r, _, err := load[request](tx, requestKey(t.track.Request))
		if err != nil {
			return err
		}
		if !r.sealedAs(c.in, c.policy) {
			r := refusedf("not encrypted", "This task was asked for where messages are encrypted, so it is confirmed only there or in another encrypted room.")
			r.decision = DecisionDenied
			return r
		}
		asked := request{Target: t.target, By: c.in.From}
		return asked.hindered(tx, c.policy, c.now, c.policy.role(c.in, t.target), place)
	})
}

// confirmed is the decision after Semaphore was told.
func (e *Engine) confirmed(c *call, t foundTask, d Decision, status semaphore.TaskStatus) decision {
	text := Text{e.headline(t.ref(), t.target, semaphore.Task{Status: status})}
	rows := e.reply(c.in, c.in.key("confirm"), text)
	return func(Tx) (ch changes, err error) {
		ch.messages = rows
		ch.note(t.audited(d))
		return ch, nil
	}
}
