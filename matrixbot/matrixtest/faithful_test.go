package matrixtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// TestTheFakeAnswersAsDendrite runs the same steps against the fake and against a real homeserver, with a client that
// others wrote, and compares status, errcode and JSON of every answer.
func TestTheFakeAnswersAsDendrite(t *testing.T) {
	t.Parallel()
	h := matrixtest.Dendrite(t)
	fake, genuine := newFakeWorld(t), newRealWorld(t, h)
	used := map[string]bool{}
	answers := 0
	for _, step := range scenario {
		fake.exchanges, genuine.exchanges = nil, nil
		step.do(t, fake)
		step.do(t, genuine)
		if !assert.Len(t, fake.exchanges, len(genuine.exchanges), step.name) {
			return
		}
		answers += len(genuine.exchanges)
		for i, got := range fake.exchanges {
			want := genuine.exchanges[i]
			for _, line := range got.against(want) {
				line = step.name + ": " + want.request + ": " + line
				if name := excused(line); name != "" {
					used[name] = true
					continue
				}
				t.Errorf("%s", line)
				if testing.Verbose() {
					t.Logf("fake: %s\nreal: %s", got.body, want.body)
				}
			}
		}
	}
	for _, e := range exceptions {
		assert.True(t, used[e.pattern], "the exception is needed no more: %s", e.pattern)
	}
	t.Logf("%d steps, %d answers compared, %d exceptions", len(scenario), answers, len(exceptions))
}

// A step is part of the scenario. It must do the same in both worlds.
type step struct {
	name string
	do   func(*testing.T, *world)
}

// A world is one homeserver with three people.
type world struct {
	url           string
	client        *http.Client
	name          string
	ada, bot, eve *mautrix.Client
	ids           map[string]string // what the steps remember
	muted         bool
	exchanges     []exchange
}

// password is good for Dendrite, which wants eight bytes.
const password = "correct horse"

func newFakeWorld(t *testing.T) *world {
	t.Helper()
	s := matrixtest.NewServer(t)
	w := &world{url: s.URL(), client: s.Client(), name: s.Name(), ids: map[string]string{}}
	w.ids["password"] = s.User("bot").Password()
	w.people(t, func(user string) matrixtest.Session { return s.User(user).NewSession("shared_secret_registration") })
	return w
}

func newRealWorld(t *testing.T, h *matrixtest.Homeserver) *world {
	t.Helper()
	w := &world{url: h.URL(), client: &http.Client{}, name: h.Name(), ids: map[string]string{}}
	w.ids["password"] = password
	w.people(t, func(user string) matrixtest.Session { return h.Register(user, password) })
	return w
}

func (w *world) people(t *testing.T, register func(string) matrixtest.Session) {
	t.Helper()
	for name, into := range map[string]**mautrix.Client{"ada": &w.ada, "bot": &w.bot, "eve": &w.eve} {
		session := register(name)
		cli, err := mautrix.NewClient(w.url, session.UserID, session.AccessToken)
		require.NoError(t, err)
		cli.DeviceID = session.DeviceID
		cli.Client = &http.Client{Transport: &recorder{w: w, next: w.client.Transport}}
		*into = cli
	}
}

// An exchange is a request and what was answered.
type exchange struct {
	request string
	status  int
	body    []byte
}

func (got exchange) against(want exchange) []string {
	if got.status != want.status {
		return []string{fmt.Sprintf("status: fake %d, real %d %s", got.status, want.status, want.body)}
	}
	if want.status >= http.StatusBadRequest {
		g, w := shapeOf(got.body), shapeOf(want.body)
		if code := separator + "errcode"; g[code] != w[code] {
			return []string{fmt.Sprintf("errcode: fake %s, real %s %s", g[code], w[code], want.body)}
		}
		return nil // what else is in an error is for people
	}
	return diff(shapeOf(got.body), shapeOf(want.body))
}

// recorder notes what goes through it.
type recorder struct {
	w    *world
	next http.RoundTripper
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	next := r.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(req)
	if err != nil || r.w.muted {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	r.w.exchanges = append(r.w.exchanges, exchange{r.w.nameOf(req), resp.StatusCode, body})
	return resp, err
}

var idInPath = regexp.MustCompile(`[!$@#][^/]*|mautrix-go_[^/]*|/localhost/.*|/matrix.example/.*`)

func (w *world) nameOf(req *http.Request) string {
	path, err := url.PathUnescape(req.URL.EscapedPath())
	if err != nil {
		path = req.URL.Path
	}
	path = idInPath.ReplaceAllString(strings.TrimPrefix(path, "/_matrix/client"), "*")
	return req.Method + " " + path
}

// quiet runs something whose answers are not compared.
func (w *world) quiet(do func()) {
	w.muted = true
	defer func() { w.muted = false }()
	do()
}

func (w *world) user(name string) id.UserID { return id.NewUserID(name, w.name) }

func (w *world) room() id.RoomID { return id.RoomID(w.ids["room"]) }

// request asks what the client has no method for. A path starts below the homeserver's address.
func (w *world) request(t *testing.T, cli *mautrix.Client, method, path string, body any) {
	t.Helper()
	_, _ = cli.MakeRequest(t.Context(), method, w.url+path, body, nil) // the recorder has the answer
}

// session is the one of user-interactive authentication in the newest answer.
func (w *world) session() string {
	var asked struct {
		Session string `json:"session"`
	}
	_ = json.Unmarshal(w.exchanges[len(w.exchanges)-1].body, &asked) // without one, the next step is refused
	return asked.Session
}

// sync repeats a sync from the same token until the answer is complete, since a real homeserver tells events some time
// after it took them. Only the last answer is compared.
func (w *world) sync(t *testing.T, cli *mautrix.Client, name, since, filter string, complete func(*mautrix.RespSync) bool) *mautrix.RespSync {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	kept := w.exchanges
	for {
		w.exchanges = kept
		resp, err := cli.FullSyncRequest(ctx, mautrix.ReqSync{Since: w.ids[since], FilterID: filter, Timeout: 50})
		require.NoError(t, err)
		if complete(resp) {
			w.ids[name] = resp.NextBatch
			return resp
		}
	}
}

// has reports whether an event is in a room's timeline of a sync.
func (w *world) has(resp *mautrix.RespSync, event string) bool {
	room := resp.Rooms.Join[w.room()]
	if room == nil {
		return false
	}
	for _, e := range room.Timeline.Events {
		if e.ID.String() == w.ids[event] {
			return true
		}
	}
	return false
}

// send says something and remembers the event.
func (w *world) send(t *testing.T, cli *mautrix.Client, name string, content *event.MessageEventContent) {
	t.Helper()
	resp, err := cli.SendMessageEvent(t.Context(), w.room(), event.EventMessage, content)
	require.NoError(t, err)
	w.ids[name] = resp.EventID.String()
}
