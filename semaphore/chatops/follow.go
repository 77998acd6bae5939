package chatops

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// How tasks are followed.
const (
	maxFollowed = 64                     // tasks at the same time; more of them wait
	liveLook    = 5 * time.Second        // between two looks where Semaphore says when to look
	blindLook   = time.Second            // where it does not
	storing     = 100 * time.Millisecond // that the server takes to store what it has told
	lookTimeout = 15 * time.Second
	slowestLook = 15 * time.Second   // while Semaphore is away
	missingLong = 2 * time.Minute    // after which a task that is not there is gone
	longestTask = 7 * 24 * time.Hour // after which nobody waits for the end of a task; a restart of the server makes such
)

// following is a record of a task that is being followed by a goroutine of its own.
type following struct {
	*Engine
	key  string // Of the record.
	ref  TaskRef
	wake chan struct{} // Has a place for one.

	task    semaphore.Task // As last seen.
	again   int            // How often to look again soon, because of a hint.
	missing time.Time      // Since when it is not found.
	fails   time.Duration  // The wait after the last failure.
	tail    *tailing       // Its live lines; nil while nobody wants them.
}

// ring wakes it.
func (f *following) ring() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// followTracks sees to it that every task that is tracked, reported or being stopped is followed.
func (e *Engine) followTracks(ctx context.Context) time.Duration {
	records, err := e.followed(ctx)
	if err != nil {
		e.logFailure(ctx, "read what is followed", err)
		return firstBackoff
	}
	if len(records) > 0 {
		e.listen(ctx)
	}
	for key, ref := range records {
		if !e.startFollowing(ctx, key, ref) {
			break // The next one to end wakes this loop.
		}
	}
	return longestSleep
}

// followed are the tasks to follow, by the keys of their records.
func (e *Engine) followed(ctx context.Context) (map[string]TaskRef, error) {
	var records map[string]TaskRef
	err := e.Store.View(ctx, func(tx Tx) error {
		records = map[string]TaskRef{}
		for _, prefix := range []string{"track/", "report/", "stopping/"} {
			for r, err := range tx.Scan(prefix, "") {
				if err != nil {
					return err
				}
				ref, err := decode[struct {
					TaskRef
					Done bool `json:"done"`
				}](r)
				if err == nil && !strings.HasPrefix(r.Key, prefix+ref.key()) {
					err = &damagedError{r, errMisplaced}
				}
				if err != nil {
					return err
				}
				if !ref.Done {
					records[r.Key] = ref.TaskRef
				}
			}
		}
		return nil
	})
	return records, err
}

// startFollowing follows a record, unless that is being done. It says whether there was a place.
func (e *Engine) startFollowing(ctx context.Context, key string, ref TaskRef) bool {
	f := &following{Engine: e, key: key, ref: ref, wake: make(chan struct{}, 1)}
	all := &e.follows
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.active[key] != nil {
		return true
	}
	if len(all.active) >= maxFollowed {
		return false
	}
	if all.active == nil {
		all.active = map[string]*following{}
	}
	all.active[key] = f
	e.running.Go(func() {
		f.run(ctx)
		all.mu.Lock()
		delete(all.active, key)
		all.mu.Unlock()
		e.Wake()
	})
	return true
}

// run follows until there is nothing more to do.
func (f *following) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer f.survive(ctx, "follow a task", slog.String("record", f.key))
	defer f.stopTail()
	step := f.trackStep
	if strings.HasPrefix(f.key, "stopping/") {
		step = f.stopStep
	}
	for ctx.Err() == nil {
		wait, done := step(ctx)
		if done {
			return
		}
		timer := time.NewTimer(max(0, wait))
		select {
		case <-ctx.Done():
		case <-f.wake:
			f.again = 3
		case <-timer.C:
		}
		timer.Stop()
	}
}

// survive is deferred by what goes on in a goroutine of its own. A panic ends that alone, after a minute.
func (e *Engine) survive(ctx context.Context, doing string, attributes ...slog.Attr) {
	what := recover()
	if what == nil {
		return
	}
	attributes = append(attributes, slog.String("what", doing), slog.Any("error", what), slog.String("stack", string(debug.Stack())))
	e.Logger.LogAttrs(ctx, slog.LevelError, "something panicked, and the rest goes on", attributes...)
	pause(ctx, longestSleep)
}

// errNoStatus is what an answer comes to that is none.
var errNoStatus = errors.New("the answer has no status")

// look asks Semaphore how the task stands, and says when to look the next time. A task that is not there is reported by
// an error that wraps [semaphore.ErrNotFound], once that is sure; other errors pass.
func (f *following) look(ctx context.Context) (wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	was := f.task.Status
	task, err := f.Semaphore.Task(ctx, f.ref.Project, f.ref.Task)
	if err == nil && task.Status.Ended() && task.End.IsZero() {
		pause(ctx, 2*storing) // The server notes the time of the end a moment after the end.
		task, err = f.Semaphore.Task(ctx, f.ref.Project, f.ref.Task)
	}
	if err == nil && task.Status == "" {
		err = errNoStatus
	}
	if err != nil {
		if errors.Is(err, semaphore.ErrNotFound) || errors.Is(err, semaphore.ErrForbidden) {
			if f.missing.IsZero() {
				f.missing = f.Now()
			}
			if f.Now().Sub(f.missing) >= missingLong {
				return 0, err
			}
		}
		f.fails = min(max(blindLook, 2*f.fails), slowestLook)
		f.logFailure(ctx, "look at a task", err, slog.String("task", f.ref.key()))
		return f.fails, nil
	}
	task.ID, task.ProjectID = f.ref.Task, f.ref.Project // Whatever the server says.
	f.task, f.missing, f.fails = task, time.Time{}, 0
	if f.again > 0 && task.Status == was {
		f.again--
		return storing, nil
	}
	f.again = 0
	if f.follows.hasHints() {
		return liveLook, nil
	}
	return blindLook, nil
}
