// Package memnet is a network inside one process: a listener on [net.Pipe] and an HTTP server on it.
//
// The fake servers stand on it, so that tests need no port and can run in a [testing/synctest] bubble,
// where a socket would keep the fake clock from moving:
//
//	server := memnet.Start(handler)
//	defer server.Close()
//	resp, err := server.Client().Get(server.URL() + "/ping")
//
// Timers, keep-alive, long polling, cancellation and shutdown behave as over TCP.
// Three things do not: a pipe has no buffer, so that a write lasts until it is read;
// the peer's address reads "pipe"; and there is no TLS.
package memnet
