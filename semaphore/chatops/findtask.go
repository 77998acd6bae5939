package chatops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

// foundTask is a task that somebody means.
type foundTask struct {
	semaphore.Task

	target TargetRef
	track  track // The zero value where the bot does not know the task.
}

func (t foundTask) ref() TaskRef { return TaskRef{Project: t.ProjectID, Task: t.ID} }

// state is the card of the task.
func (t foundTask) state(e *Engine) Text {
	shown := t.track
	shown.TaskRef, shown.Target = t.ref(), t.target
	text := e.card(shown, t.Task, e.Now())
	if t.track.By == "" {
		text = append(text, para(plain("started by "+triggerOf(t.Task).words())))
	}
	return text
}

// maxMark is how long a mark is at most.
const maxMark = 64

// taskArg and projectFlag are how commands name a task.
func taskArg(summary string) commandline.Arg {
	return commandline.Arg{Name: "task", Summary: summary}
}

func projectFlag() commandline.Flag {
	return commandline.Flag{Name: "project", Short: 'p', Summary: "the project of the task, by name or number"}
}

// findTask finds the task that somebody means who writes its number, or nothing for the latest one of the conversation.
// Only tasks of templates that who gave the command may know of are found. What is wrong is a *refusal.
func (e *Engine) findTask(ctx context.Context, c *call) (foundTask, error) {
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	if !c.values.Has("task") {
		return e.latestTask(ctx, c)
	}
	written := c.values.Text("task")
	id, err := strconv.ParseInt(strings.TrimPrefix(written, "#"), 10, 64)
	if err != nil || id <= 0 {
		return foundTask{}, refusedf("not a task", "A task is named by its number, not by %s.", commandline.Show(written))
	}
	var projects []listed
	if c.values.Has("project") {
		var p listed
		p, err = search{e, c, catalogStale}.project(ctx, c.values.Text("project"))
		projects = []listed{p}
	} else {
		projects, _, err = e.projects(ctx, c, age{catalogFresh, catalogStale})
	}
	if err != nil {
		return foundTask{}, err
	}
	return e.findNumber(ctx, c, projects, semaphore.TaskID(id))
}

// findNumber looks for a task in several projects at once: people know it by its number alone, and Semaphore does not.
func (e *Engine) findNumber(ctx context.Context, c *call, projects []listed, id semaphore.TaskID) (foundTask, error) {
	var mu sync.Mutex
	var found *semaphore.Task
	var failed error
	eachOf(projects, func(p listed) {
		task, err := e.Semaphore.Task(ctx, p.project().Project, id)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			task.ID, task.ProjectID = id, p.project().Project // Whatever the server says.
			found = &task
		case outage(err):
			failed = err
		}
	})
	switch {
	case found != nil:
		return e.withTarget(ctx, c, *found)
	case failed != nil:
		return foundTask{}, failed
	}
	return foundTask{}, noTask(id)
}

func noTask(id semaphore.TaskID) *refusal {
	return refusedf("no such task", "There is no task %d here that you may see.", id)
}

// withTarget adds what else is known of a task, or refuses where who asks may not know of it.
func (e *Engine) withTarget(ctx context.Context, c *call, task semaphore.Task) (foundTask, error) {
	t := foundTask{Task: task}
	err := e.Store.View(ctx, func(tx Tx) (err error) {
		t.track, err = recall(tx, task)
		return err
	})
	if err != nil {
		return foundTask{}, err
	}
	t.target, err = e.findScope(ctx, c, strconv.FormatInt(int64(task.ProjectID), 10), strconv.FormatInt(int64(task.TemplateID), 10))
	if _, unknown := errors.AsType[*refusal](err); unknown {
		return foundTask{}, noTask(task.ID)
	}
	return t, err
}

// recall returns what the bot knows of a task that somebody in the chat has asked for.
func recall(tx Tx, task semaphore.Task) (track, error) {
	known, found, err := load[track](tx, trackKey(TaskRef{Project: task.ProjectID, Task: task.ID}))
	if err != nil || found {
		return known, err
	}
	r, found, err := requestOf(tx, task)
	if err != nil || !found {
		return track{}, err
	}
	return track{Request: r.ID, By: r.By, ByName: r.ByName, Start: r.Start}, nil
}

