package semaphore_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// wrong are values that no field expects everywhere.
var wrong = []any{
	nil, "x", "", "0001-01-01T00:00:00Z", true, -1, 1e18, json.Number("1e999"), json.Number(strings.Repeat("9", 400)),
	[]any{},
	[]any{nil},
	[]any{[]any{1}},
	map[string]any{},
	map[string]any{"": nil},
	strings.Repeat("é\x00", 1000),
}

// mutations gives a value with each of its parts replaced by each wrong value.
func mutations(value any, yield func(any)) {
	for _, instead := range wrong {
		yield(instead)
	}
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			kept := value[name]
			mutations(kept, func(changed any) {
				value[name] = changed
				yield(value)
			})
			value[name] = kept
		}
	case []any:
		for i := range value[:min(len(value), 2)] { // the others are alike
			kept := value[i]
			mutations(kept, func(changed any) {
				value[i] = changed
				yield(value)
			})
			value[i] = kept
		}
	}
}

// TestNoAnswerPanics replaces every field of every recorded answer by null, wrong types and huge values.
func TestNoAnswerPanics(t *testing.T) {
	t.Parallel()
	done := map[string]bool{}
	for name, r := range recordings(t) {
		key, numbers := route(r.Request.Method, r.Request.Path)
		call, ok := operations[key]
		body, whole := r.body()
		if !ok || !whole || r.Response.Status/100 != 2 || len(body) > 20_000 || done[key+body[:min(len(body), 3)]] {
			continue
		}
		done[key+body[:min(len(body), 3)]] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var value any
			if json.Unmarshal([]byte(body), &value) != nil {
				return
			}
			mutations(value, func(changed any) {
				text, err := json.Marshal(changed)
				if err != nil {
					return
				}
				_, _ = call(t.Context(), answering(t, answer(r.Response.Status, "application/json", string(text))), numbers)
			})
		})
	}
}

// FuzzAnswers gives one answer to everything that the client asks.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		`null`, `[]`, `{}`, `[{"id":1,"name":"touched"}]`, `{"id":1,"status":"success","environment":"{}","arguments":"[]"}`,
		`[{"task_id":1,"time":"2026-11-22T06:30:44.619804549Z","output":"x"}]`, `{"error":"x","inUse":true}`,
		`{"survey_vars":[{"name":"a","type":"int","default_value":"1"}],"app":"ansible"}`, `<!DOCTYPE html>`, `pong`,
	} {
		f.Add([]byte(seed), 200)
	}
	all := maps.Clone(operations)
	maps.Copy(all, newerOperations)
	keys := slices.Sorted(maps.Keys(all))
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		if status < 200 || status >= 500 || status == http.StatusTooManyRequests {
			status = 200 // the others are asked again
		}
		c := answering(t, answer(status, "application/json", string(body)))
		for _, key := range keys {
			_, _ = all[key](t.Context(), c, ids{1, 2, 3})
		}
	})
}

// FuzzFollow has a server that says anything about a task and its log.
func FuzzFollow(f *testing.F) {
	f.Add([]byte(`{"status":"success"}`), []byte(`[{"time":"2026-11-22T06:30:44Z","output":"a"},null]`))
	f.Add([]byte(`{"status":"error"}`), []byte(`[{"time":"2026-11-22T06:30:44.1Z"},`))
	f.Add([]byte(`null`), []byte(`null`))
	f.Fuzz(func(t *testing.T, task, log []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		defer cancel()
		c := answering(t, func(w http.ResponseWriter, r *http.Request) {
			body := task
			if strings.HasSuffix(r.URL.Path, "/output") {
				body = log
			}
			answer(200, "application/json", string(body))(w, r)
		})
		for line, err := range c.Follow(ctx, 1, 2, semaphore.FollowRequest{Settle: time.Millisecond}) {
			_, _ = line, err
		}
	})
}
