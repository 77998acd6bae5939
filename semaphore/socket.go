package semaphore

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Bounds of the WebSocket.
const (
	handshakeTimeout = 15 * time.Second
	// idleTimeout ends a connection over which nothing comes: the server pings every 54 seconds.
	idleTimeout = 75 * time.Second
	// A connection is tried again after a time that doubles.
	firstRedial, lastRedial = time.Second, time.Minute
	// maxQueued and maxQueuedBytes bound the lines that wait for a slow reader of ours.
	maxQueued, maxQueuedBytes = 16 << 10, 8 << 20
)

// frame is a message of the server. It sends those of all tasks that the user can see.
type frame struct {
	Type      string     `json:"type"`
	TaskID    TaskID     `json:"task_id"`
	ProjectID ProjectID  `json:"project_id"`
	Status    TaskStatus `json:"status"`
	Time      time.Time  `json:"time"`
	Output    string     `json:"output"`
}

// listener takes what a WebSocket brings.
type listener interface {
	// connected notes the beginning or the end of a connection.
	connected(live bool)
	// message notes what the server sent.
	message(data []byte)
}

// feed is what the WebSocket says about one task, between the goroutine that reads and the one that delivers.
// The server never repeats anything: after a gap nothing is known about what was missed.
type feed struct {
	project ProjectID
	task    TaskID
	lines   bool          // whether lines are wanted
	wake    chan struct{} // has a place for one

	mu      sync.Mutex
	queue   []frame
	bytes   int
	gap     bool // lines are missing before those in the queue
	updated bool // the status may have changed
	live    bool // there is a connection
	said    TaskStatus
}

// news is what came since the last look.
type news struct {
	lines              []frame
	gap, updated, live bool
	said               TaskStatus // what the connection said last about the status; "" for nothing
}

func newFeed(project ProjectID, task TaskID, lines bool) *feed {
	return &feed{project: project, task: task, lines: lines, wake: make(chan struct{}, 1)}
}

// take gives what came since the last time.
func (f *feed) take() news {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := news{lines: f.queue, gap: f.gap, updated: f.updated, live: f.live, said: f.said}
	f.queue, f.bytes, f.gap, f.updated = nil, 0, false, false
	return n
}

// change notes something and wakes the reader.
func (f *feed) change(note func()) {
	f.mu.Lock()
	note()
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// connected notes the beginning or the end of a connection. Either way there is a gap.
func (f *feed) connected(live bool) {
	f.change(func() { f.live, f.gap, f.updated, f.queue, f.bytes, f.said = live, true, true, nil, 0, "" })
}

// message notes what the server sent. What is not understood is skipped: newer servers have more to say.
func (f *feed) message(data []byte) {
	var m frame
	if json.Unmarshal(data, &m) != nil || m.TaskID != f.task || m.ProjectID != f.project {
		return
	}
	switch {
	case m.Type == "update":
		f.change(func() { f.updated, f.said = true, m.Status })
	case m.Type == "log" && f.lines:
		f.change(func() {
			if len(f.queue) >= maxQueued || f.bytes+len(m.Output) > maxQueuedBytes && len(f.queue) > 0 {
				f.queue, f.bytes, f.gap = nil, 0, true
			}
			f.queue = append(f.queue, m)
			f.bytes += len(m.Output)
		})
	}
}

// listen keeps a connection and feeds from it until ctx ends.
func (c *Client) listen(ctx context.Context, f listener) {
	wait := firstRedial
	for ctx.Err() == nil {
		begin := time.Now()
		if err := c.listenOnce(ctx, f); err != nil && ctx.Err() == nil {
			c.log.DebugContext(ctx, "websocket ended", "error", err)
		}
		if time.Since(begin) > lastRedial {
			wait = firstRedial
		}
		if sleep(ctx, wait) != nil {
			return
		}
		wait = min(2*wait, lastRedial)
	}
}

// listenOnce feeds from one connection. The server cuts readers that are slow or that it finds slow, without a word.
func (c *Client) listenOnce(ctx context.Context, f listener) error {
	var idle *time.Timer
	conn, err := c.dial(ctx, func() { idle.Reset(idleTimeout) }) // pings are seen while Read runs
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }() // it is over already, or of no more use
	idle = time.AfterFunc(idleTimeout, func() { _ = conn.CloseNow() })
	defer idle.Stop()
	f.connected(true)
	defer f.connected(false)
	for {
		kind, data, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		idle.Reset(idleTimeout)
		if kind == websocket.MessageText {
			f.message(data)
		}
	}
}

// dial opens the WebSocket. API: GET /ws.
func (c *Client) dial(ctx context.Context, pinged func()) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	header := http.Header{"User-Agent": {c.config.userAgent}}
	if name, value := c.credentials.authorization(); name != "" {
		header.Set(name, value)
	}
	address := c.root.JoinPath("api", "ws").String()
	conn, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{ //nolint:bodyclose // There is no body to close.
		HTTPClient: c.sockets, HTTPHeader: header,
		OnPingReceived: func(context.Context, []byte) bool {
			pinged()
			return true
		},
	})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(maxLine)
	return conn, nil
}
