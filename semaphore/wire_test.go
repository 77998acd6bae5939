package semaphore_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"
)

// wire is the network between a client and its server, which takes time and breaks. Its delays keep things apart that
// would otherwise happen at the same moment in any order.
type wire struct {
	to      http.RoundTripper
	delay   time.Duration            // of a request, of an answer, and of each piece of a log
	frame   time.Duration            // of each piece of what a WebSocket brings
	note    func(what string, n int) // is told what happened
	mu      sync.Mutex
	down    time.Time         // until when the server is away
	dropped int               // how often all connections were lost
	fuses   map[string][]fuse // by the kind of a body, in the order in which they burn down
}

// The kinds of requests that breaks tell apart.
const (
	ofSocket, ofLog, ofCall = "websocket", "log", "call"
)

// fuse is something that happens when so many bytes more of a kind of body have arrived: in the middle of them.
type fuse struct {
	left int
	fire func()
}

// lay adds a fuse.
func (w *wire) lay(kind string, f fuse) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fuses[kind] = append(w.fuses[kind], f)
}

// drop loses all connections, and refuses new ones for a while.
func (w *wire) drop(away time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dropped++
	w.down = time.Now().Add(away)
}

// state tells how often connections were lost, and whether there can be new ones.
func (w *wire) state() (dropped int, up bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dropped, !time.Now().Before(w.down)
}

func kindOf(r *http.Request) string {
	switch {
	case strings.HasSuffix(r.URL.Path, "/ws"):
		return ofSocket
	case strings.HasSuffix(r.URL.Path, "/output"):
		return ofLog
	}
	return ofCall
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	kind := kindOf(r)
	delay := w.delay
	if kind == ofSocket {
		delay += w.delay/3 + w.frame
	}
	time.Sleep(delay)
	before, up := w.state()
	if !up {
		return w.refuse(r, kind)
	}
	response, err := w.to.RoundTrip(r)
	time.Sleep(delay)
	if err != nil {
		w.note(kind+" failed", 0)
		return nil, err
	}
	w.note(kind, response.StatusCode)
	if after, _ := w.state(); after != before {
		_ = response.Body.Close() // it is lost
		return w.refuse(r, kind)
	}
	switch both, isBoth := response.Body.(io.ReadWriteCloser); {
	case kind == ofSocket && isBoth:
		response.Body = socketBody{&wireBody{ReadCloser: both, wire: w, kind: kind, dropped: before, delay: w.frame}, both}
	case kind == ofLog:
		response.Body = &wireBody{ReadCloser: response.Body, wire: w, kind: kind, dropped: before, delay: w.delay}
	}
	return response, nil
}

// refuse is what a request meets while the server is away. Those that the client repeats by itself after a random time
// meet a proxy, which says when.
func (w *wire) refuse(r *http.Request, kind string) (*http.Response, error) {
	w.note(kind+" refused", 0)
	if kind != ofCall {
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: syscall.ECONNREFUSED}
	}
	return &http.Response{
		StatusCode: http.StatusBadGateway, Header: http.Header{"Content-Type": {"text/html"}, "Retry-After": {"1"}},
		Body: http.NoBody, Request: r, ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// wireBody is a body on its way.
type wireBody struct {
	io.ReadCloser
	wire    *wire
	kind    string
	dropped int
	delay   time.Duration
	broken  bool
}

// socketBody is the connection of a WebSocket.
type socketBody struct {
	*wireBody
	io.Writer
}

// kick is a close frame without a code, which the server sends to those that are too slow for it.
var kick = []byte{0x88, 0}

// maxPiece is how much arrives at once.
const maxPiece = 2 << 10

func (b *wireBody) Read(p []byte) (int, error) {
	if dropped, _ := b.wire.state(); dropped != b.dropped || b.broken {
		_ = b.ReadCloser.Close() // it is lost
		return 0, &net.OpError{Op: "read", Net: "memory", Err: syscall.ECONNRESET}
	}
	p = p[:min(len(p), maxPiece)]
	f, armed := b.wire.fuse(b.kind)
	if armed {
		p = p[:min(len(p), max(1, f.left))]
	}
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		time.Sleep(b.delay)
	}
	if b.wire.burn(b.kind, n) {
		b.broken = true
	}
	if b.kind == ofSocket && bytes.HasSuffix(p[:n], kick) {
		b.wire.note("kicked", 0)
	}
	return n, err
}

// fuse is the next one of a kind.
func (w *wire) fuse(kind string) (fuse, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.fuses[kind]) == 0 {
		return fuse{}, false
	}
	return w.fuses[kind][0], true
}

// burn shortens the next fuse of a kind, and reports whether it went off, which breaks the connection.
func (w *wire) burn(kind string, n int) bool {
	w.mu.Lock()
	if len(w.fuses[kind]) == 0 || n == 0 {
		w.mu.Unlock()
		return false
	}
	first := &w.fuses[kind][0]
	if first.left -= n; first.left > 0 {
		w.mu.Unlock()
		return false
	}
	fire := first.fire
	w.fuses[kind] = w.fuses[kind][1:]
	w.mu.Unlock()
	fire()
	return true
}
