package ratelimit

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// patience is how long the first request keeps the others waiting for its
// answer. It bounds what a slow upload or a long poll in that place does.
const patience = time.Second

// Transport is an [http.RoundTripper] that sends requests no faster than the
// server accepts them. The package documentation tells how it learns the limit.
//
// Use one Transport for each limit of a server, which mostly means one for each
// API key. It is safe for concurrent use, serves first come, first served, and
// starts no goroutine that waits. Make one with [NewTransport]; the zero value
// is not usable.
type Transport struct {
	base http.RoundTripper

	mu          sync.Mutex
	window      window
	pausedUntil time.Time   // After a 429.
	asking      bool        // Nothing is known, or there was a 429: one request at a time until one is accepted.
	askedUntil  time.Time   // While asking: until then the others wait for the answer to the one that asks.
	queue       *list.List  // Of *waiter.
	timer       *time.Timer // Calls wake; nil before the first wait.
}

// waiter is a request before its turn.
type waiter struct {
	deadline time.Time // Zero: none.
	ready    chan struct{}
	ticket   ticket // Once ready is closed, unless err is set.
	err      error
}

type config struct {
	limit int
	span  time.Duration
}

// Option changes a [Transport]. Options are for [NewTransport].
type Option func(*config) error

// WithLimit tells the limit before the server does: n requests, from 1 to 65536,
// in any span of the given length, from a second to a day. What the server says
// later replaces it.
func WithLimit(n int, per time.Duration) Option {
	return func(c *config) error {
		if n < 1 || n > maxLimit {
			return fmt.Errorf("the limit must be between 1 and %d requests", maxLimit)
		}
		if per < minSpan || per > maxSpan {
			return fmt.Errorf("the limit's time must be between %v and %v", minSpan, maxSpan)
		}
		c.limit, c.span = n, per
		return nil
	}
}

// NewTransport returns a Transport that sends through base, or through
// [http.DefaultTransport] when base is nil.
func NewTransport(base http.RoundTripper, opts ...Option) (*Transport, error) {
	if base == nil {
		base = http.DefaultTransport
	}
	var c config
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("ratelimit: new transport: an option is nil")
		}
		if err := opt(&c); err != nil {
			return nil, fmt.Errorf("ratelimit: new transport: %w", err)
		}
	}
	return &Transport{
		base: base, window: window{limit: c.limit, widest: c.span},
		asking: c.limit == 0, queue: list.New(),
	}, nil
}

// RoundTrip waits for the request's turn and sends it. It returns a [*WaitError]
// at once when the turn comes too late for the context, also while it waits and
// the server asks everybody for a pause; and the context's error when that ends
// first. In both cases nothing was sent.
//
// A 429 is returned as it is: to send again is the caller's decision, and the
// next attempt waits for as long as the server asked.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	turn, err := t.wait(req.Context())
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // The contract of a RoundTripper; nothing was read from it.
		}
		return nil, err
	}
	var resp *http.Response
	defer func() { t.answered(turn, resp) }() // Also when base panics.
	resp, err = t.base.RoundTrip(req)
	return resp, err
}

// CloseIdleConnections closes the idle connections of the transport below, as
// [http.Client.CloseIdleConnections] asks.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// wait returns when the request may be sent.
func (t *Transport) wait(ctx context.Context) (ticket, error) {
	if err := ctx.Err(); err != nil {
		return ticket{}, fmt.Errorf("ratelimit: wait: %w", err)
	}
	if turn, ok := t.walkIn(); ok {
		return turn, nil
	}
	w := &waiter{ready: make(chan struct{})}
	w.deadline, _ = ctx.Deadline()
	place := t.enqueue(w)
	select {
	case <-w.ready:
		return w.ticket, w.err
	case <-ctx.Done():
		t.leave(place, w)
		return ticket{}, fmt.Errorf("ratelimit: wait: %w", ctx.Err())
	}
}

// walkIn gives a request its turn when nobody waits and there is room: the common case of a healthy client.
func (t *Transport) walkIn() (ticket, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.queue.Len() > 0 {
		return ticket{}, false
	}
	turn, wait := t.admit(time.Now())
	return turn, wait == 0
}

