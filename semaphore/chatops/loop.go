package chatops

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// longestSleep bounds each sleep, so that a clock that was set or a machine that was suspended is noticed.
const longestSleep = time.Minute

// firstBackoff is how long something waits that has just failed.
const firstBackoff = time.Second

// loop is work that is done again and again while the engine runs. It says how long there is nothing to do; it is done
// earlier when anything was committed, and after a minute at the latest. So what it does when there is nothing to do is
// to look, and never to commit.
type loop struct {
	name string
	work func(ctx context.Context) time.Duration
}

func (e *Engine) loops() []loop {
	return []loop{
		{"deliver", e.deliver},
		{"write the audit", e.writeAudit},
		{"prune", e.prune},
		{"start requests", e.startRequests},
		{"expire requests", e.expireRequests},
		{"unlock what is due", e.unlockDue},
		{"follow tasks", e.followTracks},
		{"watch projects", e.watchProjects},
	}
}

// Run does what is due, follows tasks and sends what waits to be sent until ctx ends, then returns the cause. It fails
// at once where the store cannot be read. It may be called again, one at a time, and another time on the same store after
// a crash.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.Store.Update(ctx, e.continueAudit); err != nil {
		return fmt.Errorf("chatops: run: %w", err)
	}
	var loops sync.WaitGroup
	for i, l := range e.loops() {
		loops.Go(func() { e.repeat(ctx, e.bells[i], l) })
	}
	loops.Wait()
	e.running.Wait()
	return context.Cause(ctx)
}

// repeat does a loop's work until ctx ends.
func (e *Engine) repeat(ctx context.Context, bell <-chan struct{}, l loop) {
	for ctx.Err() == nil {
		timer := time.NewTimer(max(0, min(e.once(ctx, l), longestSleep)))
		select {
		case <-ctx.Done():
		case <-bell:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// once does a loop's work once. A panic does not stop the loop, and no other.
func (e *Engine) once(ctx context.Context, l loop) (wait time.Duration) {
	defer func() {
		if what := recover(); what != nil {
			e.Logger.LogAttrs(ctx, slog.LevelError, "a loop panicked and goes on",
				slog.String("what", l.name), slog.Any("error", what), slog.String("stack", string(debug.Stack())))
			wait = longestSleep
		}
	}()
	return l.work(ctx)
}

// Wake makes Run look at its clock and its store now. Call it after Config.Now has jumped, as when a machine resumes. It
// does not block.
func (e *Engine) Wake() {
	for _, bell := range e.bells {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
}

// pause waits, but not longer than the context lasts.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// logFailure reports what failed and is tried again, unless it failed because the engine is stopping.
func (e *Engine) logFailure(ctx context.Context, what string, err error, attributes ...slog.Attr) {
	if ctx.Err() != nil {
		return
	}
	attributes = append(attributes, slog.String("what", what), slog.Any("error", err))
	e.Logger.LogAttrs(ctx, slog.LevelWarn, "an attempt failed and will be repeated", attributes...)
}
