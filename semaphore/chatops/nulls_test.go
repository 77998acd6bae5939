package chatops

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// spoiler stands between the engine and Semaphore, knows which fields there are in the answers and puts something else
// into one of them.
type spoiler struct {
	http.RoundTripper

	mu     sync.Mutex
	asked  map[string]bool            // What was asked for since it was last forgotten, as "GET /project/*/tasks/*".
	fields map[string]map[string]bool // What was in the answers, as "survey_vars[].name"; "" is the whole answer.
	what   string                     // What is spoiled, of asked.
	field  string
	put    func(object map[string]any, name string)
}

// The things that are in a field in place of what belongs there.
var spoils = []struct {
	name string
	put  func(object map[string]any, name string)
}{
	{"null", func(o map[string]any, name string) { o[name] = nil }},
	{"missing", func(o map[string]any, name string) { delete(o, name) }},
	{"text", func(o map[string]any, name string) { o[name] = "\u202enonsense" }},
	{"a number", func(o map[string]any, name string) { o[name] = -1 }},
	{"a large number", func(o map[string]any, name string) { o[name] = json.Number("18446744073709551616") }},
	{"a list", func(o map[string]any, name string) { o[name] = []any{nil, 7, "x"} }},
	{"an object", func(o map[string]any, name string) { o[name] = map[string]any{"id": nil} }},
	{"a truth", func(o map[string]any, name string) { o[name] = true }},
	{"a time", func(o map[string]any, name string) { o[name] = "9999-12-31T23:59:59Z" }},
}

var numbers = regexp.MustCompile(`\d+`)

func (s *spoiler) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.RoundTripper.RoundTrip(r)
	if err != nil || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		return resp, err
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.Body.Close() != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	var answer any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if decoder.Decode(&answer) != nil {
		return resp, nil
	}
	what := r.Method + " " + numbers.ReplaceAllString(strings.TrimPrefix(r.URL.Path, "/api"), "*")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[what] = true
	if s.fields[what] == nil {
		s.fields[what] = map[string]bool{}
	}
	whole := map[string]any{"": answer}
	s.visit(what, "", whole)
	if s.put == nil || s.what != what {
		return resp, nil
	}
	data, err = json.Marshal(whole[""])
	if s.field == "" && len(whole) == 0 {
		data = nil // The whole answer is missing.
	}
	if err != nil {
		return nil, err
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// visit looks at a part of an answer, which is the only thing in an object, or one of its fields.
func (s *spoiler) visit(what, path string, in map[string]any) {
	name := path[strings.LastIndexAny(path, ".")+1:]
	s.fields[what][path] = true
	s.inside(what, path, in[name])
	if s.put != nil && s.what == what && s.field == path {
		s.put(in, name)
	}
}

func (s *spoiler) inside(what, path string, value any) {
	switch value := value.(type) {
	case []any:
		for i, each := range value {
			one := map[string]any{"[]": each}
			if len(value) < 100 {
				s.visit(what, strings.TrimPrefix(path+".[]", "."), one)
			}
			value[i] = one["[]"]
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if !strings.ContainsAny(name, ".") {
				s.visit(what, strings.TrimPrefix(path+"."+name, "."), value)
			}
		}
	}
}

// spoil spoils a field from now on; without put nothing.
func (s *spoiler) spoil(what, field string, put func(map[string]any, string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.what, s.field, s.put = what, field, put
}

// during is what is asked for while f runs.
func (s *spoiler) during(f func()) []string {
	s.mu.Lock()
	s.asked = map[string]bool{}
	s.mu.Unlock()
	f()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.asked))
}

func (s *spoiler) fieldsOf(what string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.fields[what]))
}

// spoiled is a town whose Semaphore has something of everything, with a spoiler before it, and what is logged.
func spoiled(t *testing.T) (o *town, s *spoiler, log *bytes.Buffer) {
	t.Helper()
	log = new(bytes.Buffer)
	s = &spoiler{asked: map[string]bool{}, fields: map[string]map[string]bool{}}
	o = newTown(t, playbook, asking(askSignal, askColour), func(o *town) {
		s.RoundTripper = o.server.Transport()
		client, err := semaphore.NewClient(semaphore.Credentials{URL: o.server.URL(), Token: semaphore.NewSecret(o.server.Admin().Token)},
			semaphore.WithTransport(s))
		require.NoError(t, err)
		o.config.Semaphore = client
		o.config.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelError}))
		o.config.Allow = func(UserID) (bool, bool) { return true, false }
	})
	o.schedule(o.check, "nightly", "0 3 1 6 *")
	o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 30, Confirm: &semaphoretest.Script{}})
	return o, s, log
}

// forget empties the room, so that looking through it stays quick.
func (o *town) forget() {
	o.chat.mu.Lock()
	defer o.chat.mu.Unlock()
	o.chat.messages = nil
}

