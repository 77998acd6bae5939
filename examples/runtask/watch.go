package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// watch accompanies a task until it is at rest or nobody wants to watch any
// more. Everything meets in one loop; what blocks has a goroutine beside it.
type watch struct {
	process

	client *semaphore.Client
	task   semaphore.Task // As last seen.
	again  string         // How to look at it again.
	screen *screen

	began time.Time
	lines int

	events   chan event
	enough   context.CancelFunc // Ends following the log, not the rest.
	hurried  bool               // enough was called.
	beside   sync.WaitGroup
	typed    <-chan string // What is typed, since the first question.
	asked    question
	askedAt  time.Time
	stopping bool             // This program has asked the server to stop the task.
	settled  <-chan time.Time // Due when the log has been still for a while before a confirmation.
}

// event is news for the loop; one of the fields is set.
type event struct {
	line   *semaphore.LogLine
	status *semaphore.Task
	broken error // Why the log cannot be followed.
	acted  *action
	end    *ending
}

// ending is how the task ended, or why that will not be known.
type ending struct {
	result semaphore.Result
	err    error
}

// run returns the status for the caller.
func (w *watch) run(ctx context.Context) int {
	ctx, cancel := context.WithCancel(ctx)
	defer w.beside.Wait()
	defer cancel()
	w.events = make(chan event)
	w.began = time.Now()
	reading, enough := context.WithCancel(ctx)
	w.enough = enough
	project, id := w.task.ProjectID, w.task.ID
	w.beside.Go(func() { w.follow(ctx, reading, project, id) })
	second := time.NewTicker(time.Second)
	defer second.Stop()
	w.redraw()
	for {
		on := true
		select {
		case e := <-w.events:
			if e.end != nil {
				return w.finish(*e.end)
			}
			w.handle(e)
		case signal := <-w.signals:
			on = w.interrupt(ctx, signal)
		case text, open := <-w.typed:
			on = w.answer(ctx, text, open)
		case <-w.settled:
			w.settled = nil
			on = w.confirm(ctx)
		case <-second.C:
			if w.asked == nothing {
				w.redraw()
			}
		case <-ctx.Done():
			on = false
		}
		if !on {
			w.screen.draw("", "")
			w.screen.note(yellow, unwatched(w.task, w.again))
			return statusUnwatched
		}
	}
}

// interactive tells whether somebody sees questions and can answer them.
func (w *watch) interactive() bool { return w.answers && w.terminal }

// maxWatch is longer than anybody waits for a task.
const maxWatch = 30 * 24 * time.Hour

// follow reports the log, as long as reading lasts, and then the end of the
// task. That is to be had also where the log is not.
func (w *watch) follow(ctx, reading context.Context, project semaphore.ProjectID, id semaphore.TaskID) {
	onStatus := func(task semaphore.Task) { w.send(ctx, event{status: &task}) }
	for line, err := range w.client.Follow(reading, project, id, semaphore.FollowRequest{OnStatus: onStatus}) {
		switch {
		case err == nil:
			w.send(ctx, event{line: &line})
		case reading.Err() == nil:
			w.send(ctx, event{broken: err})
		}
	}
	result, err := w.client.Wait(ctx, project, id, semaphore.WaitRequest{OnStatus: onStatus, Timeout: maxWatch})
	w.send(ctx, event{end: &ending{result, err}})
}

// send waits until the loop listens, or has ended.
func (w *watch) send(ctx context.Context, e event) {
	select {
	case w.events <- e:
	case <-ctx.Done():
	}
}

// handle works on news of a task that goes on.
func (w *watch) handle(e event) {
	switch {
	case e.line != nil:
		w.lines++
		if w.settled != nil {
			w.settled = time.After(stillness)
		}
		progress := ""
		if w.asked == nothing {
			progress = w.progress()
		}
		w.screen.line(e.line.Output, progress)
	case e.status != nil:
		w.task = *e.status
		w.look()
	case e.broken != nil:
		w.screen.note(red, fmt.Sprintf("The log cannot be followed, only the status: %v", e.broken))
	case e.acted != nil:
		w.report(*e.acted)
	}
}

// redraw shows the progress.
func (w *watch) redraw() { w.screen.draw(dim, w.progress()) }

func (w *watch) progress() string {
	lines := "lines"
	if w.lines == 1 {
		lines = "line"
	}
	what := "Ctrl-C to stop or leave"
	if w.task.Status.Ended() {
		what = "the rest of the log"
	}
	return fmt.Sprintf("%s %s · %d %s · %s", plain(string(w.task.Status)), clock(time.Since(w.began)), w.lines, lines, what)
}

// finish says in one line how it ended.
func (w *watch) finish(e ending) int {
	w.screen.draw("", "")
	if e.err != nil {
		printRefusal(w.stderr, fmt.Errorf("watching failed: %w", e.err))
		w.screen.note(yellow, fmt.Sprintf("It is open how task %d ends. %s", w.task.ID, w.again))
		return statusUnwatched
	}
	task := e.result.Task
	took := time.Since(w.began)
	if !task.Start.IsZero() && task.End.After(task.Start) {
		took = task.End.Sub(task.Start) // Both by the server's clock.
	}
	version := ""
	if task.Version != "" {
		version = ", version " + task.Version
	}
	style, status := red, statusFailed
	switch e.result.Outcome {
	case semaphore.OutcomeSuccess:
		style, status = green, statusSuccess
	case semaphore.OutcomeStopped:
		style = yellow
	}
	w.screen.note(style, fmt.Sprintf("%s after %s%s: %s", e.result.Outcome, clock(took), version, link(w.client, w.task)))
	return status
}

// clock shows a duration as minutes and seconds.
func clock(d time.Duration) string {
	seconds := int(d.Round(time.Second) / time.Second)
	if seconds < 3600 {
		return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}

// interrupt works on a signal: somebody at the terminal is asked what it is to
// mean, and everything else ends watching. After the end of the task it spares
// the rest of the log.
func (w *watch) interrupt(ctx context.Context, signal os.Signal) bool {
	if w.task.Status.Ended() && !w.hurried {
		w.hurried = true
		w.enough()
		w.screen.note(yellow, "The end of the log may be missing here.")
		return true
	}
	if w.hurried || signal != os.Interrupt || !w.interactive() || w.asked == whetherToStop {
		return false
	}
	w.ask(ctx, whetherToStop)
	return true
}
