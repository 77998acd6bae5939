package chatops

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// pageOfTasks is how many of the newest tasks are fetched with each look; more where all of them are new.
const (
	pageOfTasks = 50
	mostTasks   = 2000
)

// watchProjects looks for what happened to tasks that somebody watches.
func (e *Engine) watchProjects(ctx context.Context) time.Duration {
	watches, cursors, err := e.watches(ctx)
	if err != nil {
		e.logFailure(ctx, "read the watches", err)
		return firstBackoff
	}
	if cursors = unwatched(watches, cursors); len(cursors) > 0 {
		if err := e.endWatching(ctx, cursors); err != nil {
			e.logFailure(ctx, "end watching", err)
			return firstBackoff
		}
	}
	if len(watches) == 0 {
		e.follows.lookouts(nil)
		return longestSleep
	}
	e.listen(ctx)
	projects, err := e.watched(ctx, watches)
	if err != nil {
		e.logFailure(ctx, "list the projects that are watched", err)
		return lookEvery
	}
	lookouts := e.follows.lookouts(projects)
	now, next := time.Now(), time.Now().Add(longestSleep)
	var due []listed
	e.follows.mu.Lock()
	for _, p := range projects {
		l := lookouts[p.project().Project]
		if at := l.due(); at.After(now) {
			next = earlier(next, at)
			continue
		}
		l.looks(now)
		due = append(due, p)
	}
	e.follows.mu.Unlock()
	eachOf(due, func(p listed) {
		open, err := e.lookAt(ctx, p.project())
		if err != nil {
			e.logFailure(ctx, "look at a project", err)
		}
		e.follows.mu.Lock()
		defer e.follows.mu.Unlock()
		lookouts[p.project().Project].looked(time.Now(), open, err, e.follows.live, len(projects))
	})
	e.follows.mu.Lock()
	defer e.follows.mu.Unlock()
	for _, l := range lookouts {
		next = earlier(next, l.due())
	}
	return time.Until(next)
}

// watches reads all of them, and the keys of the cursors.
func (e *Engine) watches(ctx context.Context) (watches []watch, cursors []string, err error) {
	err = e.Store.View(ctx, func(tx Tx) (err error) {
		cursors = nil
		if watches, err = all[watch](tx, "watch/"); err != nil {
			return err
		}
		for r, err := range tx.Scan("cursor/", "") {
			if err != nil {
				return err
			}
			cursors = append(cursors, r.Key)
		}
		return nil
	})
	return watches, cursors, err
}

// unwatched are the keys of the cursors of projects that no watch is about.
func unwatched(watches []watch, cursors []string) []string {
	return slices.DeleteFunc(slices.Clone(cursors), func(key string) bool {
		return slices.ContainsFunc(watches, func(w watch) bool {
			return w.Target.Project == 0 || cursorKey(w.Target.Project) == key
		})
	})
}

// endWatching forgets how far projects were looked at, so that the next watch begins at its present.
func (e *Engine) endWatching(ctx context.Context, cursors []string) error {
	return e.commit(ctx, func(tx Tx) (c changes, err error) {
		watches, err := all[watch](tx, "watch/")
		if err != nil {
			return changes{}, err
		}
		for _, key := range unwatched(watches, cursors) {
			c.remove(key)
		}
		return c, nil
	})
}

// watched are the projects that the watches are about and that those who watch may know of.
func (e *Engine) watched(ctx context.Context, watches []watch) (projects []listed, err error) {
	policy := e.policy.Load()
	for _, w := range watches {
		c := &call{policy: policy, in: Incoming{From: w.By, Room: w.Place, Direct: w.Place == ""}}
		known, _, err := e.projects(ctx, c, age{catalogFresh, catalogStale})
		if err != nil {
			return nil, err
		}
		for _, p := range known {
			if (w.Target.Project == 0 || w.Target.Project == p.project().Project) && !slices.Contains(projects, p) {
				projects = append(projects, p)
			}
		}
	}
	return projects, nil
}

