package semaphoretest_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A recording is one exchange with a real server.
type recording struct {
	number int
	name   string // of the file, without .json
	method string
	path   string
	header map[string]string
	body   string
	status int // -1 when the connection was closed without an answer
	kind   string
	json   any // the answer, nil when it is no JSON
	text   string
	cookie string // that the answer sets
	cut    bool   // only the first part of a long list was kept
	at     time.Time
}

func recordingsDir() string {
	dir := os.Getenv("SIGNALBOX_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	return filepath.Join(dir, "recordings", "semaphore")
}

func readRecording(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(recordingsDir(), name+".json"))
	require.NoError(t, err)
	return text
}

// recordings reads the exchanges of a real server, or skips the test.
func recordings(t *testing.T) []recording {
	t.Helper()
	names, err := fs.Glob(os.DirFS(recordingsDir()), "[0-9]*.json")
	require.NoError(t, err)
	if len(names) == 0 {
		if os.Getenv("SIGNALBOX_REQUIRE_REAL") == "1" {
			t.Fatal("the recordings of a real server are absent: set SIGNALBOX_SHARED to the folder that holds recordings/semaphore")
		}
		t.Skip("the recordings of a real server are absent: set SIGNALBOX_SHARED to the folder that holds recordings/semaphore")
	}
	slices.Sort(names)
	var all []recording
	for _, name := range names {
		name = strings.TrimSuffix(name, ".json")
		all = append(all, parseRecording(t, name, readRecording(t, name)))
	}
	return all
}

func parseRecording(t *testing.T, name string, text []byte) recording {
	t.Helper()
	r := recording{name: name, status: -1}
	r.number, _ = strconv.Atoi(name[:3])
	var socket struct {
		Request  []string `json:"request"`
		Response []string `json:"handshake_response"`
	}
	if json.Unmarshal(text, &socket) == nil && len(socket.Request) > 0 { // a WebSocket
		r.method, r.path, r.header = "GET", "/api/ws", map[string]string{}
		for _, line := range socket.Request[1:] {
			if key, value, found := strings.Cut(line, ": "); found {
				r.header[key] = value
			}
		}
		r.path = strings.Fields(socket.Request[0])[1]
		var err error
		r.status, err = strconv.Atoi(strings.Fields(socket.Response[0])[1])
		require.NoError(t, err)
		for _, line := range socket.Response {
			if kind, found := strings.CutPrefix(line, "Content-Type: "); found {
				r.kind = kind
			}
		}
		return r
	}
	var exchange struct {
		Request struct {
			Method  string            `json:"method"`
			Path    string            `json:"path"`
			Headers map[string]string `json:"headers"`
			JSON    json.RawMessage   `json:"body_json"`
			Raw     string            `json:"body_raw"`
		} `json:"request"`
		Response struct {
			Status  int               `json:"status"`
			Headers map[string]string `json:"headers"`
			JSON    any               `json:"body_json"`
			Text    string            `json:"body_text"`
		} `json:"response"`
	}
	require.NoError(t, json.Unmarshal(text, &exchange), name)
	q, a := exchange.Request, exchange.Response
	r.method, r.path, r.header, r.body = q.Method, q.Path, q.Headers, q.Raw
	if q.JSON != nil {
		r.body = string(q.JSON)
	}
	r.status, r.kind, r.json, r.text = a.Status, a.Headers["content-type"], a.JSON, a.Text
	r.cookie, _, _ = strings.Cut(strings.TrimPrefix(a.Headers["set-cookie"], "semaphore="), ";")
	r.at, _ = time.Parse(time.RFC1123, a.Headers["date"]) // a connection that was closed has none
	if head, isCut := a.JSON.(map[string]any); isCut && head["_truncated"] == true {
		r.json, r.cut = firstElements(head["head"].(string)), true
	}
	return r
}

// firstElements are the whole elements at the beginning of a JSON array that was cut off.
func firstElements(text string) []any {
	dec := json.NewDecoder(strings.NewReader(text))
	if _, err := dec.Token(); err != nil {
		return nil
	}
	var list []any
	for {
		var v any
		if dec.Decode(&v) != nil {
			return list
		}
		list = append(list, v)
	}
}
