// Package matrixjs drives a Matrix client that we did not write: matrix-js-sdk, with the crypto that Element uses.
// Tests talk to it as to a person with another program.
package matrixjs

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

//go:embed client.mjs
var program []byte

// patience is how long a test waits for anything from the other program.
const patience = 30 * time.Second

// Client is a running program.
type Client struct {
	User, Device string // After Login.

	tb    testing.TB
	input io.Writer

	mu      sync.Mutex
	last    int
	answers map[int]chan answer
	events  []Event
	news    chan struct{} // Closed and replaced with every event.
}

// Event is something that happened by itself.
type Event struct {
	Event string `json:"event"` // ready, timeline, invite, toDevice, verification, sas, verified, failed, cancel

	Room         string         `json:"room"`
	ID           string         `json:"id"`
	Time         int64          `json:"time"` // Of the homeserver, in milliseconds: events are told as they are decrypted, which may be in another order.
	Sender       string         `json:"sender"`
	Type         string         `json:"type"`
	StateKey     string         `json:"stateKey"`
	Body         string         `json:"body"`
	Content      map[string]any `json:"content"`
	Wire         map[string]any `json:"wire"`
	Redacts      string         `json:"redacts"`
	Encrypted    bool           `json:"encrypted"`
	Failed       string         `json:"failed"`
	Shield       string         `json:"shield"`
	ShieldReason string         `json:"shieldReason"`

	Transaction string   `json:"transaction"`
	Phase       string   `json:"phase"`
	User        string   `json:"user"`
	Device      string   `json:"device"`
	Mine        bool     `json:"mine"`
	Emoji       []string `json:"emoji"`
	Decimal     []int    `json:"decimal"`
	Reason      string   `json:"reason"`
	Cancelled   string   `json:"cancelled"`
}

type answer struct {
	Result json.RawMessage `json:"result"`
	Error  string          `json:"error"`
}

// Start starts the program, and ends it with the test. The folder that has matrix-js-sdk in its node_modules is named by
// SIGNALBOX_MATRIX_JS; without it the test is skipped.
func Start(tb testing.TB) *Client {
	tb.Helper()
	folder := os.Getenv("SIGNALBOX_MATRIX_JS")
	if folder == "" {
		if os.Getenv("SIGNALBOX_REQUIRE_REAL") == "1" {
			tb.Fatal("SIGNALBOX_MATRIX_JS must name a folder in which matrix-js-sdk is installed")
		}
		tb.Skip("SIGNALBOX_MATRIX_JS names no folder with matrix-js-sdk")
	}
	path := filepath.Join(tb.TempDir(), "client.mjs")
	if err := os.WriteFile(path, program, 0o600); err != nil {
		tb.Fatal(err)
	}
	cmd := exec.CommandContext(tb.Context(), "node", path, folder) //nolint:gosec // Who sets the environment runs the test.
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	c := &Client{tb: tb, input: input, answers: map[int]chan answer{}, news: make(chan struct{})}
	var reading sync.WaitGroup
	reading.Go(func() { c.read(output) })
	tb.Cleanup(func() {
		_ = input.Close()
		reading.Wait()
		_ = cmd.Wait() // the context may have killed it
	})
	c.Wait("the program is ready", func(e Event) bool { return e.Event == "ready" })
	return c
}

func (c *Client) read(output io.Reader) {
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var head struct {
			ID json.RawMessage `json:"id"`
		}
		var number int
		if json.Unmarshal(lines.Bytes(), &head) == nil && json.Unmarshal(head.ID, &number) == nil {
			var a answer
			_ = json.Unmarshal(lines.Bytes(), &a) // an answer that is none is an empty one
			c.mu.Lock()
			if waiting := c.answers[number]; waiting != nil {
				waiting <- a
			}
			c.mu.Unlock()
			continue
		}
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			e = Event{Event: "unreadable", Reason: err.Error() + ": " + lines.Text()}
		}
		c.mu.Lock()
		c.events = append(c.events, e)
		close(c.news)
		c.news = make(chan struct{})
		c.mu.Unlock()
	}
}

// Do has the program do something and reads the result into out, unless that is nil.
func (c *Client) Do(out any, do string, arguments map[string]any) {
	c.tb.Helper()
	if err := c.Try(out, do, arguments); err != nil {
		c.tb.Fatal(err)
	}
}

// Try is Do for what may fail.
func (c *Client) Try(out any, do string, arguments map[string]any) error {
	c.mu.Lock()
	c.last++
	number := c.last
	waiting := make(chan answer, 1)
	c.answers[number] = waiting
	c.mu.Unlock()
	request := map[string]any{"id": number, "do": do}
	maps.Copy(request, arguments)
	line, err := json.Marshal(request)
	if err != nil {
		return err
	}
	if _, err := c.input.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("matrix-js-sdk: %s: %w", do, err)
	}
	select {
	case a := <-waiting:
		if a.Error != "" {
			return fmt.Errorf("matrix-js-sdk: %s: %s", do, a.Error)
		}
		if out == nil {
			return nil
		}
		return json.Unmarshal(a.Result, out)
	case <-time.After(patience):
		return fmt.Errorf("matrix-js-sdk: %s: no answer", do)
	}
}

// Wait returns the first event, of all that ever came, for which ok holds.
func (c *Client) Wait(what string, ok func(Event) bool) Event {
	c.tb.Helper()
	late := time.After(patience)
	for next := 0; ; {
		c.mu.Lock()
		events, news := c.events, c.news
		c.mu.Unlock()
		for ; next < len(events); next++ {
			if ok(events[next]) {
				return events[next]
			}
		}
		select {
		case <-news:
		case <-late:
			for _, e := range events {
				c.tb.Logf("%+v", e)
			}
			c.tb.Fatalf("matrix-js-sdk: waited in vain until %s", what)
		}
	}
}

// Events is everything that has come so far.
func (c *Client) Events() []Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Event(nil), c.events...)
}

// Login logs in as a new device and waits for the first sync.
func (c *Client) Login(homeserver, user, password string) {
	c.tb.Helper()
	var who struct{ User, Device string }
	c.Do(&who, "login", map[string]any{"homeserver": homeserver, "user": user, "password": password})
	c.User, c.Device = who.User, who.Device
}

// Send sends a text and returns the event's id.
func (c *Client) Send(room, text string) (eventID string) {
	c.tb.Helper()
	c.Do(&eventID, "send", map[string]any{"room": room, "content": map[string]any{"msgtype": "m.text", "body": text}})
	return eventID
}

// Message waits for a message in a room whose body is text.
func (c *Client) Message(room, sender, text string) Event {
	c.tb.Helper()
	return c.Wait("somebody wrote "+text, func(e Event) bool {
		return e.Event == "timeline" && e.Room == room && e.Sender == sender && e.Body == text
	})
}
