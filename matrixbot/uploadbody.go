package matrixbot

import (
	"errors"
	"io"
	"sync"
)

// bounded reads at most so many bytes, and fails where there are more.
type bounded struct {
	source   io.Reader
	left     int64
	exceeded bool
	failed   error // of the source
}

// Read implements [io.Reader].
func (r *bounded) Read(p []byte) (int, error) {
	if int64(len(p))-1 > r.left {
		p = p[:r.left+1]
	}
	n, err := r.source.Read(p)
	if int64(n) > r.left {
		r.exceeded = true
		return 0, ErrTooLarge
	}
	r.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		r.failed = err
	}
	return n, err
}

// counter counts what is read through it. The transport of a request may go on reading the body when the answer is there.
type counter struct {
	source io.Reader

	mu    sync.Mutex
	n     int64
	ended bool
}

var errAnswered = errors.New("the request was answered")

// Read implements [io.Reader].
func (c *counter) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return 0, errAnswered
	}
	n, err := c.source.Read(p)
	c.n += int64(n)
	return n, err
}

// end lets nothing more be read and returns how much was. It waits for a Read that goes on, which unblock has to end.
func (c *counter) end(unblock func()) int64 {
	if !c.mu.TryLock() {
		unblock()
		c.mu.Lock()
	}
	defer c.mu.Unlock()
	c.ended = true
	return c.n
}
