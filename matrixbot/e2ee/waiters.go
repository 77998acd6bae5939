//go:build goolm || libolm

package e2ee

import (
	"context"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"
)

// waiters are those who wait for keys. mautrix has some too, but never forgets a session for
// which somebody waited in vain, and anybody can name sessions that do not exist.
type waiters struct {
	mu    sync.Mutex
	waits map[id.SessionID]*waiter
}

type waiter struct {
	count int
	woken chan struct{}
}

// wake tells all who wait for the session that something is known of it.
func (w *waiters) wake(session id.SessionID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if found := w.waits[session]; found != nil {
		close(found.woken)
		found.woken = make(chan struct{})
	}
}

// enter returns a function that waits until something is known of the session, ctx ends, or
// time has passed, and says whether something is known; and one that gives it up. What happens
// between enter and the wait is not missed.
func (w *waiters) enter(session id.SessionID) (wait func(ctx context.Context, timeout time.Duration) bool, leave func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waits == nil {
		w.waits = map[id.SessionID]*waiter{}
	}
	here := w.waits[session]
	if here == nil {
		here = &waiter{woken: make(chan struct{})}
		w.waits[session] = here
	}
	here.count++
	woken := here.woken
	wait = func(ctx context.Context, timeout time.Duration) bool {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		select {
		case <-woken:
			w.mu.Lock()
			woken = here.woken
			w.mu.Unlock()
			return true
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return wait, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if here.count--; here.count == 0 {
			delete(w.waits, session)
		}
	}
}

// sessionReceived is called by mautrix when a key was stored.
func (m *Machine) sessionReceived(_ context.Context, room id.RoomID, session id.SessionID, _ uint32) {
	m.waiters.wake(session)
	m.backup.add(room, session)
}
