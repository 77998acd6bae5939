package semaphore_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// yard is a server with a project, and a client of its administrator.
type yard struct {
	*semaphoretest.Server
	project *semaphoretest.Project
	id      semaphore.ProjectID
	client  *semaphore.Client
}

func newYard(tb testing.TB, options ...semaphoretest.Option) *yard {
	tb.Helper()
	y := &yard{Server: semaphoretest.New(options...)}
	tb.Cleanup(y.Close)
	y.project = y.AddProject("trains")
	y.id = semaphore.ProjectID(y.project.ID)
	y.client = y.clientOf(tb, y.Admin())
	return y
}

func (y *yard) clientOf(tb testing.TB, user *semaphoretest.User, options ...semaphore.Option) *semaphore.Client {
	tb.Helper()
	options = append([]semaphore.Option{semaphore.WithTransport(y.Transport())}, options...)
	c, err := semaphore.NewClient(semaphore.Credentials{URL: y.URL(), Token: semaphore.NewSecret(user.Token)}, options...)
	require.NoError(tb, err)
	return c
}

// template adds a template that runs a script.
func (y *yard) template(name string, script semaphoretest.Script) semaphore.TemplateID {
	return semaphore.TemplateID(y.AddTemplate(y.project, semaphoretest.Template{Name: name, Script: script}).ID)
}

// start starts a task.
func (y *yard) start(tb testing.TB, template semaphore.TemplateID) semaphore.TaskID {
	tb.Helper()
	task, err := y.client.StartTask(tb.Context(), y.id, semaphore.StartTaskRequest{TemplateID: template})
	require.NoError(tb, err)
	return task.ID
}

// answering is a client whose server is a function.
func answering(tb testing.TB, handler http.HandlerFunc, options ...semaphore.Option) *semaphore.Client {
	tb.Helper()
	options = append([]semaphore.Option{semaphore.WithTransport(recorded(handler)), semaphore.WithoutWebSocket()}, options...)
	c, err := semaphore.NewClient(
		semaphore.Credentials{URL: "https://ci.example.org/semaphore", Token: semaphore.NewSecret("t0ken-t0ken")}, options...)
	require.NoError(tb, err)
	return c
}

// recorded answers requests without any network.
func recorded(handler http.HandlerFunc) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Body == nil {
			r.Body = http.NoBody
		}
		w := &response{header: http.Header{}, status: http.StatusOK}
		handler(w, r)
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
		return &http.Response{
			StatusCode: w.status, Header: w.header, Body: io.NopCloser(strings.NewReader(w.body.String())),
			ContentLength: int64(w.body.Len()), Request: r, ProtoMajor: 1, ProtoMinor: 1,
		}, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type response struct {
	header http.Header
	status int
	body   strings.Builder
}

func (r *response) Header() http.Header         { return r.header }
func (r *response) WriteHeader(status int)      { r.status = status }
func (r *response) Write(p []byte) (int, error) { return r.body.Write(p) }

// answer is a handler that always says the same.
func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
