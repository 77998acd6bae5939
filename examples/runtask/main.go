package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/signalbox-go/signalbox/semaphore"
)

func main() {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(run(context.Background(), process{
		args: os.Args[1:], getenv: os.Getenv, signals: signals,
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		answers: isTerminal(os.Stdin), terminal: isTerminal(os.Stdout),
	}))
}

// What the program reports to its caller.
const (
	statusSuccess   = 0
	statusFailed    = 1 // The task failed or was stopped.
	statusRefused   = 2 // Nothing was started.
	statusUnwatched = 3 // The task runs on, or may do so.
)

// process is what surrounds the program. Tests put something else there.
type process struct {
	args    []string
	getenv  func(string) string
	signals <-chan os.Signal

	stdin          io.Reader
	stdout, stderr io.Writer
	answers        bool // Somebody sits at stdin.
	terminal       bool // Somebody looks at stdout.

	options []semaphore.Option
}

// run is main without the process around it. Goroutines that it leaves behind
// wait for stdin alone.
func run(ctx context.Context, p process) int {
	s, err := readSettings(p.args, p.getenv)
	if errors.Is(err, flag.ErrHelp) {
		printUsage(p.stdout)
		return statusSuccess
	}
	if err != nil {
		printRefusal(p.stderr, fmt.Errorf("%w (runtask -h lists all settings)", err))
		return statusRefused
	}
	if s.demo {
		server := demoServer()
		defer server.Close() //nolint:contextcheck // It is to be closed also when ctx has ended.
		s.credentials, p.options = demoCredentials(server), append(p.options, semaphore.WithTransport(server.Transport()))
	}
	options := append([]semaphore.Option{semaphore.WithUserAgent("runtask")}, p.options...)
	if s.insecureHTTP {
		options = append(options, semaphore.WithInsecureHTTP())
	}
	client, err := semaphore.NewClient(s.credentials, options...)
	if err != nil {
		printRefusal(p.stderr, fmt.Errorf("SEMAPHORE_URL or another setting of the server: %w (runtask -h lists all settings)", err))
		return statusRefused
	}
	screen := newScreen(p, s.noColor)
	for _, warning := range append(s.warnings, s.credentials.Warnings...) {
		screen.note(yellow, warning)
	}
	task, status := start(ctx, p, s, client, screen)
	if status != statusSuccess {
		return status
	}
	w := &watch{process: p, client: client, task: task, again: lookAgain(client, task, s), screen: screen}
	return w.run(ctx)
}
