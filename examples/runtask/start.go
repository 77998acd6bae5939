package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"

	"github.com/signalbox-go/signalbox/semaphore"
)

// start starts the task. A status other than that of success says that there is
// nothing to watch, and has been explained.
func start(ctx context.Context, p process, s settings, client *semaphore.Client, screen *screen) (semaphore.Task, int) {
	screen.draw(dim, "asking the server …")
	ctx, interrupted := untilSignal(ctx, p.signals)
	template, err := findTemplate(ctx, client, s)
	var task semaphore.Task
	tried := false
	if err == nil {
		err = checkSecrets(template, s.request)
	}
	if err == nil {
		s.request.TemplateID = template.ID
		task, err = client.StartTask(ctx, template.ProjectID, s.request)
		tried = true
	}
	signal := interrupted()
	screen.draw("", "")
	switch {
	case err == nil:
		screen.note(bold, fmt.Sprintf("Task %d of %s: %s", task.ID, template.Name, link(client, task)))
		if signal == nil {
			return task, statusSuccess
		}
		screen.note(yellow, unwatched(task, lookAgain(client, task, s)))
		return task, statusUnwatched
	case tried && inDoubt(err):
		printRefusal(p.stderr, fmt.Errorf("it is open whether the task was started: run the same command with -mark %s, "+
			"which follows it if so and starts it if not: %w", s.request.Mark, err))
		return task, statusUnwatched
	case signal != nil:
		printRefusal(p.stderr, fmt.Errorf("ended by a signal (%v) before anything was started", signal))
	default:
		printRefusal(p.stderr, explain(client, err))
	}
	return task, statusRefused
}

// untilSignal returns a context that a signal ends. The function that it
// returns ends it too, and tells which signal has come, or nil.
func untilSignal(ctx context.Context, signals <-chan os.Signal) (context.Context, func() os.Signal) {
	ctx, cancel := context.WithCancel(ctx)
	var waiting sync.WaitGroup
	var came os.Signal
	waiting.Go(func() {
		select {
		case came = <-signals:
			cancel()
		case <-ctx.Done():
		}
	})
	return ctx, func() os.Signal {
		cancel()
		waiting.Wait()
		return came
	}
}

// inDoubt tells whether a start that failed may have made a task nevertheless.
func inDoubt(err error) bool {
	if api, ok := errors.AsType[*semaphore.APIError](err); ok {
		return api.Method == http.MethodPost && api.Status >= http.StatusInternalServerError
	}
	return !semaphore.NotSent(err)
}

// checkSecrets sees to it that secret answers come from files.
func checkSecrets(template semaphore.Template, r semaphore.StartTaskRequest) error {
	for _, v := range template.SurveyVars {
		_, open := r.Variables[v.Name]
		_, given := r.SecretVariables[v.Name]
		switch secret := v.Type == semaphore.SurveySecret; {
		case secret && (open || v.Required && !given):
			return fmt.Errorf("%s is secret: give it as -secret-file %s=FILE", v.Name, v.Name)
		case !secret && given:
			return fmt.Errorf("%s is no secret of this template: give it as -var %s=VALUE", v.Name, v.Name)
		}
	}
	return nil
}

// explain says in the words of the settings why nothing was started.
func explain(client *semaphore.Client, err error) error {
	if wrong := argumentErrors(err); len(wrong) > 0 {
		var reasons []error
		for _, e := range wrong {
			reasons = append(reasons, fmt.Errorf("%s %s", flagOf(e.Name), e.Problem))
		}
		return errors.Join(reasons...)
	}
	switch {
	case errors.Is(err, semaphore.ErrUnauthorized):
		return fmt.Errorf("the server does not take SEMAPHORE_TOKEN: %w", err)
	case errors.Is(err, semaphore.ErrWrongURL):
		return fmt.Errorf("SEMAPHORE_URL, which is %s, does not lead to Semaphore: %w", client.URL(), err)
	}
	if _, answered := errors.AsType[*semaphore.APIError](err); !answered && semaphore.NotSent(err) {
		return fmt.Errorf("SEMAPHORE_URL, which is %s, cannot be reached: %w", client.URL(), err)
	}
	return err
}

// argumentErrors collects what the client has to say about the request: there
// can be several things at once.
func argumentErrors(err error) []*semaphore.ArgumentError {
	switch e := err.(type) { //nolint:errorlint // This walks the tree that errors.As would search for the first.
	case *semaphore.ArgumentError:
		return []*semaphore.ArgumentError{e}
	case interface{ Unwrap() error }:
		return argumentErrors(e.Unwrap())
	case interface{ Unwrap() []error }:
		var all []*semaphore.ArgumentError
		for _, part := range e.Unwrap() {
			all = append(all, argumentErrors(part)...)
		}
		return all
	}
	return nil
}

// flagOf returns the flag for a field of the request. Other names are those of
// survey variables.
func flagOf(field string) string {
	switch field {
	case "Limit":
		return "-limit"
	case "DryRun":
		return "-dry-run"
	case "Mark":
		return "-mark"
	}
	return "-var " + field + "=…"
}

// link is where the task is in the browser.
func link(client *semaphore.Client, task semaphore.Task) string {
	return fmt.Sprintf("%s/project/%d/templates/%d?t=%d", client.URL(), task.ProjectID, task.TemplateID, task.ID)
}

// unwatched says that the task is left alone, and how to look at it again.
func unwatched(task semaphore.Task, again string) string {
	return fmt.Sprintf("No longer watching; task %d runs on. %s", task.ID, again)
}

func lookAgain(client *semaphore.Client, task semaphore.Task, s settings) string {
	if s.demo {
		return "But this is a demo, whose server ends with it."
	}
	return fmt.Sprintf("To look again: the same command with -mark %s, or %s", s.request.Mark, link(client, task))
}
