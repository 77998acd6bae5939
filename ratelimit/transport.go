package ratelimit

import (
	"container/list"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Transport is an [http.RoundTripper] that keeps its requests within the limit of one server.
// Make it with [NewTransport]; it is safe for concurrent use.
//
// It knows one limit. Where a server counts some endpoints apart, as Zulip does for GET /events,
// give these a Transport of their own.
type Transport struct {
	base http.RoundTripper

	mu    sync.Mutex
	log   slidingLog
	queue list.List // of *waiter, first come first served
}

var _ http.RoundTripper = (*Transport)(nil)

// Option changes a [Transport] while [NewTransport] makes it.
type Option func(*Transport) error

// WithLimit says in advance that the server takes n requests in any stretch of length per,
// at most 100,000 requests and one hour. What the server says of itself replaces it.
// Without this option nothing is held back before the first answer.
func WithLimit(n int, per time.Duration) Option {
	return func(t *Transport) error {
		if n < 1 || n > maxLimit {
			return errors.New("ratelimit: the limit must lie between 1 and 100,000 requests")
		}
		if per <= 0 || per > maxTime {
			return errors.New("ratelimit: the time that a limit is for must lie between 0 and 1 hour")
		}
		t.log.limit, t.log.per = n, per
		return nil
	}
}

// NewTransport paces the requests that go through base. It fails when base is nil or an option is out of range.
func NewTransport(base http.RoundTripper, opts ...Option) (*Transport, error) {
	if base == nil {
		return nil, errors.New("ratelimit: a transport needs another one that sends its requests")
	}
	t := &Transport{base: base}
	for _, opt := range opts {
		if err := opt(t); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// RoundTrip waits for the request's turn, sends it and returns what base returns, a 429 too: to send again is
// up to the caller, whose next request waits until the time that the server named is over.
// A request that cannot be sent before its context ends fails at once with a [*WaitError].
func (t *Transport) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	if err := t.acquire(req.Context()); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	defer func() { t.release(resp) }() // also where base panics
	return t.base.RoundTrip(req)
}

// CloseIdleConnections closes those of base, where it has any.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// release ends a request. A response of nil means that there was none.
func (t *Transport) release(resp *http.Response) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if resp == nil {
		t.log.fail(now)
		t.wakeFirst()
		return
	}
	if t.log.answer(now, readFeedback(resp, now)) {
		t.wakeAll()
		return
	}
	t.wakeFirst()
}
