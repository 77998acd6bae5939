package zuliptest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

type object = map[string]any

// A client is the smallest program that can talk to Zulip.
type client struct {
	t    *testing.T
	srv  *zuliptest.Server
	user *zuliptest.User
}

// q makes parameters of pairs.
func q(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// A reply is an answer with its body read.
type reply struct {
	StatusCode int
	Header     http.Header
	text       []byte
}

// try sends parameters, in the query of a GET and as a form otherwise, and returns what came,
// or the error of a cut connection or of a body that is no JSON.
func (c *client) try(method, path string, params url.Values) (*reply, object, error) {
	target, body := "/api/v1"+path, params.Encode()
	if method == http.MethodGet {
		target, body = target+"?"+body, ""
	}
	got, err := c.raw(method, target, "application/x-www-form-urlencoded", body)
	if err != nil {
		return nil, nil, err
	}
	var o object
	err = json.Unmarshal(got.text, &o)
	return got, o, err
}

// raw sends any body.
func (c *client) raw(method, target, kind, body string) (*reply, error) {
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.URL()+target, strings.NewReader(body))
	require.NoError(c.t, err)
	r.Header.Set("Content-Type", kind)
	if c.user != nil {
		r.SetBasicAuth(c.user.Email, c.user.APIKey)
	}
	resp, err := c.srv.Client().Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return &reply{StatusCode: resp.StatusCode, Header: resp.Header, text: text}, err
}

// ok expects success.
func (c *client) ok(method, path string, pairs ...string) object {
	c.t.Helper()
	resp, o, err := c.try(method, path, q(pairs...))
	require.NoError(c.t, err)
	require.Equal(c.t, http.StatusOK, resp.StatusCode, o)
	return o
}

// refused expects a refusal with this status and code and returns its sentence.
func (c *client) refused(status int, code, method, path string, pairs ...string) string {
	c.t.Helper()
	resp, o, err := c.try(method, path, q(pairs...))
	require.NoError(c.t, err)
	require.Equal(c.t, status, resp.StatusCode, o)
	require.Equal(c.t, code, o["code"], o)
	return o["msg"].(string)
}

func (c *client) register(pairs ...string) string {
	c.t.Helper()
	return c.ok("POST", "/register", append([]string{"fetch_event_types", "[]"}, pairs...)...)["queue_id"].(string)
}

// events polls without waiting.
func (c *client) events(queue, last string) []object {
	c.t.Helper()
	return list(c.ok("GET", "/events", "queue_id", queue, "last_event_id", last, "dont_block", "true")["events"])
}

// poll waits for events.
func (c *client) poll(queue, last string) []object {
	c.t.Helper()
	return list(c.ok("GET", "/events", "queue_id", queue, "last_event_id", last)["events"])
}

func list(v any) []object {
	var all []object
	for _, x := range v.([]any) {
		all = append(all, x.(object))
	}
	return all
}

// contents returns what was said in message events or in the messages of GET /messages.
func contents(all []object) []string {
	var said []string
	for _, o := range all {
		if m, isEvent := o["message"].(object); isEvent {
			o = m
		}
		said = append(said, o["content"].(string))
	}
	return said
}

// office is a small organization: a person, a bot and a channel with both.
type office struct {
	*zuliptest.Server
	ada, bob *zuliptest.User
	bot      *client
	team     *zuliptest.Channel
}

func newOffice(t *testing.T, opts ...zuliptest.Option) *office {
	t.Helper()
	srv := zuliptest.New(opts...)
	t.Cleanup(srv.Close)
	o := &office{Server: srv, ada: srv.AddUser(zuliptest.User{FullName: "Ada Byron"}), bob: srv.AddUser(zuliptest.User{FullName: "Bob"})}
	bot := srv.AddBot("Echo Bot", "")
	o.team = srv.AddChannel("team", o.ada, bot)
	o.bot = o.as(t, bot)
	return o
}

func (o *office) as(t *testing.T, u *zuliptest.User) *client {
	t.Helper()
	return &client{t: t, srv: o.Server, user: u}
}

var withLevel481 = zuliptest.WithFeatureLevel(481)

// number writes a number as JSON does.
func number(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// values is a list of values that are no objects.
func values(v any) []any {
	all, _ := v.([]any)
	return all
}

// decode reads a JSON object.
func decode(t *testing.T, text []byte) object {
	t.Helper()
	var o object
	require.NoError(t, json.Unmarshal(text, &o))
	return o
}
