package semaphoretest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// A client is the smallest program that can talk to the server.
type client struct {
	t    *testing.T
	srv  *semaphoretest.Server
	user *semaphoretest.User // nil is nobody
}

// A reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	text   string
}

// try sends a request below /api and returns what came, or the error of a cut connection.
func (c *client) try(method, path, body string) (reply, error) {
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.URL()+"/api"+path, strings.NewReader(body))
	require.NoError(c.t, err)
	if c.user != nil {
		req.Header.Set("Authorization", "Bearer "+c.user.Token)
	}
	resp, err := c.srv.Client().Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(text)}, err
}

// ask expects a status and returns the body.
func (c *client) ask(status int, method, path, body string) string {
	c.t.Helper()
	r, err := c.try(method, path, body)
	require.NoError(c.t, err)
	require.Equal(c.t, status, r.status, r.text)
	return r.text
}

// get expects an object.
func (c *client) get(path string) object {
	c.t.Helper()
	var o object
	require.NoError(c.t, json.Unmarshal([]byte(c.ask(http.StatusOK, "GET", path, "")), &o))
	return o
}

// list expects a list of objects.
func (c *client) list(path string) []object {
	c.t.Helper()
	var list []object
	require.NoError(c.t, json.Unmarshal([]byte(c.ask(http.StatusOK, "GET", path, "")), &list))
	return list
}

// output is the log of a task as far as it is stored.
func (c *client) output(task int) []string {
	c.t.Helper()
	var lines []string
	for _, o := range c.list("/project/1/tasks/" + id(task) + "/output") {
		lines = append(lines, o["output"].(string))
	}
	return lines
}

func id(n int) string { return name(float64(n)) }

// A shop is a small server: a project with one template.
type shop struct {
	*semaphoretest.Server
	project *semaphoretest.Project
	deploy  *semaphoretest.Template
	admin   *client
}

func newShop(t *testing.T, script semaphoretest.Script, opts ...semaphoretest.Option) *shop {
	t.Helper()
	srv := semaphoretest.New(opts...)
	t.Cleanup(srv.Close)
	p := srv.AddProject("shop")
	return &shop{
		Server: srv, project: p, admin: &client{t, srv, srv.Admin()},
		deploy: srv.AddTemplate(p, semaphoretest.Template{Name: "deploy", Script: script}),
	}
}

// start starts a task of the template and lets some time pass.
func (s *shop) start(after time.Duration) int {
	task := s.StartTask(s.deploy, s.Admin(), "")
	time.Sleep(after)
	return task
}

// is expects a status of a task.
func (s *shop) is(t *testing.T, status string, task int) {
	t.Helper()
	got, found := s.Task(task)
	require.True(t, found)
	require.Equal(t, status, got.Status)
}

var (
	gen210 = semaphoretest.WithGeneration(semaphoretest.Gen210)
	gen216 = semaphoretest.WithGeneration(semaphoretest.Gen216)
)
