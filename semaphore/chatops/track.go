package chatops

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// How often a card is edited.
const (
	editAtMost = 2 * time.Second // But for the end, which is shown at once.
	stillThere = 5 * time.Minute // After which it says how long the task has been running.
)

// shown is how far the course of a task has been shown.
type shown struct {
	Edits    int       `json:"edits,omitempty"`    // How often its card was edited.
	EditedAt time.Time `json:"edited_at,omitzero"` // When it was edited last.
	Ended    time.Time `json:"ended,omitzero"`     // When its end was told; what remains is its log.
	Batches  int       `json:"batches,omitempty"`  // How many messages of live lines there were.
	Lines    int       `json:"lines,omitempty"`    // How many lines those had, those left out included.
}

// reportKey is the key of a track that is only there for its log: below the notice of a watch.
func reportKey(t TaskRef, watch string) string { return joinKey("report", t.key(), watch) }

// latestKey is the key of the task that ended last in a conversation; its value is a track.
func latestKey(conversation string) string { return joinKey("latest", conversation) }

// trackStep does what there is to do for a tracked task, and says when to look again.
func (f *following) trackStep(ctx context.Context) (wait time.Duration, done bool) {
	var t track
	var found, live bool
	err := f.Store.View(ctx, func(tx Tx) (err error) {
		if t, found, err = load[track](tx, f.key); err != nil || !found {
			return err
		}
		live, err = wantsLines(tx, t)
		return err
	})
	switch {
	case err != nil:
		f.logFailure(ctx, "read a track", err)
		return firstBackoff, false
	case !found:
		return 0, true
	case !t.Shown.Ended.IsZero():
		return f.reportStep(ctx, t)
	}
	wait, err = f.look(ctx)
	now := f.Now()
	switch {
	case err == nil && f.task.ID == 0: // Nothing is known yet.
		return wait, false
	case err == nil && f.task.Status.Ended():
		return f.settle(ctx, f.ended), false
	case err != nil || now.Sub(t.Since) > longestTask:
		return f.settle(ctx, func(_ Tx, t track) (changes, error) { return f.lost(t, err) }), false
	}
	f.keepTail(ctx, t, live)
	due := later(t.Shown.EditedAt, t.Since).Add(editAtMost)
	if f.task.Status == t.Status {
		due = later(t.Shown.EditedAt, t.Since).Add(stillThere)
	}
	if now.Before(due) {
		return min(wait, due.Sub(now)), false
	}
	if failed := f.settle(ctx, func(_ Tx, t track) (c changes, _ error) {
		f.edit(&c, &t, f.task)
		return c, nil
	}); failed > 0 {
		return failed, false
	}
	return wait, false
}

// settle changes a track that is still there, and says how long to wait after a failure.
func (f *following) settle(ctx context.Context, decide func(Tx, track) (changes, error)) time.Duration {
	err := f.commit(ctx, func(tx Tx) (changes, error) {
		t, found, err := load[track](tx, f.key)
		if err != nil || !found {
			return changes{}, err
		}
		return decide(tx, t)
	})
	if err != nil {
		f.logFailure(ctx, "write a track", err)
		return firstBackoff
	}
	return 0
}

// edit shows how a task stands on its card.
func (f *following) edit(c *changes, t *track, task semaphore.Task) {
	t.Status, t.Shown.EditedAt = task.Status, f.Now()
	t.Shown.Edits++
	c.put(f.key, *t)
	c.send(outboxRow{
		Outgoing: Outgoing{
			Key: fmt.Sprintf("%s/edit/%d", t.Card, t.Shown.Edits), To: t.Where, Body: f.card(*t, task, t.Shown.EditedAt),
		},
		Replaces: t.Card, Anew: !t.Shown.Ended.IsZero(), // The last one has to be seen.
	})
}

// ended tells that a task is over: on its card and, with a mention, to who wanted it.
func (f *following) ended(tx Tx, t track) (c changes, err error) {
	if !t.Shown.Ended.IsZero() {
		return c, nil
	}
	task := f.task
	if task.Status, err = endOf(tx, t.TaskRef, task.Status); err != nil {
		return changes{}, err
	}
	t.Shown.Ended = f.Now()
	f.edit(&c, &t, task)
	c.put(latestKey(t.Where.conversation()), t)
	if t.By != "" {
		row := f.below(t, "end", f.farewell(t, task))
		row.Alert = true
		c.send(row)
	}
	c.note(AuditEntry{
		Decision: DecisionEnded, Reason: string(task.Status), Room: t.Where.Room, Request: t.Request,
		Target: auditTarget(t.Target), Task: t.TaskRef,
	})
	return c, nil
}

// lost ends the tracking of a task that nobody can say anything about, and tells who wanted it.
func (f *following) lost(t track, err error) (c changes, _ error) {
	why := "It has not ended within a week, and is not followed any more."
	if errors.Is(err, semaphore.ErrNotFound) {
		why = "Semaphore does not know it any more: somebody has deleted it."
	} else if err != nil {
		why = "Semaphore does not show it to this bot any more."
	}
	task := semaphore.Task{Status: "lost from sight"}
	c.remove(f.key)
	c.send(outboxRow{
		Outgoing: Outgoing{
			Key: fmt.Sprintf("%s/edit/%d", t.Card, t.Shown.Edits+1), To: t.Where,
			Body: Text{f.headline(t.TaskRef, t.Target, task), para(plain(why))},
		},
		Replaces: t.Card, Anew: true,
	})
	if t.By != "" {
		row := f.below(t, "end", Text{f.addressed(t, task), para(plain(why))})
		row.Alert = true
		c.send(row)
	}
	c.note(AuditEntry{
		Decision: DecisionEnded, Reason: "lost", Room: t.Where.Room, Request: t.Request, Target: auditTarget(t.Target), Task: t.TaskRef,
	})
	return c, nil
}

// below is a message in the thread of a card.
func (f *following) below(t track, name string, body Text) outboxRow {
	to := t.Where
	to.ReplyTo = ""
	return outboxRow{
		Outgoing: Outgoing{Key: t.Card + "/" + name, To: to, Body: body},
		Under:    &under{Key: t.Card, Title: fmt.Sprintf("%s #%d", clean(t.Target.TemplateName, 40), t.Task)},
	}
}

// farewell is the message that a task is over.
func (f *following) farewell(t track, task semaphore.Task) Text {
	head := f.addressed(t, task)
	if d := course(task, f.Now()); d != "" {
		head.Spans = append(head.Spans, plain(" · "+d))
	}
	texts := f.Messages.Failure
	if task.Status == semaphore.StatusSuccess {
		texts = f.Messages.Success
	}
	if personal := pick(texts, t.Card, t.ByName); personal != "" {
		return Text{head, para(plain(personal))}
	}
	return Text{head}
}

// addressed is the headline for who wanted the task.
func (f *following) addressed(t track, task semaphore.Task) Block {
	head := f.headline(t.TaskRef, t.Target, task)
	head.Spans = append([]Span{mention(t.By, clean(t.ByName, maxName)), plain(": ")}, head.Spans...)
	return head
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
