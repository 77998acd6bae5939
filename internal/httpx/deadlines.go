package httpx

import (
	"context"
	"errors"
	"sync"
	"time"
)

// deadlines ends calls whose time is up. One timer serves all calls of a client: a call with a timer of its own costs
// more than everything else that is done here for it, because the runtime wakes a thread when a timer is added.
type deadlines struct {
	mu    sync.Mutex
	calls map[*deadline]struct{}
	timer *time.Timer
	next  time.Time // When timer fires; zero if it does not.
}

// deadline is a context that the timer of its client ends.
type deadline struct {
	context.Context //nolint:containedctx // It is one.

	at     time.Time
	cancel context.CancelCauseFunc
}

// with is [context.WithTimeout].
func (d *deadlines) with(parent context.Context, timeout time.Duration) (ctx context.Context, cancel func()) {
	at := time.Now().Add(timeout)
	if earlier, ok := parent.Deadline(); ok && earlier.Before(at) {
		return parent, func() {}
	}
	call := &deadline{at: at}
	call.Context, call.cancel = context.WithCancelCause(parent)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.calls == nil {
		d.calls = map[*deadline]struct{}{}
	}
	d.calls[call] = struct{}{}
	if d.next.IsZero() || at.Before(d.next) {
		d.wakeAt(at)
	}
	return call, func() { d.done(call) }
}

// done forgets a call. The timer goes on: another call may come before it fires.
func (d *deadlines) done(call *deadline) {
	call.cancel(context.Canceled)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.calls, call)
}

// wakeAt is called with mu held.
func (d *deadlines) wakeAt(at time.Time) {
	d.next = at
	if d.timer == nil {
		d.timer = time.AfterFunc(time.Until(at), d.wake)
		return
	}
	d.timer.Reset(time.Until(at))
}

// wake ends the calls whose time is up and waits for the next.
func (d *deadlines) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	d.next = time.Time{}
	var next time.Time
	for call := range d.calls {
		if !call.at.After(now) {
			call.cancel(context.DeadlineExceeded)
			delete(d.calls, call)
		} else if next.IsZero() || call.at.Before(next) {
			next = call.at
		}
	}
	if !next.IsZero() {
		d.wakeAt(next)
	}
}

// Deadline implements [context.Context].
func (c *deadline) Deadline() (time.Time, bool) { return c.at, true }

// Err implements [context.Context].
func (c *deadline) Err() error {
	err := c.Context.Err()
	if err != nil && errors.Is(context.Cause(c.Context), context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	return err
}