// requestOf finds the request that a task was started for, by its mark.
func requestOf(tx Tx, task semaphore.Task) (r request, found bool, err error) {
	at := strings.LastIndexByte(task.Message, '[')
	if at < 0 || !strings.HasSuffix(task.Message, "]") {
		return request{}, false, nil
	}
	mark := task.Message[at+1 : len(task.Message)-1]
	id, _, _ := strings.Cut(mark, "-")
	if len(mark) > maxMark {
		return request{}, false, nil
	}
	r, found, err = load[request](tx, requestKey(id))
	return r, found && r.mark() == mark && r.Target.Project == task.ProjectID && r.Target.Template == task.TemplateID && r.startedAs(task), err
}

// startedAs says whether the task is the one that the request was started as, or may be. Who reads a mark on Semaphore
// could start another task with it.
func (r request) startedAs(task semaphore.Task) bool {
	return r.Task == TaskRef{} || r.Task == TaskRef{Project: task.ProjectID, Task: task.ID}
}

// latestTask is the task that who gave the command is most likely to mean: that of the card that he answers or in whose
// thread he writes, else the latest one of the thread, else of the conversation.
func (e *Engine) latestTask(ctx context.Context, c *call) (foundTask, error) {
	var t track
	var found bool
	err := e.Store.View(ctx, func(tx Tx) (err error) {
		t, found, err = nearestTrack(tx, c.in)
		return err
	})
	if err != nil {
		return foundTask{}, err
	}
	if !found {
		return foundTask{}, &refusal{
			notice:   say(plain("No task was started here. Which one? "), code(e.Prefix+" history"), plain(" lists them.")),
			decision: DecisionRefused, reason: "no task",
		}
	}
	task, err := e.findNumber(ctx, c, []listed{{id: int64(t.Project), name: t.Target.ProjectName}}, t.Task)
	if task.track.By == "" {
		task.track = t // It is over.
	}
	return task, err
}

// nearestTrack finds the track that is nearest to an event.
func nearestTrack(tx Tx, in Incoming) (t track, found bool, err error) {
	here := in.reply().conversation()
	tracks, err := all[track](tx, "track/")
	if err != nil {
		return track{}, false, err
	}
	over, found, err := load[track](tx, latestKey(here))
	if err != nil {
		return track{}, false, err
	}
	if found {
		tracks = append(tracks, over)
	}
	tracks = slices.DeleteFunc(tracks, func(t track) bool { return t.Where.conversation() != here })
	if len(tracks) == 0 {
		return track{}, false, nil
	}
	near := map[string]int{}
	for _, t := range tracks {
		card, err := sentAs(tx, t.Card)
		if err != nil {
			return track{}, false, err
		}
		switch {
		case card != "" && (card == in.ReplyTo || string(card) == in.Thread):
			near[t.Card] = 2
		case in.Thread != "" && t.Where.Thread == in.Thread:
			near[t.Card] = 1
		}
	}
	return slices.MaxFunc(tracks, func(a, b track) int {
		return cmp.Or(cmp.Compare(near[a.Card], near[b.Card]), a.Since.Compare(b.Since))
	}), true, nil
}

// atOnce is how much is asked of Semaphore at the same time.
const atOnce = 8

// eachOf does something with each of several things, a few at the same time. A panic is passed on to the caller, who
// knows what becomes of it.
func eachOf[T any](things []T, do func(T)) {
	var wait sync.WaitGroup
	places, panics := make(chan struct{}, atOnce), make(chan string, 1)
	for _, thing := range things {
		places <- struct{}{}
		wait.Go(func() {
			defer func() {
				<-places
				if what := recover(); what != nil {
					select {
					case panics <- fmt.Sprintf("%v\n%s", what, debug.Stack()):
					default: // One is enough.
					}
				}
			}()
			do(thing)
		})
	}
	wait.Wait()
	select {
	case what := <-panics:
		panic(what)
	default:
	}
}