func (t *Transport) enqueue(w *waiter) *list.Element {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	place := t.queue.PushBack(w)
	t.dispatch(now)
	if !w.decided() {
		t.refuseLate(place, t.queue.Len()-1, now)
	}
	return place
}

// leave takes a waiter away whose context has ended.
func (t *Transport) leave(place *list.Element, w *waiter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !w.decided() {
		t.queue.Remove(place)
	} else if w.err == nil { // Its turn came at the same moment.
		t.window.unused(w.ticket)
		t.askedUntil = time.Time{}
	}
	t.dispatch(time.Now())
}

// answered learns from the answer to a request, nil if there was none.
func (t *Transport) answered(turn ticket, resp *http.Response) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.askedUntil = time.Time{}
	if resp == nil {
		t.window.lost(turn, now)
		t.dispatch(now)
		return
	}
	said := readFeedback(resp.Header, now)
	afterPause := !turn.sent.Before(t.pausedUntil)
	if resp.StatusCode == http.StatusTooManyRequests {
		pause := t.window.refused(turn, said, t.asking && afterPause && !t.pausedUntil.IsZero(), now)
		t.asking = true // Else all would come back at once when the pause is over.
		if until := now.Add(pause + guard); until.After(t.pausedUntil) {
			t.pausedUntil = until
		}
		t.refuseAllLate(now)
	} else {
		before := t.window.news
		t.window.accepted(turn, said, now)
		t.asking = t.asking && !afterPause
		if t.window.news != before {
			t.refuseAllLate(now)
		}
	}
	t.dispatch(now)
}

// refuseAllLate is called when waits have become longer than they were thought
// to be.
func (t *Transport) refuseAllLate(now time.Time) {
	for ahead, place := 0, t.queue.Front(); place != nil; {
		next := place.Next()
		if !t.refuseLate(place, ahead, now) {
			ahead++
		}
		place = next
	}
}

// dispatch lets those go whose turn it is, and sets the timer for the next.
func (t *Transport) dispatch(now time.Time) {
	for t.queue.Len() > 0 {
		turn, wait := t.admit(now)
		if wait == untilAnswer {
			break
		}
		if wait > 0 {
			t.wakeAfter(wait)
			return
		}
		place := t.queue.Front()
		t.queue.Remove(place)
		waiting(place).decide(turn, nil)
	}
	if t.timer != nil {
		t.timer.Stop()
	}
}

// admit gives the first in the queue its turn, or says how long until it may
// come.
func (t *Transport) admit(now time.Time) (ticket, time.Duration) {
	if wait := t.pausedUntil.Sub(now); wait > 0 {
		return ticket{}, wait
	}
	if t.asking {
		if wait := t.askedUntil.Sub(now); wait > 0 {
			return ticket{}, wait
		}
	}
	turn, wait := t.window.admit(now)
	if t.asking && wait == 0 {
		t.askedUntil = now.Add(patience)
	}
	return turn, wait
}

func (t *Transport) wakeAfter(d time.Duration) {
	if t.timer == nil {
		t.timer = time.AfterFunc(d, t.wake)
		return
	}
	t.timer.Reset(d)
}

func (t *Transport) wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dispatch(time.Now())
}

// refuseLate removes a waiter that cannot have its turn in time. ahead is how
// many come before it.
func (t *Transport) refuseLate(place *list.Element, ahead int, now time.Time) bool {
	w := waiting(place)
	wait := max(t.pausedUntil.Sub(now), t.window.earliest(ahead, now).Sub(now))
	if w.deadline.IsZero() || wait <= 0 || now.Add(wait).Before(w.deadline) {
		return false
	}
	t.queue.Remove(place)
	w.decide(ticket{}, &WaitError{Wait: wait, Left: w.deadline.Sub(now)})
	return true
}

func waiting(place *list.Element) *waiter {
	w, _ := place.Value.(*waiter) // The queue holds nothing else.
	return w
}

func (w *waiter) decide(turn ticket, err error) {
	w.ticket, w.err = turn, err
	close(w.ready)
}

// decided reports whether the waiter has left the queue. The transport's lock
// must be held.
func (w *waiter) decided() bool {
	select {
	case <-w.ready:
		return true
	default:
		return false
	}
}
