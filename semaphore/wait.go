package semaphore

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Outcome says how a task ended.
type Outcome string

// The outcomes.
const (
	OutcomeSuccess Outcome = "success"
	OutcomeFailure Outcome = "failure"
	OutcomeStopped Outcome = "stopped" // because somebody asked for it
)

// WaitRequest says how to wait for a task; the zero value is good.
type WaitRequest struct {
	// Timeout ends the wait with [ErrWaitTimeout]. After a restart of the server its tasks keep their status for ever, so
	// that there is always such a bound. 0 means one hour.
	Timeout time.Duration
	// StopRequested says that the task was asked to stop elsewhere; what this client stopped it knows by itself.
	StopRequested bool
	// OnStatus is called with the task when waiting begins and whenever its status changes, in the goroutine that waits.
	// Nil: nothing is called.
	OnStatus func(Task)
}

// Result is a task that ended.
type Result struct {
	Task    Task
	Outcome Outcome
}

// defaultWait bounds a wait that names no bound.
const defaultWait = time.Hour

// Wait waits until a task has ended. The status is what the server answers when asked; its WebSocket only says when to
// ask. Trouble that passes, such as a restart of the server, is waited out for two minutes at most.
//
// A task that was stopped gracefully has the status error; its outcome is [OutcomeStopped] when this client stopped it
// or the request says so. A result with another outcome than success is no error. When the wait ends without a result,
// the task is as last seen. API: GET /project/{project_id}/tasks/{task_id} and GET /ws.
func (c *Client) Wait(ctx context.Context, project ProjectID, id TaskID, req WaitRequest) (Result, error) {
	if req.Timeout <= 0 {
		req.Timeout = defaultWait
	}
	ctx, cancel := context.WithTimeoutCause(ctx, req.Timeout, ErrWaitTimeout)
	defer cancel()
	feed := newFeed(project, id, false)
	stop := c.startListening(ctx, feed)
	defer stop()
	status := c.watchStatus(project, id, req.OnStatus)
	for {
		news := feed.take()
		if err := status.look(ctx, news); err != nil {
			return Result{Task: status.task}, waitError(ctx, id, status.task, err)
		}
		if status.task.Status.Ended() {
			break
		}
		if err := pause(ctx, status.due, feed.wake); err != nil {
			return Result{Task: status.task}, waitError(ctx, id, status.task, err)
		}
	}
	task := c.withEnd(ctx, status.task)
	return Result{Task: task, Outcome: c.outcome(task, req.StopRequested)}, nil
}

// waitError names the bound of the wait where that is what ended it.
func waitError(ctx context.Context, id TaskID, task Task, err error) error {
	if errors.Is(context.Cause(ctx), ErrWaitTimeout) {
		err = fmt.Errorf("%w; its status is %q", ErrWaitTimeout, task.Status)
	}
	return during(fmt.Sprintf("wait for task %d", id), err)
}

// withEnd asks once more for a task that has no time of its end: the server sets it a moment after the status.
func (c *Client) withEnd(ctx context.Context, task Task) Task {
	if !task.End.IsZero() || sleep(ctx, 200*time.Millisecond) != nil {
		return task
	}
	if again, err := c.Task(ctx, task.ProjectID, task.ID); err == nil && again.Status.Ended() {
		return again
	}
	return task // after a restart of the server there is none
}

// outcome says how a task ended. stopRequested tells that somebody other than this client asked it to stop.
func (c *Client) outcome(task Task, stopRequested bool) Outcome {
	switch task.Status {
	case StatusSuccess:
		return OutcomeSuccess
	case StatusStopped:
		return OutcomeStopped
	}
	if stopRequested || c.stops.has(task.ProjectID, task.ID) {
		return OutcomeStopped
	}
	return OutcomeFailure
}

// startListening feeds from the WebSocket until stop is called, unless the client does without.
func (c *Client) startListening(ctx context.Context, f listener) (stop func()) {
	if c.config.noWebSocket {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.listen(ctx, f)
	}()
	return func() {
		cancel()
		<-done
	}
}

// pause waits until a time or until something wakes it.
func pause(ctx context.Context, until time.Time, wake <-chan struct{}) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
