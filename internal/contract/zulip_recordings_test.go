package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// A recording is a story of requests, and what a real server answered. testdata/zulip-247.json was made by playing its
// requests, as they stand there, against a real Zulip server of that feature level in an organisation with the same
// people and channels as newOrganisation has; keys, hosts and tokens are replaced.
type recording struct {
	FeatureLevel int               `json:"feature_level"`
	Version      string            `json:"version"`
	Start        map[string]string `json:"start"` // ids that requests name, such as {{team}}
	Exchanges    []exchange        `json:"exchanges"`
}

// An exchange is one request and its answer.
type exchange struct {
	User   string            `json:"user"`
	Method string            `json:"method"`
	Path   string            `json:"path"` // below /api/v1
	Form   map[string]string `json:"form"`
	File   *recordedFile     `json:"file"`
	Save   map[string]string `json:"save"` // values of the answer that later requests name, by where they stand
	Status int               `json:"status"`
	Type   string            `json:"type"`
	Body   json.RawMessage   `json:"body"` // absent when it is no JSON
}

type recordedFile struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

func (e *exchange) name() string { return e.User + " " + e.Method + " " + e.Path }

func readRecording(t *testing.T) *recording {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "zulip-247.json"))
	require.NoError(t, err)
	var r recording
	require.NoError(t, json.Unmarshal(text, &r))
	require.NotEmpty(t, r.Exchanges)
	return &r
}

// newOrganisation is the one of the recording, in the fake.
func newOrganisation(t *testing.T, level int) *replayer {
	t.Helper()
	srv := zuliptest.New(zuliptest.WithFeatureLevel(level), zuliptest.WithEditLimit(10*time.Minute))
	t.Cleanup(srv.Close)
	ada := srv.AddUser(zuliptest.User{
		FullName: "Ada Byron", Email: "ada@example.org", Role: zuliptest.RoleOwner, CanCreateUsers: true,
	})
	bob := srv.AddUser(zuliptest.User{FullName: "Bob Stone", Email: "bob@example.org"})
	carl := srv.AddUser(zuliptest.User{FullName: "Carl Klein", Email: "carl@example.org"})
	porter := srv.AddUser(zuliptest.User{FullName: "Porter", Email: "porter-bot@example.org", IsBot: true, OwnerID: ada.ID})
	general := srv.AddChannel("general", ada, bob, carl)
	team := srv.AddChannel("team", ada, bob, porter)
	board := srv.AddPrivateChannel("board", ada)
	r := &replayer{srv: srv, known: map[string]string{}, users: map[string]*zuliptest.User{
		"admin": ada, "member": bob, "bot": porter, "wrong": {Email: porter.Email, APIKey: "not the key"}, "anonymous": nil,
	}}
	for name, id := range map[string]int{
		"ada": ada.ID, "bob": bob.ID, "carl": carl.ID, "bot": porter.ID, "team": team.ID, "board": board.ID,
	} {
		r.know(name, id)
	}
	r.know("general", general.ID)
	r.play(t, &exchange{
		User: "admin", Method: http.MethodPost, Path: "/default_streams", Form: map[string]string{"stream_id": "{{general}}"},
	})
	return r
}

// TestTheFakeAnswersAsARealServer plays the recorded requests against the fake: the status, the code, the sentence and
// the shape of each answer are those of the real server, or there is a reason why not.
func TestTheFakeAnswersAsARealServer(t *testing.T) {
	t.Parallel()
	reasons, needed := exceptions(), map[*exception]bool{}
	for _, d := range replay(t, readRecording(t)) {
		x := explained(reasons, d.exchange, d.difference)
		needed[x] = true
		assert.NotNil(t, x, "%d %s %v: %s", d.number, d.exchange.name(), d.exchange.Form, d.difference)
	}
	for _, x := range reasons {
		assert.True(t, needed[x], "no difference is like this any more: %+v", *x)
	}
}

// TestAWrongAnswerIsNoticed changes what was recorded, one thing at a time.
func TestAWrongAnswerIsNoticed(t *testing.T) {
	t.Parallel()
	r := readRecording(t)
	for name, change := range map[string]struct{ on, from, to string }{
		"a sentence":    {"bot GET /users/999999", `"No such user"`, `"No such person"`},
		"a code":        {"bot GET /streams/999999", `"BAD_REQUEST"`, `"WORSE_REQUEST"`},
		"an id":         {"bot GET /users/{{carl}}/presence", r.Start["carl"], r.Start["bob"]},
		"a key more":    {"bot GET /users/{{bob}}", `"timezone"`, `"zone":1,"timezone"`},
		"a key fewer":   {"bot GET /streams", `"name"`, `"title"`},
		"another type":  {"bot GET /users/me/subscriptions", `"pin_to_top":false`, `"pin_to_top":0`},
		"an event more": {"member GET /events", `"type":"reaction"`, `"type":"emotion"`},
		"of the state":  {"bot POST /register", `"realm_name"`, `"realm_title"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := readRecording(t)
			changed := 0
			for i := range r.Exchanges {
				if e := &r.Exchanges[i]; e.name() == change.on {
					body := strings.ReplaceAll(string(e.Body), change.from, change.to)
					if body != string(e.Body) {
						changed++
					}
					e.Body = json.RawMessage(body)
				}
			}
			require.Positive(t, changed, "nothing to change")
			reasons, noticed := exceptions(), 0
			for _, d := range replay(t, r) {
				if explained(reasons, d.exchange, d.difference) == nil {
					noticed++
				}
			}
			assert.Positive(t, noticed)
		})
	}
}

// A found is a difference with the exchange in which it shows.
type found struct {
	difference

	exchange *exchange
	number   int
}

// replay plays the whole recording against a new fake and returns all differences.
func replay(t *testing.T, r *recording) []found {
	t.Helper()
	fake := newOrganisation(t, r.FeatureLevel)
	there := maps.Clone(r.Start) // what the real server's values were
	var list []found
	for i := range r.Exchanges {
		e := &r.Exchanges[i]
		got := fake.play(t, e)
		for name, at := range e.Save {
			there[name] = dig(t, e.Body, at)
		}
		for _, d := range compare(t, e, got, there, fake.known) {
			list = append(list, found{difference: d, exchange: e, number: i})
		}
	}
	return list
}

// compare holds an answer of the fake against the recorded one.
func compare(t *testing.T, want, got *exchange, there, here map[string]string) []difference {
	t.Helper()
	var list []difference
	note := func(at, a, b string) {
		if a != b {
			list = append(list, difference{at: at, real: a, fake: b})
		}
	}
	note("status", strconv.Itoa(want.Status), strconv.Itoa(got.Status))
	note("type", want.Type, got.Type)
	if len(want.Body) == 0 || len(got.Body) == 0 {
		return list
	}
	var a, b refusal
	require.NoError(t, json.Unmarshal(want.Body, &a))
	require.NoError(t, json.Unmarshal(got.Body, &b))
	note("code", a.Code, b.Code)
	note("msg", named(a.Msg, there), named(b.Msg, here))
	note("ignored", fmt.Sprint(a.Ignored), fmt.Sprint(b.Ignored))
	if want.Status != got.Status {
		return list
	}
	is, err := shapeOf(want.Body)
	require.NoError(t, err)
	has, err := shapeOf(got.Body)
	require.NoError(t, err)
	return append(list, differences(is, has)...)
}
