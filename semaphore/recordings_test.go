package semaphore_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
)

// recording is an exchange with a real server.
type recording struct {
	Request struct {
		Method string
		Path   string
	}
	Response struct {
		Status   int
		Headers  map[string]string
		BodyJSON json.RawMessage `json:"body_json"`
		BodyText string          `json:"body_text"`
	}
}

// recordings reads the exchanges that lie beside the project or where SIGNALBOX_SHARED points.
func recordings(tb testing.TB) map[string]recording {
	tb.Helper()
	shared := os.Getenv("SIGNALBOX_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	files, err := filepath.Glob(filepath.Join(shared, "recordings", "semaphore", "[0-9]*.json"))
	require.NoError(tb, err)
	if len(files) == 0 {
		if os.Getenv("SIGNALBOX_REQUIRE_REAL") == "1" {
			tb.Fatal("there are no recordings; set SIGNALBOX_SHARED")
		}
		tb.Skip("there are no recordings; set SIGNALBOX_SHARED")
	}
	all := map[string]recording{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(tb, err)
		var r recording
		if json.Unmarshal(data, &r) == nil && r.Request.Method != "" { // the others are WebSockets and measurements
			all[strings.TrimSuffix(filepath.Base(file), ".json")] = r
		}
	}
	require.Greater(tb, len(all), 400)
	return all
}

// body is what the server sent; false when the recording has its beginning and end only.
func (r recording) body() (string, bool) {
	if r.Response.BodyJSON == nil {
		return r.Response.BodyText, true
	}
	var cut struct {
		Truncated bool `json:"_truncated"`
	}
	_ = json.Unmarshal(r.Response.BodyJSON, &cut) // most are no objects
	return string(r.Response.BodyJSON), !cut.Truncated
}

// unasked are recorded requests that no method makes, with the reason.
var unasked = map[string]string{
	"HEAD /ping":                         "GET says the same",
	"HEAD /user":                         "GET says the same",
	"HEAD /project/#/tasks/#/output":     "GET says the same",
	"POST /ping":                         "no such call",
	"GET /nonexistent":                   "no such call",
	"GET /project/#/nonexistent":         "no such call",
	"PATCH /projects":                    "no such call",
	"DELETE /projects":                   "no such call",
	"OPTIONS /projects":                  "no such call",
	"PUT /project/#/tasks":               "no such call",
	"GET /ws":                            "without an upgrade there is no answer",
	"GET /users/abc":                     "ids are numbers",
	"GET /project/abc":                   "ids are numbers",
	"GET /project/#/templates/abc":       "ids are numbers",
	"GET /project/#/tasks/abc":           "ids are numbers",
	"GET /project/#/users/#":             "the answer lacks the role; Members has it",
	"GET /events":                        "unbounded, and one event only on BoltDB",
	"GET /project/#/events":              "unbounded, and one event only on BoltDB",
	"GET /project/#/templates/#/tasks":   "tasks/last says the same",
	"GET /project/#/integrations/#/refs": "an integration can always be deleted",
	"GET /project/#/invites":             "2.10 does not have it; see newerOperations",
	"POST /integrations/*":               "for the senders of webhooks",
	"POST /internal/runners":             "for runners",
	"GET /internal/runners":              "for runners",
	"DELETE /internal/runners":           "for runners",
	"GET //projects":                     "no address of ours has two slashes",
	"GET outside":                        "not below /api",
}

// route brings a path into the form in which operations has it.
func route(method, path string) (string, ids) {
	path, _, _ = strings.Cut(path, "?")
	path = strings.TrimPrefix(path, "/semaphore")
	rest, ok := strings.CutPrefix(path, "/api")
	if !ok {
		return method + " outside", nil
	}
	var numbers ids
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	for i, part := range parts {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil {
			numbers, parts[i] = append(numbers, n), "#"
		} else if i > 0 && (parts[i-1] == "tokens" || parts[1] == "integrations" && i == 2) {
			parts[i] = "*"
		}
	}
	return method + " " + strings.Join(parts, "/"), numbers
}

// TestRecordings lets the client have every answer that a real server gave.
func TestRecordings(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for name, r := range recordings(t) {
		key, numbers := route(r.Request.Method, r.Request.Path)
		if _, ok := unasked[key]; ok || name == "251-err-wrong-base-path" {
			used[key] = true
			continue
		}
		call, ok := operations[key]
		require.True(t, ok, "%s: no method makes %s", name, key)
		used[key] = true
		body, whole := r.body()
		if !whole {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := call(t.Context(), answering(t, r.replay(key, body)), numbers)
			if r.Response.Status/100 == 2 {
				require.NoError(t, err)
				checkKeys(t, reflect.TypeOf(out), []byte(body), key)
				return
			}
			api, ok := errors.AsType[*semaphore.APIError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, r.Response.Status, api.Status)
			assert.NotEmpty(t, api.Message)
		})
	}
	for key := range operations {
		assert.True(t, used[key], "no recording of %s", key)
	}
	for key := range unasked {
		assert.True(t, used[key], "no recording of %s", key)
	}
}

