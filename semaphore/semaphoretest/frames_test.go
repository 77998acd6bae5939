package semaphoretest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

type object = map[string]any

// dial opens a WebSocket with a library that knows nothing of this server.
func dial(t *testing.T, srv *semaphoretest.Server, u *semaphoretest.User) *websocket.Conn {
	t.Helper()
	conn, resp, err := websocket.Dial(t.Context(), srv.URL()+"/api/ws", &websocket.DialOptions{
		HTTPClient: srv.Client(),
		HTTPHeader: http.Header{"Authorization": {"Bearer " + u.Token}},
	})
	require.NoError(t, err)
	if resp.Body != nil {
		_ = resp.Body.Close()
	}
	conn.SetReadLimit(2 << 20)
	return conn
}

// watch collects all messages for a user. The returned function closes the WebSocket and returns what came.
func watch(t *testing.T, srv *semaphoretest.Server, u *semaphoretest.User) func() []object {
	t.Helper()
	conn := dial(t, srv, u)
	var all []object
	var reader sync.WaitGroup
	reader.Go(func() {
		for {
			_, text, err := conn.Read(t.Context())
			if err != nil {
				return
			}
			var o object
			if assert.NoError(t, json.Unmarshal(text, &o)) {
				all = append(all, o)
			}
		}
	})
	return func() []object {
		_ = conn.CloseNow()
		reader.Wait()
		return all
	}
}

// course is what was told of a task: its states, and "log" for any number of lines.
func course(frames []object, taskID string) []string {
	var steps []string
	for _, f := range frames {
		if name(f["task_id"]) != taskID {
			continue
		}
		step := "log"
		if f["type"] == "update" {
			step = fmt.Sprintf("%v start:%s end:%s", f["status"], kindOf(f["start"]), kindOf(f["end"]))
		} else if len(steps) > 0 && steps[len(steps)-1] == "log" {
			continue
		}
		steps = append(steps, step)
	}
	return steps
}

// compareFrames compares what a WebSocket told with what the real server's told of the same tasks.
func (r *replay) compareFrames(got []object) {
	for _, file := range []string{
		"145-ws-success", "149-ws-failure", "154-ws-stop", "159-ws-stop-force", "164-ws-stop-while-waiting",
		"ws-build-deploy", "ws-terraform",
	} {
		var recorded struct {
			Frames []struct {
				JSON object `json:"json"`
			} `json:"frames"`
		}
		require.NoError(r.t, json.Unmarshal(readRecording(r.t, file), &recorded))
		var want []object
		tasks := map[string]bool{}
		for _, f := range recorded.Frames {
			if f.JSON["task_id"] != nil {
				want = append(want, f.JSON)
				tasks[name(f.JSON["task_id"])] = true
			}
		}
		assert.NotEmpty(r.t, tasks, file)
		for id := range tasks {
			assert.Equal(r.t, course(want, id), course(got, r.own(id)), "%s: task %s", file, id)
		}
		for _, f := range want {
			i := slices.IndexFunc(got, func(o object) bool { return o["type"] == f["type"] })
			assert.Equal(r.t, slices.Sorted(maps.Keys(f)), slices.Sorted(maps.Keys(got[i])), "%s: keys of %s", file, f["type"])
		}
	}
}

func (r *replay) own(theirs string) string {
	if id, known := r.names[theirs]; known {
		return id
	}
	return theirs
}

// closeStatus reads until the server ends the WebSocket and says how; -1 is without a close frame.
func closeStatus(t *testing.T, conn *websocket.Conn) websocket.StatusCode {
	t.Helper()
	for {
		if _, _, err := conn.Read(t.Context()); err != nil {
			if e, ok := errors.AsType[websocket.CloseError](err); ok {
				return e.Code
			}
			return -1
		}
	}
}
