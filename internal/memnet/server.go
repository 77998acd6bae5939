package memnet

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// drain is how long Close waits for requests under way. The time is fake in a bubble.
// It must exceed the 500 ms for which net/http holds a connection whose body it did not read.
const drain = time.Second

// Server serves one handler to the clients that it makes itself. Stop it with Close.
type Server struct {
	listener *Listener
	http     *http.Server
	served   sync.WaitGroup

	mu         sync.Mutex
	closed     bool
	ports      []*http.Server // See Listen.
	transports []*http.Transport
}

// Start serves the handler from now on, in a goroutine that Close ends.
func Start(h http.Handler) *Server {
	s := &Server{
		listener: Listen(),
		http:     &http.Server{Handler: h, ReadHeaderTimeout: time.Minute},
	}
	// Serve only returns because Close was called, which its error says.
	s.served.Go(func() { _ = s.http.Serve(s.listener) })
	return s
}

// URL is the address to use as base address, without a slash at the end. Any other host would do as well:
// this one passes checks that allow http:// for loopback addresses only.
func (s *Server) URL() string { return "http://127.0.0.1" }

// Client returns a client with a new Transport. It follows redirects to any host to this server.
func (s *Server) Client() *http.Client { return &http.Client{Transport: s.Transport()} }

// Transport returns a new transport, with connections of its own, that dials this server for any host.
// The server keeps it, to close its idle connections in Close.
func (s *Server) Transport() *http.Transport {
	t := &http.Transport{DialContext: s.listener.DialContext}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.transports = append(s.transports, t)
	return t
}

// Close refuses new connections, gives requests under way one second to end and cuts the rest,
// whose handlers see their context cancelled. Connections taken over with [http.Hijacker] are not its own.
// It may be called twice.
func (s *Server) Close() {
	s.closeIdle()
	s.mu.Lock()
	s.closed = true
	servers := append([]*http.Server{s.http}, s.ports...)
	s.mu.Unlock()
	for _, server := range servers {
		shut(server)
	}
	s.served.Wait()
	s.closeIdle()
}

func shut(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close()
	}
}

func (s *Server) closeIdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.transports {
		t.CloseIdleConnections()
	}
}
