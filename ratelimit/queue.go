package ratelimit

import (
	"container/list"
	"context"
	"time"
)

// waiter is a request that waits for its turn.
type waiter struct {
	wake  chan struct{} // look again; holds one
	ahead int           // how many wait before it, as far as known
}

// acquire returns nil when it is the request's turn and counts it as sent.
func (t *Transport) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &WaitError{Err: err}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.queue.Len() == 0 && t.log.ready(time.Now()) {
		t.log.begin()
		return nil
	}
	w := &waiter{wake: make(chan struct{}, 1), ahead: t.queue.Len()}
	place := t.queue.PushBack(w)
	defer func() {
		t.queue.Remove(place)
		t.wakeFirst()
	}()
	for {
		first := t.queue.Front() == place
		if first {
			w.ahead = 0
		}
		now := time.Now()
		if first && t.log.ready(now) {
			t.log.begin()
			return nil
		}
		wait := t.log.wait(now, w.ahead)
		if deadline, ok := ctx.Deadline(); ok && now.Add(wait).After(deadline) {
			return &WaitError{Wait: wait, Err: context.DeadlineExceeded}
		}
		if err := t.sleep(ctx, w, wait, first); err != nil {
			return &WaitError{Wait: t.log.wait(time.Now(), w.ahead), Err: err}
		}
	}
}

// sleep waits without the lock until the waiter is woken. The first in the queue also looks at the clock:
// nobody wakes it when a request leaves the window.
func (t *Transport) sleep(ctx context.Context, w *waiter, wait time.Duration, first bool) error {
	t.mu.Unlock()
	defer t.mu.Lock()
	var due <-chan time.Time
	if first && wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-w.wake:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// wakeFirst lets the first in the queue look again.
func (t *Transport) wakeFirst() {
	if first := t.queue.Front(); first != nil {
		signal(first)
	}
}

// wakeAll lets everybody look again, because a wait may no longer fit a deadline.
func (t *Transport) wakeAll() {
	ahead := 0
	for place := t.queue.Front(); place != nil; place = place.Next() {
		place.Value.(*waiter).ahead = ahead //nolint:forcetypeassert // The queue holds nothing else.
		ahead++
		signal(place)
	}
}

func signal(place *list.Element) {
	select {
	case place.Value.(*waiter).wake <- struct{}{}: //nolint:forcetypeassert // The queue holds nothing else.
	default:
	}
}