// replay answers the recorded request as recorded, and others so that the method gets to it.
func (r recording) replay(key, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		asked, _ := route(req.Method, req.URL.Path)
		switch {
		case asked == key:
			for name, value := range r.Response.Headers {
				if !strings.EqualFold(name, "Content-Length") && !strings.EqualFold(name, "Transfer-Encoding") {
					w.Header().Set(name, value)
				}
			}
			w.WriteHeader(r.Response.Status)
			_, _ = io.WriteString(w, body)
		case asked == strings.Replace(key, "POST", "GET", 1): // a list in which the new thing is looked up
			answer(200, "application/json", `[{"id":9,"name":"`+touched+`"}]`)(w, req)
		default:
			answer(200, "application/json", `{"id":9,"status":"running"}`)(w, req)
		}
	}
}

// unmapped are keys that no field has, with the reason.
var unmapped = map[string]string{
	"Task.limit":                  "read into Limit",
	"Task.secret":                 "never has content",
	"Template.environment_id":     "read into EnvironmentIDs",
	"Key.string":                  "never has content",
	"Key.login_password":          "never has content",
	"Key.ssh":                     "never has content",
	"Key.override_secret":         "means something in a request only",
	"Environment.password":        "no server uses it",
	"EnvironmentSecret.secret":    "never has content",
	"EnvironmentSecret.operation": "means something in a request only",
	"LogLine.task_id":             "the caller asked for it",
	"LogLine.task":                "never has content",
}

// fieldsElsewhere are types whose JSON is read by another, unexported one.
var fieldsElsewhere = map[string][]string{
	"LogLine": {"id", "stage_id", "time", "output"},
	"Token":   {"id", "name", "created", "expired", "user_id"},
}

// checkKeys reports keys in the JSON of a value that its type has no field for.
func checkKeys(t *testing.T, typ reflect.Type, data []byte, where string) {
	t.Helper()
	data = bytes.TrimSpace(data)
	if typ == nil || len(data) == 0 {
		return
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ == reflect.TypeFor[semaphore.TasksPage]():
		checkKeys(t, reflect.TypeFor[[]semaphore.Task](), data, where)
	case typ == reflect.TypeFor[semaphore.NewRunner]():
		typ = reflect.TypeFor[semaphore.Runner]()
		var object map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(data, &object))
		delete(object, "token")
		again, err := json.Marshal(object)
		require.NoError(t, err)
		checkKeys(t, typ, again, where)
	case typ.Kind() == reflect.Slice && data[0] == '[':
		var list []json.RawMessage
		require.NoError(t, json.Unmarshal(data, &list), where)
		for _, one := range list {
			checkKeys(t, typ.Elem(), one, where)
		}
	case typ.Kind() == reflect.Struct && data[0] == '{':
		var object map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(data, &object), where)
		known := jsonFields(typ)
		for key, value := range object {
			field, ok := known[key]
			if !ok {
				assert.Contains(t, unmapped, typ.Name()+"."+key, "%s has a field that is not mapped: %.60s", where, value)
				continue
			}
			checkKeys(t, field, value, where)
		}
	}
}

// jsonFields are the keys of a struct and the types that they have.
func jsonFields(typ reflect.Type) map[string]reflect.Type {
	known := map[string]reflect.Type{}
	for _, name := range fieldsElsewhere[typ.Name()] {
		known[name] = nil
	}
	for field := range typ.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			known[name] = field.Type
		}
	}
	return known
}
