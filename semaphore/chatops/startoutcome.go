package chatops

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// system is an entry about the request that time or Semaphore caused.
func (r request) system(d Decision, reason string) AuditEntry {
	entry := r.audited(d, reason)
	entry.Command, entry.Room, entry.Event = "run", r.Where.Room, r.Event
	return entry
}

// fail ends a request that was not started, and says why where it was asked.
func (c *changes) fail(r *request, reason string, says Text, now time.Time) {
	c.end(r, Failed, reason, plain("Not started, at "+clock(now)+"."))
	c.tellNotStarted(*r, says)
	c.note(r.system(DecisionFailed, reason))
}

// tellNotStarted tells who asked for a request that ended without a task.
func (c *changes) tellNotStarted(r request, says Text) {
	head := para(mention(r.By, clean(r.ByName, maxName)), plain(": request "), code(r.ID), plain(" was not started."))
	c.send(outboxRow{Outgoing: Outgoing{Key: string(r.State) + "." + r.ID, To: r.Where, Alert: true, Body: append(Text{head}, says...)}})
}

// started is the decision when the task of a request is there: with the request its card and its track come to be.
func (e *Engine) started(tx Tx, id string, task semaphore.Task) (changes, error) {
	var c changes
	r, found, err := load[request](tx, requestKey(id))
	if err != nil || !found || r.State != Starting {
		return c, err
	}
	now := e.Now()
	r.State, r.Task = Started, TaskRef{Project: r.Target.Project, Task: task.ID}
	t := track{
		TaskRef: r.Task, Target: r.Target, Request: r.ID, By: r.By, ByName: r.ByName, Start: r.Start, Where: r.Where,
		Card: "card." + r.Task.key(), Status: task.Status, Since: now,
	}
	said := []Span{plain("Runs as ")}
	said = append(said, link(fmt.Sprintf("task %d", task.ID), e.Semaphore.TaskURL(r.Target.Project, r.Target.Template, task.ID)), plain("."))
	if len(r.Approvals) > 0 {
		said = append(append(r.approvedBy(now), plain(" ")), said...)
	}
	c.closeAll(r, string(Started), r.asks(said...), false) // The card tells it anyway.
	c.keep(r)
	c.put(trackKey(t.TaskRef), t)
	c.send(outboxRow{Outgoing: Outgoing{Key: t.Card, To: t.Where, Body: e.card(t, task, now)}, Keep: true})
	entry := r.system(DecisionStarted, "")
	entry.Actor = r.By
	c.note(entry)
	return c, nil
}

// notStarted is the decision after an attempt that has failed: another one, or the end of the request.
func (e *Engine) notStarted(tx Tx, id string, why attemptError) (changes, error) {
	var c changes
	r, found, err := load[request](tx, requestKey(id))
	if err != nil || !found || r.State != Starting {
		return c, err
	}
	now := e.Now()
	sure := why.step == stepPrepare || why.step == stepStart && semaphore.NotSent(why.err)
	overdue := !now.Before(r.Expires)
	switch {
	case why.step != stepLook && why.refused():
		says := sentence(explain(why.err, why.id))
		if own, ok := errors.AsType[*refusal](why.err); ok {
			says = own.notice
		}
		c.fail(&r, "refused, error "+why.id, says, now)
	case overdue && !sure:
		c.fail(&r, "unknown whether it was started, error "+why.id, sentence(
			"Semaphore did not answer, so it may have started the task or not. Please look there before you ask again."), now)
	case overdue:
		c.fail(&r, "semaphore could not be reached, error "+why.id, sentence(explain(why.err, why.id)), now)
	case sure, why.step == stepLook && errors.Is(why.err, semaphore.ErrNotFound) && why.over:
		r.Tried, r.Retry = time.Time{}, now.Add(startRetry)
		c.tellTrouble(&r, "I keep trying until "+clock(r.Expires)+".", now)
		c.keep(r)
	default:
		r.Retry = now.Add(startRetry)
		c.tellTrouble(&r, "It may have started this or not; I look for the task until "+clock(r.Expires)+".", now)
		c.keep(r)
	}
	return c, nil
}

// tellTrouble says on the question why a start takes more than some seconds.
func (c *changes) tellTrouble(r *request, says string, now time.Time) {
	if r.Trouble == says || now.Sub(r.due()) < startSlow {
		return
	}
	r.Trouble = says
	c.closeAsk(*r, fmt.Sprintf("trouble%d", now.Unix()), r.asks(plain("Semaphore does not answer as it should. "+says)))
}

// refused says whether the error is an answer that will not change. So answers a server of which a task wants too much,
// with an error of its own; StartTask has looked for the task then.
func (a attemptError) refused() bool {
	if api, ok := errors.AsType[*semaphore.APIError](a.err); ok {
		return a.step == stepStart && api.Status == http.StatusInternalServerError || !api.Temporary()
	}
	_, own := errors.AsType[*refusal](a.err)
	return own || errors.Is(a.err, semaphore.ErrInvalid) || errors.Is(a.err, semaphore.ErrNotFound)
}
