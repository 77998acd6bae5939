package semaphore

import (
	"context"
	"time"
)

// How often the status of a task is asked for: with a WebSocket, which says when to ask, and without.
const (
	liveStatus, blindStatus = 5 * time.Second, time.Second
	// storing is how soon to ask again when the WebSocket knows a status that the answer does not have: the server tells
	// about it before it stores it.
	storing = 100 * time.Millisecond
	// patience is how long trouble that passes may last.
	patience = 2 * time.Minute
	// firstRetry and lastRetry are the waits after trouble; they double.
	firstRetry, lastRetry = time.Second, 15 * time.Second
)

// statusWatch asks for the status of a task when that is due.
type statusWatch struct {
	client   *Client
	project  ProjectID
	id       TaskID
	onStatus func(Task)
	task     Task // as last seen; its ID is 0 before that
	due      time.Time
	trouble  trouble
}

func (c *Client) watchStatus(project ProjectID, id TaskID, onStatus func(Task)) *statusWatch {
	return &statusWatch{client: c, project: project, id: id, onStatus: onStatus}
}

// look asks when it is due or when something happened.
func (w *statusWatch) look(ctx context.Context, n news) error {
	now := time.Now()
	if now.Before(w.due) && (!n.updated || !w.trouble.since.IsZero()) {
		return ctx.Err()
	}
	task, err := w.client.Task(ctx, w.project, w.id)
	if err != nil {
		if w.task.ID == 0 { // nothing has worked yet: then it is a mistake more often than trouble
			return err
		}
		w.due, err = w.trouble.met(ctx, err)
		return err
	}
	w.trouble = trouble{}
	w.due = time.Now().Add(blindStatus)
	switch behind := n.said != "" && n.said != task.Status && !task.Status.Ended(); {
	case behind && n.updated:
		w.due = time.Now().Add(storing)
	case n.live && !behind:
		w.due = time.Now().Add(liveStatus)
	}
	changed := task.Status != w.task.Status
	task.ID, task.ProjectID = w.id, w.project // whatever the server says
	w.task = task
	if changed && w.onStatus != nil {
		w.onStatus(task)
	}
	return nil
}

// trouble counts failures in a row of something that is asked again and again.
type trouble struct {
	since, until time.Time
	wait         time.Duration
}

// met decides about a failure: it returns when to ask again, or the error when that is of no use or has lasted.
func (t *trouble) met(ctx context.Context, err error) (time.Time, error) {
	now := time.Now()
	if t.since.IsZero() {
		t.since, t.wait = now, firstRetry
	}
	if ctx.Err() != nil || !passing(err) || now.Sub(t.since) > patience {
		return now, err
	}
	t.until = now.Add(t.wait)
	t.wait = min(2*t.wait, lastRetry)
	return t.until, nil
}
