package semaphoretest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// exceptions are the only differences that are allowed between an answer of the fake and the recorded one, with the reason.
// Each must occur: an exception that is no longer needed fails the test.
var exceptions = map[string]string{
	"171-task-params-env-all-get.end: want null, got string": "was read in the 80 ms between the final status and the end",
}

func TestAnswersLikeARealServer(t *testing.T) {
	t.Parallel()
	all := recordings(t)
	part := func(from, to int) []recording {
		return slices.DeleteFunc(slices.Clone(all), func(r recording) bool { return r.number < from || r.number > to })
	}
	t.Run("bolt", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			replayAll(t, part(1, 399), 2*time.Second, semaphoretest.WithDatabase(semaphoretest.Bolt))
		})
	})
	t.Run("postgresql", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			replayAll(t, part(400, 459), 3900*time.Millisecond, semaphoretest.WithPrefix("/semaphore"), semaphoretest.WithDatabase(semaphoretest.PostgreSQL))
		})
	})
	t.Run("mysql", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			replayAll(t, part(460, 599), 4950*time.Millisecond, semaphoretest.WithPrefix("/semaphore"), semaphoretest.WithDatabase(semaphoretest.MySQL))
		})
	})
}

// A replay sends recorded requests to the fake.
type replay struct {
	t       *testing.T
	srv     *semaphoretest.Server
	base    string            // the scheme and the host
	names   map[string]string // what the real server calls by the first name, the fake calls by the second: tokens, cookies, task ids
	excused map[string]bool   // the exceptions that were needed
}

// The programs of the recorded templates, by the name of the template, and the ids of the templates on all servers.
var (
	programs = map[string]semaphoretest.Script{
		"ok200":    {Lines: 203, Rate: 40},
		"fail3":    {Lines: 1, ExitCode: 3},
		"sleep60":  {Lines: 60, Rate: 1},
		"long20k":  {Lines: 19311, Rate: 5000},
		"env":      {Lines: 12},
		"longline": {Lines: 1, Line: func(int) string { return strings.Repeat("x", 1_000_000) }},
		"tf":       {Lines: 40, Confirm: &semaphoretest.Script{Lines: 20}},
	}
	templateIDs = []string{"", "ok200", "fail3", "sleep60", "long20k", "env", "longline", "play", "tf", "build", "deploy", "survey", "local"}
)

// replayAll sends the recordings at the pace at which they were made. The queue of the real server was looked at every
// five seconds, that long after each full five.
func replayAll(t *testing.T, all []recording, phase time.Duration, opts ...semaphoretest.Option) {
	t.Helper()
	began := all[0].at.Truncate(5 * time.Second).Add(phase - 10*time.Second)
	begin := time.Now()
	srv := semaphoretest.New(append(opts, semaphoretest.WithGeneration(semaphoretest.Gen210))...)
	defer srv.Close()
	r := &replay{t: t, srv: srv, base: strings.TrimSuffix(srv.URL(), "/semaphore"), names: map[string]string{}, excused: map[string]bool{}}
	r.people(all)
	for id, name := range templateIDs {
		srv.SetScript(1, id, programs[name])
	}
	watched := watch(t, srv, srv.Admin())
	for i := range all {
		q := &all[i]
		if !q.at.IsZero() { // of which only the second is known: it was nearly over
			time.Sleep(time.Until(begin.Add(q.at.Add(900 * time.Millisecond).Sub(began))))
		}
		r.prepare(q)
		r.exchange(q)
	}
	if all[0].number == 1 {
		r.compareFrames(watched())
	}
	for difference, why := range exceptions {
		if slices.ContainsFunc(all, func(q recording) bool { return strings.HasPrefix(difference, q.name) }) {
			assert.True(t, r.excused[difference], "the exception %q (%s) is not needed", difference, why)
		}
	}
}

