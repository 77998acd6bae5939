package semaphore_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// TestARefusalThatRepeatsTheToken has something in front of the server say in its refusal what it was sent.
func TestARefusalThatRepeatsTheToken(t *testing.T) {
	t.Parallel()
	for _, status := range []int{302, 400, 401, 403, 404, 409, 422, 429} {
		client := answering(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, `{"error":"not with %s"}`, r.Header.Get("Authorization"))
		})
		_, err := client.Projects(t.Context())
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "t0ken-t0ken")
		for line, err := range client.Output(t.Context(), 1, 2) {
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "t0ken-t0ken", line)
		}
	}
}

// swapped answers with something else to what starts a task, and to lists of tasks.
type swapped struct {
	http.RoundTripper

	method, body string
}

func (s *swapped) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.RoundTripper.RoundTrip(r)
	if err == nil && r.Method == s.method && strings.Contains(r.URL.Path, "/tasks") {
		resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader([]byte(s.body))), int64(len(s.body))
	}
	return resp, err
}

// TestAStartWithoutATask has a good answer to a start in which there is no task. The task is found by its mark; without
// one that is an error that leaves open whether it was started.
func TestAStartWithoutATask(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`null`, `{}`, `{"id":null}`, `{"id":0,"status":"waiting"}`, `{"id":-1}`} {
		synctest.Test(t, func(t *testing.T) {
			y := newYard(t)
			template := y.template("once", semaphoretest.Script{})
			swap := &swapped{RoundTripper: y.Transport(), method: "POST", body: body}
			client := y.clientOf(t, y.Admin(), semaphore.WithTransport(swap))
			task, err := client.StartTask(t.Context(), y.id, semaphore.StartTaskRequest{TemplateID: template, Mark: "just-once"})
			require.NoError(t, err)
			assert.Equal(t, semaphore.TaskID(y.Tasks()[0].ID), task.ID)
			task, err = client.StartTask(t.Context(), y.id, semaphore.StartTaskRequest{TemplateID: template})
			require.ErrorContains(t, err, "it has no task with a number")
			assert.False(t, semaphore.NotSent(err))
			assert.Zero(t, task)
			assert.Len(t, y.Tasks(), 2)

			swap.method, swap.body = "GET", `[{"id":null,"message":"[just-once]"}]`
			_, err = client.FindTask(t.Context(), y.id, template, "just-once")
			require.ErrorIs(t, err, semaphore.ErrNotFound)
		})
	}
}
