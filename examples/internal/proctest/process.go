package proctest

import (
	"context"
	"io"
	"sync"
	"testing"
)

// Process is a program between its start and its end.
type Process struct {
	// Log is what it writes.
	Log *Log
	// Status receives its status when it ends.
	Status <-chan int
	// Interrupt ends it as a signal does, and does not wait.
	Interrupt context.CancelFunc

	tb testing.TB
}

// Start runs a program in a goroutine until ctx ends, at the latest when the test
// does.
func Start(tb testing.TB, run func(ctx context.Context, log io.Writer) int) *Process {
	tb.Helper()
	ctx, interrupt := context.WithCancel(tb.Context())
	status := make(chan int, 1)
	p := &Process{Log: &Log{}, Status: status, Interrupt: interrupt, tb: tb}
	var running sync.WaitGroup
	running.Go(func() { status <- run(ctx, p.Log) })
	tb.Cleanup(func() {
		interrupt()
		running.Wait()
	})
	return p
}

// Stop interrupts the program and waits until it has ended, which it should with
// status 0.
func (p *Process) Stop() {
	p.tb.Helper()
	p.Interrupt()
	if status := <-p.Status; status != 0 {
		p.tb.Errorf("it ended with status %d:\n%s", status, p.Log)
	}
}