// people makes the accounts that the recorded server had before, with the tokens that they use.
func (r *replay) people(all []recording) {
	users := []*semaphoretest.User{
		r.srv.Admin(),
		r.srv.AddUser(semaphoretest.User{Username: "guest", Name: "Guest", Email: "guest@example.com"}),
		r.srv.AddUser(semaphoretest.User{Username: "runner", Name: "Task Runner", Email: "runner@example.com"}),
		r.srv.AddUser(semaphoretest.User{Username: "manager", Name: "Manager", Email: "manager@example.com"}),
	}
	own := map[string]*semaphoretest.User{"061": users[1], "062": users[2], "063": users[3]}
	for _, q := range all {
		if u := own[q.name[:3]]; u != nil {
			r.names[strings.TrimPrefix(q.header["Authorization"], "Bearer ")] = u.Token
		}
	}
}

// prepare brings the fake into the state that the recording was made in, where the recorded requests alone do not.
func (r *replay) prepare(q *recording) {
	switch q.number {
	case 166: // two tasks more were made before the next recording
		for range 2 {
			r.send("POST", "/api/project/1/tasks", `{"template_id":4,"arguments":"[]"}`)
		}
	case 180, 186: // a branch and a commit that do not exist
		r.srv.SetScript(1, 5, semaphoretest.Script{CloneFails: true})
	case 183, 189:
		r.srv.SetScript(1, 5, programs["env"])
	case 376:
		r.srv.Restart()
	case 501: // the queue was looked at between the first task and this one
		time.Sleep(100 * time.Millisecond)
	case 386: // a task that was made meanwhile
		r.names["2147483601"] = name(r.send("POST", "/api/project/1/tasks", `{"template_id":5}`)["id"])
		time.Sleep(10 * time.Second)
	}
}

// send does something as the administrator that was not recorded.
func (r *replay) send(method, path, body string) map[string]any {
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.base+path, strings.NewReader(body))
	require.NoError(r.t, err)
	req.Header.Set("Authorization", "Bearer "+r.srv.Admin().Token)
	resp, err := r.srv.Client().Do(req)
	require.NoError(r.t, err)
	defer resp.Body.Close()
	var got map[string]any
	require.NoError(r.t, json.NewDecoder(resp.Body).Decode(&got))
	return got
}

var (
	taskPath  = regexp.MustCompile(`/tasks/(\d+)`)
	tokenPath = regexp.MustCompile(`/user/tokens/([^/]+)$`)
	aliasPath = regexp.MustCompile(`/api/integrations/([^/]+)$`)
)

// translate puts the fake's names in place of the real server's.
func (r *replay) translate(path string) string {
	for _, pattern := range []*regexp.Regexp{taskPath, tokenPath, aliasPath} {
		if m := pattern.FindStringSubmatchIndex(path); m != nil {
			if own, known := r.names[path[m[2]:m[3]]]; known {
				path = path[:m[2]] + own + path[m[3]:]
			}
		}
	}
	return path
}

func (r *replay) exchange(q *recording) {
	t := r.t
	body := q.body
	for theirs, own := range r.names {
		body = strings.ReplaceAll(body, `"build_task_id": `+theirs, `"build_task_id": `+own)
		body = strings.ReplaceAll(body, `"build_task_id":`+theirs, `"build_task_id":`+own)
	}
	body = strings.ReplaceAll(body, "admin-pass-1", "secret")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, q.method, r.base+r.translate(q.path), strings.NewReader(body))
	require.NoError(t, err)
	for key, value := range q.header {
		req.Header.Set(key, value)
	}
	if auth := req.Header.Get("Authorization"); auth != "" {
		for theirs, own := range r.names {
			auth = strings.ReplaceAll(auth, theirs, own)
			auth = strings.ReplaceAll(auth, strings.ToUpper(theirs), strings.ToUpper(own))
		}
		req.Header.Set("Authorization", auth)
	}
	if own, known := r.names[req.Header.Get("X-Runner-Token")]; known {
		req.Header.Set("X-Runner-Token", own)
	}
	if cookie, found := strings.CutPrefix(req.Header.Get("Cookie"), "semaphore="); found {
		if own, known := r.names[cookie]; known {
			cookie = own
		} else if len(cookie) > 40 { // of a login that was not recorded
			cookie = r.names["cookie"]
		}
		req.Header.Set("Cookie", "semaphore="+cookie)
	}
	client := r.srv.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		r.differ(q, -1, "", nil)
		return
	}
	defer resp.Body.Close()
	var text []byte
	if resp.StatusCode != http.StatusSwitchingProtocols {
		text, err = io.ReadAll(resp.Body)
		require.NoError(t, err, q.name)
	}
	r.learn(q, resp, text)
	r.differ(q, resp.StatusCode, resp.Header.Get("Content-Type"), text)
}

