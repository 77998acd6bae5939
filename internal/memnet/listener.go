package memnet

import (
	"context"
	"net"
	"sync"
	"syscall"
)

// Listener is a [net.Listener] whose connections are dialled with its own method DialContext.
type Listener struct {
	conns  chan net.Conn
	closed chan struct{}
	close  sync.Once
}

var _ net.Listener = (*Listener)(nil)

// Listen returns an open listener. It starts nothing.
func Listen() *Listener {
	return &Listener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept blocks until somebody dials. After Close it returns [net.ErrClosed].
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "accept", Net: "memory", Addr: l.Addr(), Err: net.ErrClosed}
	}
}

// Close ends Accept and refuses who dials from now on. Connections stay open. It may be called twice.
func (l *Listener) Close() error {
	l.close.Do(func() { close(l.closed) })
	return nil
}

// Addr returns a name for messages.
func (l *Listener) Addr() net.Addr { return addr{} }

// DialContext connects to the listener, whatever network and address are asked for.
// It blocks until the connection is accepted. A closed listener refuses like a port on which nobody listens,
// with [syscall.ECONNREFUSED] in a [net.OpError] of the operation "dial".
func (l *Listener) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	err := error(syscall.ECONNREFUSED)
	select {
	case <-l.closed:
	default:
		select {
		case l.conns <- server:
			return client, nil
		case <-l.closed:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	_, _ = client.Close(), server.Close()
	return nil, &net.OpError{Op: "dial", Net: "memory", Addr: l.Addr(), Err: err}
}

type addr struct{}

func (addr) Network() string { return "memory" }
func (addr) String() string  { return "memory" }
