package main

import (
	"net/http"
	"path"
	"sync/atomic"
	"time"
)

// contact notes when the chat's server last answered a question for news. Both
// chats answer at least every ninety seconds, also when there are none.
type contact struct {
	next http.RoundTripper
	path string // How the address of the question ends.
	last atomic.Int64
}

// RoundTrip implements [http.RoundTripper].
func (c *contact) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := c.next.RoundTrip(r)
	if err == nil && response.StatusCode == http.StatusOK && path.Base(r.URL.Path) == c.path {
		c.last.Store(time.Now().UnixNano())
	}
	return response, err
}

// CloseIdleConnections passes the call on.
func (c *contact) CloseIdleConnections() {
	if closer, ok := c.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// at is when there was contact; the zero time means never.
func (c *contact) at() time.Time {
	if nanoseconds := c.last.Load(); nanoseconds != 0 {
		return time.Unix(0, nanoseconds)
	}
	return time.Time{}
}