// learn remembers what the two servers call the same thing.
func (r *replay) learn(q *recording, resp *http.Response, text []byte) {
	if cookie, found := strings.CutPrefix(resp.Header.Get("Set-Cookie"), "semaphore="); found && strings.HasSuffix(q.path, "/auth/login") {
		own, _, _ := strings.Cut(cookie, ";")
		r.names[q.cookie], r.names["cookie"] = own, own
	}
	var got map[string]any
	theirs, isObject := q.json.(map[string]any)
	if !isObject || json.Unmarshal(text, &got) != nil || q.method != http.MethodPost {
		return
	}
	switch {
	case strings.HasSuffix(q.path, "/user/tokens"), strings.HasSuffix(q.path, "/tasks"):
		r.names[name(theirs["id"])] = name(got["id"])
	case strings.HasSuffix(q.path, "/internal/runners"):
		r.names[name(theirs["token"])] = name(got["token"])
	case strings.HasSuffix(q.path, "/aliases"):
		last := func(v any) string { s := v.(string); return s[strings.LastIndexByte(s, '/')+1:] }
		r.names[last(theirs["url"])] = last(got["url"])
	}
}

func name(v any) string {
	if n, isNumber := v.(float64); isNumber {
		return strconv.FormatInt(int64(n), 10)
	}
	return fmt.Sprint(v)
}

// differ compares an answer with the recorded one.
func (r *replay) differ(q *recording, status int, kind string, text []byte) {
	for _, difference := range r.differences(q, status, kind, text) {
		difference = q.name + difference
		if exceptions[difference] != "" {
			r.excused[difference] = true
			continue
		}
		assert.Fail(r.t, difference, "%.300s", text)
	}
}

func (r *replay) differences(q *recording, status int, kind string, text []byte) []string {
	if status != q.status {
		return []string{fmt.Sprintf(": want status %d, got %d", q.status, status)}
	}
	if status == -1 || status == http.StatusSwitchingProtocols {
		return nil
	}
	if kind != q.kind {
		return []string{fmt.Sprintf(": want media type %q, got %q", q.kind, kind)}
	}
	if q.json == nil {
		if (len(q.text) == 0) != (len(text) == 0) {
			return []string{fmt.Sprintf(": want body %q", q.text)}
		}
		return nil
	}
	var got any
	if err := json.Unmarshal(text, &got); err != nil {
		return []string{": " + err.Error()}
	}
	if strings.HasSuffix(q.path, "/user/tokens") && q.method == http.MethodGet { // the fake's users come with a token
		own := r.srv.Admin().Token
		got = slices.DeleteFunc(got.([]any), func(v any) bool { return v.(map[string]any)["id"] == own })
	}
	// How much a program prints is not the server's business.
	found := shapeDiff("", q.json, got, q.cut || strings.HasSuffix(q.path, "/output"))
	if len(found) == 0 && !strings.HasSuffix(q.path, "/user/tokens") { // which come in the order of chance
		found = r.valueDiff("", q.json, got)
	}
	return found
}
