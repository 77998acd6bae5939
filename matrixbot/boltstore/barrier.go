package boltstore

import "net/http"

// Barrier returns a transport that commits all writes before each request, and then has next
// send it: what the outside world learns from the bot, the bot does not forget. A request
// before which nothing can be committed is not sent. A nil next is
// [http.DefaultTransport].
func (s *Store) Barrier(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return &barrier{store: s, next: next}
}

type barrier struct {
	store *Store
	next  http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (b *barrier) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := b.store.Flush(req.Context()); err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // as a transport must
		}
		return nil, err
	}
	return b.next.RoundTrip(req)
}

// CloseIdleConnections passes on what [http.Client.CloseIdleConnections] asks for.
func (b *barrier) CloseIdleConnections() {
	if next, ok := b.next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}
