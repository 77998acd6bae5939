package semaphoretest

import (
	"bufio"
	"crypto/sha1" // the handshake of RFC 6455 uses it, and no secret depends on it
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A socket is the server's end of a WebSocket.
type socket struct {
	conn   net.Conn
	userID int
	limit  int // of messages that wait; zero or less is none
	wake   chan struct{}
	ended  chan struct{} // closed when the connection is
	once   sync.Once

	mu      sync.Mutex
	pending [][]byte // frames that nobody has begun to write
	waiting int      // frames that are not written yet
	closing bool     // nothing more is taken, and a close frame follows what is pending
	goodbye []byte   // what is in the close frame
}

// The server's habits, by the machine's clock.
const (
	pingEvery = 54 * time.Second
	pongWait  = 60 * time.Second
	writeWait = 10 * time.Second
	maxFrame  = 512 // of a client
)

// openSocket takes the connection over. Whoever asks without wanting a WebSocket is cut off, since the real server falls over.
func (s *Server) openSocket(w http.ResponseWriter, c *call, seen Request) answer {
	if c.user == nil {
		return empty(http.StatusUnauthorized)
	}
	key := c.r.Header.Get("Sec-Websocket-Key")
	hijacker, able := w.(http.Hijacker)
	if !strings.EqualFold(c.r.Header.Get("Upgrade"), "websocket") || key == "" || !able || s.closed {
		return answer{cut: true}
	}
	conn, rw, err := hijacker.Hijack()
	if err != nil {
		return answer{cut: true}
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	hello := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n"
	k := &socket{
		conn: conn, userID: c.user.ID, limit: s.buffer, wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	k.push([]byte(hello))
	s.sockets[k] = true
	seen.Status = http.StatusSwitchingProtocols
	s.record(seen)
	s.workers.Go(func() {
		k.writeAll()
		k.end()
		s.lock()
		defer s.mu.Unlock()
		delete(s.sockets, k)
	})
	s.workers.Go(func() {
		k.readAll(rw.Reader)
		k.end()
	})
	return answer{status: http.StatusSwitchingProtocols}
}

// send queues a message. One too many closes the socket, after what is queued.
func (k *socket) send(text []byte) {
	k.mu.Lock()
	full := k.limit > 0 && k.waiting >= k.limit
	k.mu.Unlock()
	if full {
		k.finish(nil)
		return
	}
	k.push(frame(opText, text))
}

// push queues bytes.
func (k *socket) push(b []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closing {
		return
	}
	k.pending = append(k.pending, b)
	k.waiting++
	k.signal()
}

// finish closes the socket with a close frame, after what is queued.
func (k *socket) finish(goodbye []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closing {
		k.closing, k.goodbye = true, goodbye
	}
	k.signal()
}

// end closes the connection.
func (k *socket) end() {
	k.once.Do(func() {
		close(k.ended)
		_ = k.conn.Close() // the client may have been faster
	})
}

func (k *socket) signal() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// writeAll writes what is queued, and pings, until the connection ends.
func (k *socket) writeAll() {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		select {
		case <-k.ended:
			return
		case <-k.wake:
			if !k.flush() {
				return
			}
		case <-ping.C:
			if k.write(frame(opPing, nil)) != nil {
				return
			}
		}
	}
}

// flush writes what is queued. It reports whether the connection goes on.
func (k *socket) flush() bool {
	for {
		k.mu.Lock()
		frames := k.pending
		closing, goodbye := k.closing, k.goodbye
		k.pending = nil
		k.mu.Unlock()
		if len(frames) == 0 {
			if closing {
				_ = k.write(frame(opClose, goodbye)) // the client may have gone
			}
			return !closing
		}
		for _, b := range frames {
			if k.write(b) != nil {
				return false
			}
			k.mu.Lock()
			k.waiting--
			k.mu.Unlock()
		}
	}
}

func (k *socket) write(b []byte) error {
	if err := k.conn.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return err
	}
	_, err := k.conn.Write(b)
	return err
}

// readAll answers what the client sends until it stops, sends too much, or does not answer a ping.
func (k *socket) readAll(r *bufio.Reader) {
	if k.conn.SetReadDeadline(time.Now().Add(pongWait)) != nil {
		return
	}
	for {
		op, payload, err := readFrame(r)
		if errors.Is(err, errFrameSize) {
			k.finish(binary.BigEndian.AppendUint16(nil, tooLong))
			continue // until the client, or its time, ends
		}
		if err != nil {
			return
		}
		switch op {
		case opPong:
			if k.conn.SetReadDeadline(time.Now().Add(pongWait)) != nil {
				return
			}
		case opPing:
			k.push(frame(opPong, payload))
		case opClose:
			k.finish(payload)
		}
	}
}

// Sockets returns how many WebSockets are open.
func (s *Server) Sockets() int {
	s.lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// CutSockets ends every WebSocket at once, without a close frame, as a proxy or a broken network does.
func (s *Server) CutSockets() {
	s.lock()
	defer s.mu.Unlock()
	s.cutSockets(false)
}

// KickSockets closes every WebSocket as the server closes slow readers: what is queued still comes, then a close frame
// without a code, and nothing that is written afterwards.
func (s *Server) KickSockets() {
	s.lock()
	defer s.mu.Unlock()
	s.cutSockets(true)
}

func (s *Server) cutSockets(politely bool) {
	for k := range s.sockets {
		if politely {
			k.finish(nil)
			continue
		}
		k.end()
	}
}
