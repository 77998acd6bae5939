package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// question is what stands below the log for somebody to answer.
type question int

const (
	nothing question = iota
	whetherToStop
	whetherToConfirm
)

const (
	// stillness is how long the log must have been still before a confirmation is
	// asked for: somebody who is to say yes to a plan must have seen it.
	stillness = 2 * time.Second
	// reaction is less than anybody needs to answer. What comes sooner was typed
	// before the question stood there.
	reaction = 100 * time.Millisecond
)

// ask puts a question, shorter than terminals are wide: a line that wraps cannot
// be cleared. Lines of the log go on above it. Reading begins with the
// first question: a shell halts a program in the background that reads before.
func (w *watch) ask(ctx context.Context, q question) {
	if w.typed == nil {
		w.typed = readLines(ctx, w.stdin)
	}
	w.asked, w.askedAt = q, time.Now()
	text := "Stop the task (s), only stop watching (w), or go on (enter)? "
	switch {
	case q == whetherToConfirm:
		text = "The task waits for a confirmation. Go ahead (y), or reject (n)? "
	case w.stopping:
		text = "It is stopping. Force it (s), only stop watching (w), or go on (enter)? "
	}
	w.screen.draw(bold, text)
}

// look considers the status of the task.
func (w *watch) look() {
	waits := w.task.Status == semaphore.StatusWaitingConfirmation
	switch {
	case waits && w.settled == nil && w.asked == nothing:
		w.settled = time.After(stillness)
	case !waits:
		w.settled = nil
		if w.asked == whetherToConfirm || w.task.Status.Ended() { // Somebody else has answered, or nothing is left to ask.
			w.asked = nothing
		}
	}
	if w.asked == nothing {
		w.redraw()
	}
}

// confirm asks for the confirmation that the task waits for.
func (w *watch) confirm(ctx context.Context) bool {
	if !w.interactive() {
		w.screen.draw("", "")
		w.screen.note(yellow, "The task waits for a confirmation, for which there is nobody to ask here; give it in the browser.")
		return false
	}
	if w.asked == nothing {
		w.ask(ctx, whetherToConfirm)
	}
	return true
}

// answer works on a line from the terminal; open is false after the last one.
// It returns false when watching is to end.
func (w *watch) answer(ctx context.Context, text string, open bool) bool {
	if !open {
		w.typed, w.answers = nil, false // Nobody can be asked any more.
		return w.asked == nothing
	}
	w.screen.scrolled()
	asked := w.asked
	if asked == nothing {
		w.redraw()
		return true
	}
	if time.Since(w.askedAt) < reaction {
		w.ask(ctx, asked)
		return true
	}
	text = strings.ToLower(strings.TrimSpace(text))
	w.asked = nothing
	switch {
	case asked == whetherToStop && text == "s":
		name := "stop"
		if w.stopping {
			name = "stop by force"
		}
		w.act(ctx, action{name: name, do: w.stop(w.stopping)})
		w.stopping = true
	case asked == whetherToStop && text == "w":
		return false
	case asked == whetherToStop && text == "":
		w.look()
	case asked == whetherToConfirm && (text == "y" || text == "yes"):
		w.act(ctx, action{name: "confirm", do: w.client.ConfirmTask})
	case asked == whetherToConfirm && (text == "n" || text == "no"):
		w.act(ctx, action{name: "reject", do: w.reject})
	default:
		w.ask(ctx, asked)
		return true
	}
	if w.asked == nothing {
		w.redraw()
	}
	return true
}

// action is something that the server is asked to do with the task.
type action struct {
	name string
	do   func(context.Context, semaphore.ProjectID, semaphore.TaskID) error
	err  error
}

// act asks the server beside the loop, so that the log and Ctrl-C do not wait.
func (w *watch) act(ctx context.Context, a action) {
	project, id := w.task.ProjectID, w.task.ID
	w.beside.Go(func() {
		a.err = a.do(ctx, project, id)
		w.send(ctx, event{acted: &a})
	})
}

func (w *watch) stop(force bool) func(context.Context, semaphore.ProjectID, semaphore.TaskID) error {
	return func(ctx context.Context, project semaphore.ProjectID, id semaphore.TaskID) error {
		return w.client.StopTask(ctx, project, id, force)
	}
}

// reject says no. Old servers know no rejection; there a task that waits for a
// confirmation is stopped, which the client does by force.
func (w *watch) reject(ctx context.Context, project semaphore.ProjectID, id semaphore.TaskID) error {
	err := w.client.RejectTask(ctx, project, id)
	if errors.Is(err, semaphore.ErrUnsupported) {
		return w.client.StopTask(ctx, project, id, true)
	}
	return err
}

// report says what has become of an action.
func (w *watch) report(a action) {
	switch {
	case a.err == nil && a.name == "stop":
		w.screen.note(yellow, "The task was asked to stop. If it does not: Ctrl-C and s again stop it by force.")
	case a.err == nil:
		w.screen.note(yellow, "The server was told to "+a.name+".")
	case errors.Is(a.err, semaphore.ErrTaskEnded):
		w.screen.note(yellow, "There was nothing to "+a.name+": the task has ended already.")
	default:
		w.screen.note(red, fmt.Sprintf("The server did not %s: %v", a.name, a.err))
		if a.name == "stop" {
			w.stopping = false
		}
		w.look()
	}
}

// maxAnswer bounds a line from the terminal.
const maxAnswer = 4 << 10

// readLines reads what somebody types, until the end of in or of ctx. A read
// from a terminal cannot be ended, so that the goroutine may outlive both; it
// keeps nothing but in.
func readLines(ctx context.Context, in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(in)
		scanner.Buffer(nil, maxAnswer)
		for scanner.Scan() {
			select {
			case lines <- scanner.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}