// TestNoFieldOfSemaphoreStopsACommand has something else in each field of each answer in turn. Each command is answered
// and audited all the same, nothing panics, and what nobody has confirmed does not run.
func TestNoFieldOfSemaphoreStopsACommand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, s, log := spoiled(t)
		waiting := o.server.StartTask(o.deploy, o.server.Admin(), "elsewhere")
		done := o.server.StartTask(o.check, nil, "")
		o.pass(time.Minute)
		commands := []string{
			"projects", "templates website", "info", "run website check", "run website play --limit a --var x=y", "run website ask", "history", "queue website",
			fmt.Sprintf("status %d", done), fmt.Sprintf("logs %d", done), fmt.Sprintf("stop %d", done), fmt.Sprintf("reject-task %d", done),
			"schedule list website", "schedule pause website nightly", "lock website/check x", "unlock website/check",
		}
		say := func(command, why string) {
			in := o.event(ada, "!cd "+command)
			require.NoError(t, o.engine.Handle(t.Context(), in), why)
			synctest.Wait()
			assert.NotEmpty(t, o.messages(), "no answer: %s, %s", command, why)
			o.forget()
			if strings.HasPrefix(command, "run") {
				require.NoError(t, o.engine.Handle(t.Context(), o.event(ada, "no")))
				synctest.Wait()
				o.forget()
			}
		}
		asking := map[string][]string{} // Which commands ask for what.
		for _, command := range commands {
			time.Sleep(catalogFresh + time.Second)
			for _, what := range s.during(func() { say(command, "as it is") }) {
				asking[what] = append(asking[what], command)
			}
		}
		cases, turn := 0, 0
		for _, what := range slices.Sorted(maps.Keys(asking)) {
			for _, field := range s.fieldsOf(what) {
				for i, spoil := range spoils {
					turn++
					which := asking[what]
					if i > 0 { // What is read of it is the same for all: one of them in turn.
						which = which[turn%len(which):][:1]
					}
					s.spoil(what, field, spoil.put)
					time.Sleep(catalogFresh + time.Second)
					for _, command := range which {
						cases++
						say(command, fmt.Sprintf("%s: %s is %s", what, field, spoil.name))
					}
				}
			}
		}
		s.spoil("", "", nil)
		time.Sleep(catalogFresh + time.Second)
		for _, command := range commands {
			say(command, "as it is again")
		}
		t.Logf("%d cases of %d kinds of answers", cases, len(asking))
		assert.NotContains(t, log.String(), "panic")
		assert.Len(t, o.server.Tasks(), 2)
		task, _ := o.server.Task(waiting)
		assert.Equal(t, "waiting_confirmation", task.Status)
	})
}

// runSpoiled has a run asked for and agreed to, and a field spoiled in the first seconds after that. It says what comes of
// it, as soon as that is known.
func (o *town) runSpoiled(s *spoiler, why, what, field string, put func(map[string]any, string)) {
	o.t.Helper()
	before := o.started()
	o.forget()
	require.NoError(o.t, o.engine.Handle(o.t.Context(), o.event(ada, "!cd run website check")), why)
	synctest.Wait()
	question := o.last()
	require.Contains(o.t, question.text, "Run website / check?", why)
	s.spoil(what, field, put)
	o.answers(ada, question.id, "yes")
	o.pass(4 * time.Second)
	s.spoil("", "", nil)
	for wait := time.Duration(0); wait < 3*time.Minute && o.count("ADA: ✅")+o.count("was not started") == 0; wait += 5 * time.Second {
		o.pass(5 * time.Second)
	}
	o.pass(5 * time.Second)
	if strings.Contains(o.again(question).text, "Runs as task") {
		require.Equal(o.t, before+1, o.started(), why)
		require.Equal(o.t, 1, o.count("ADA: ✅"), "%s: %q", why, o.texts(string(ops)))
		require.Contains(o.t, o.find("asked for by ADA").text, "✅", why)
		return
	}
	require.Contains(o.t, o.again(question).text, "Not started", why)
	require.LessOrEqual(o.t, o.started(), before+1, why)
	require.Equal(o.t, 1, o.count("was not started"), "%s: %q", why, o.texts(string(ops)))
}

// TestNoFieldOfSemaphoreLosesARun has something else in each field of each answer while a run is started and followed and
// a watch looks on. Once Semaphore makes sense again it turns out that the run was started once, and its end is told
// once, or that it was not, and that is told.
func TestNoFieldOfSemaphoreLosesARun(t *testing.T) {
	t.Parallel()
	town := func(t *testing.T) (o *town, s *spoiler, log *bytes.Buffer, answers []string) {
		t.Helper()
		o, s, log = spoiled(t)
		o.server.SetScript(o.website.ID, o.check.ID, semaphoretest.Script{Lines: 6, Rate: 2})
		o.say(ada, "!cd logs on")
		o.say(ada, "!cd watch website --trigger user,schedule,integration,bot")
		return o, s, log, s.during(func() {
			for range 2 { // The first finds lists that are empty.
				o.runSpoiled(s, "as it is", "", "", nil)
			}
		})
	}
	var all []string
	synctest.Test(t, func(t *testing.T) { _, _, _, all = town(t) })
	for _, what := range all {
		if strings.HasSuffix(what, "/templates") {
			continue // The catalog, which no run depends on any more.
		}
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o, s, log, _ := town(t)
				for i, field := range s.fieldsOf(what) {
					kinds := []int{0}
					if i%3 == 0 {
						kinds = append(kinds, 1+i/3%(len(spoils)-1))
					}
					for _, kind := range kinds {
						o.runSpoiled(s, fmt.Sprintf("%s is %s", field, spoils[kind].name), what, field, spoils[kind].put)
					}
				}
				assert.NotContains(t, log.String(), "panic")
				assert.Empty(t, records(t, o.store, "track/"))
			})
		})
	}
}