// lookAt looks at a project and tells what happened. It returns how many of its tasks have not ended.
func (e *Engine) lookAt(ctx context.Context, project TargetRef) (open int, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	key := cursorKey(project.Project)
	var old cursor
	var found bool
	err = e.Store.View(ctx, func(tx Tx) (err error) {
		old, found, err = load[cursor](tx, key)
		return err
	})
	if err != nil {
		return 0, err
	}
	if !found {
		began, err := e.newCursor(ctx, project.Project)
		if err != nil {
			return 0, err
		}
		return len(began.Open), e.commit(ctx, began.keep)
	}
	tasks, gone, err := e.news(ctx, &old)
	if err == nil && slices.ContainsFunc(tasks, func(t semaphore.Task) bool { return old.misses(t) }) {
		pause(ctx, 2*storing)
		tasks, gone, err = e.news(ctx, &old)
	}
	if err != nil {
		return len(old.Open), err
	}
	trial := old
	if trial.look(tasks, gone); reflect.DeepEqual(trial, old) {
		return len(old.Open), nil // Nothing is written where nothing happened.
	}
	err = e.commit(ctx, func(tx Tx) (changes, error) {
		now, found, err := load[cursor](tx, key)
		if err != nil || !found {
			return changes{}, err
		}
		c, err := e.notices(tx, project, now.look(tasks, gone))
		c.put(key, now)
		return c, err
	})
	return len(trial.Open), err
}

// newCursor is a cursor that begins now.
func (e *Engine) newCursor(ctx context.Context, project semaphore.ProjectID) (cursor, error) {
	page, err := e.Semaphore.Tasks(ctx, project, semaphore.TasksRequest{Limit: maxKnown})
	return begin(project, page.Tasks), err
}

// keep writes a cursor where there is none.
func (c *cursor) keep(tx Tx) (ch changes, err error) {
	key := cursorKey(c.Project)
	there, err := tx.Get(key)
	if err == nil && there == nil {
		ch.put(key, c)
	}
	return ch, err
}

// news fetches the tasks that are new since the last look and those that were open, and which of these are there no more.
func (e *Engine) news(ctx context.Context, c *cursor) (tasks []semaphore.Task, gone []semaphore.TaskID, err error) {
	page, err := e.Semaphore.Tasks(ctx, c.Project, semaphore.TasksRequest{Limit: pageOfTasks})
	if err != nil {
		return nil, nil, err
	}
	tasks = page.Tasks
	if page.HasNext && !slices.ContainsFunc(tasks, func(t semaphore.Task) bool { return !c.isNew(t) }) {
		tasks = nil
		for task, err := range e.Semaphore.AllTasks(ctx, c.Project, semaphore.TasksRequest{}) {
			if err != nil {
				return nil, nil, err
			}
			if !c.isNew(task) || len(tasks) == mostTasks {
				break
			}
			tasks = append(tasks, task)
		}
	}
	var older []*olderTask
	for _, o := range slices.Backward(c.Open) { // The newest first, as the others.
		if !slices.ContainsFunc(tasks, func(t semaphore.Task) bool { return t.ID == o.Task }) {
			older = append(older, &olderTask{id: o.Task})
		}
	}
	eachOf(older, func(o *olderTask) { o.task, o.err = e.Semaphore.Task(ctx, c.Project, o.id) })
	for _, o := range older {
		switch {
		case errors.Is(o.err, semaphore.ErrNotFound):
			gone = append(gone, o.id)
		case o.err == nil:
			o.task.ID = o.id // Whatever the server says.
			tasks = append(tasks, o.task)
		case ctx.Err() != nil:
			return nil, nil, o.err
		}
	}
	return tasks, gone, nil
}

// olderTask is a task that is open and no longer among the newest, as it is now.
type olderTask struct {
	id   semaphore.TaskID
	task semaphore.Task
	err  error
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
