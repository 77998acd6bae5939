package memnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Listen serves the handler on a real port of this machine too, for other programs, until Close. The address is of the
// form "127.0.0.1:0"; one that is not a loopback address is refused. It returns the URL, without a slash at the end.
// Do not use it inside a testing/synctest bubble: waiting for the network keeps a bubble's clock still.
func (s *Server) Listen(addr string) (string, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", fmt.Errorf("%q is not a loopback address: use 127.0.0.1:0", addr)
	}
	ln, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return "", err
	}
	port := &http.Server{Handler: s.http.Handler, ReadHeaderTimeout: 10 * time.Second}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", errors.Join(errors.New("the server is closed"), ln.Close())
	}
	s.ports = append(s.ports, port)
	s.served.Go(func() { _ = port.Serve(ln) }) // Returns ErrServerClosed after Close, always.
	return "http://" + ln.Addr().String(), nil
}
