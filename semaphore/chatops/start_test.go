package chatops

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
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

// starts are the requests that may start a task.
var starts = semaphoretest.Match{Method: "POST", Path: "/project/*/tasks"}

func TestAStartThatIsInDoubtIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]semaphoretest.Fault{
		"connection cut": {CutAfter: true}, "answer cut": {CutBody: true}, "broken answer": {Malformed: true}, "bad gateway": {Status: 502},
		"not sent": {CutBefore: true}, "hangs": {Delay: 40 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				o.server.Fail(starts, fault)
				question := o.runs(carl, "website check")
				o.say(carl, "yes")
				for range 40 {
					time.Sleep(5 * time.Second)
					synctest.Wait()
					require.LessOrEqual(t, o.started(), 1)
				}
				require.Equal(t, 1, o.started())
				assert.Contains(t, o.again(question).text, "Runs as task 1.")
				assert.Equal(t, 1, o.count("asked for by CARL ("+idIn(t, question)+")"))
			})
		})
	}
}

func TestAStartIsFoundAfterACrash(t *testing.T) {
	t.Parallel()
	for _, dies := range []string{"before", "after"} {
		t.Run(dies, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				question := o.runs(carl, "website check")
				fault := semaphoretest.Fault{Delay: time.Hour}
				if dies == "after" {
					fault = semaphoretest.Fault{CutAfter: true}
					o.server.Fail(semaphoretest.Match{Path: "/project/*/templates/*/tasks/last", Skip: 1, Times: 3}, semaphoretest.Fault{Delay: time.Hour})
				}
				o.server.Fail(starts, fault)
				in := o.event(carl, "yes")
				require.NoError(t, o.engine.Handle(t.Context(), in))
				synctest.Wait()
				_ = o.stop() // In the middle of the start.
				o.start()
				o.handle(in)
				time.Sleep(3 * time.Minute)
				synctest.Wait()
				require.Equal(t, 1, o.started())
				assert.Contains(t, o.again(question).text, "Runs as task 1.")
				assert.Equal(t, 1, o.count("has succeeded\nasked for by CARL"), "one card")
			})
		})
	}
}

func TestAStartWaitsForSemaphore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		question := o.runs(carl, "website check")
		stop := o.server.Fail(semaphoretest.Match{Times: -1}, semaphoretest.Fault{CutBefore: true})
		o.say(carl, "yes")
		time.Sleep(4 * time.Minute)
		synctest.Wait()
		require.Zero(t, o.started())
		assert.Contains(t, o.again(question).text, "I keep trying until 00:10 UTC.")
		stop()
		time.Sleep(30 * time.Second)
		synctest.Wait()
		require.Equal(t, 1, o.started())

		second := o.runs(carl, "website check")
		stop = o.server.Fail(semaphoretest.Match{Times: -1}, semaphoretest.Fault{CutBefore: true})
		o.say(carl, "yes")
		time.Sleep(time.Minute)
		o.say(carl, "!cd cancel "+idIn(t, second))
		assert.Contains(t, o.again(second).text, "Cancelled by CARL", "it can be given up while it waits")
		third := o.runsAgain(carl)
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		assert.Contains(t, o.again(third).text, "Not started")
		stop()
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, 1, o.started(), "it is not started hours later")
	})
}

// runsAgain brings a request to its start while Semaphore is down: it was asked for before.
func (o *town) runsAgain(by UserID) message {
	o.t.Helper()
	r := request{
		ID: "again", Target: target(o.website.ID, o.check.ID, "website", "check"), By: by, ByName: "CARL", Asked: time.Now(),
		Where: Address{Room: ops}, App: semaphore.AppBash,
	}
	require.NoError(o.t, o.engine.commit(o.t.Context(), func(Tx) (changes, error) {
		var c changes
		r := r
		c.proceed(&r, o.engine.policy.Load(), time.Now())
		return c, nil
	}))
	o.settle()
	question := o.last()
	o.answers(by, question.id, "yes")
	return question
}

// A server in trouble that was not yet told to start anything has refused nothing.
func TestAServerInTroubleRefusesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.runs(carl, "website check")
		stop := o.server.Fail(semaphoretest.Match{Path: "/project/*/templates/*", Times: -1}, semaphoretest.Fault{Status: 500})
		o.say(carl, "yes")
		time.Sleep(time.Minute)
		require.Zero(t, o.started())
		stop()
		time.Sleep(30 * time.Second)
		synctest.Wait()
		assert.Equal(t, 1, o.started())
	})
}

// A start that reaches the server late, after its connection broke and the clock was set, is made once.
func TestAStartInDoubtAndAClockThatJumps(t *testing.T) {
	t.Parallel()
	for _, jumps := range []time.Duration{2 * time.Minute, 9 * time.Minute, -24 * time.Hour} {
		t.Run(jumps.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				late := &lateStart{inner: o.server.Transport(), by: 40 * time.Second}
				var err error
				o.config.Semaphore, err = semaphore.NewClient(semaphore.Credentials{
					URL: o.server.URL(), Token: semaphore.NewSecret(o.server.Admin().Token),
				}, semaphore.WithTransport(late))
				require.NoError(t, err)
				jump := o.shiftClock()
				question := o.runs(carl, "website check")
				o.say(carl, "yes")
				o.pass(10 * time.Second)
				jump(jumps)
				o.pass(25 * time.Second)
				assert.Zero(t, o.started())
				o.pass(3 * time.Minute)
				late.rest.Wait()
				require.Equal(t, 1, o.started())
				assert.Equal(t, 1, late.sent)
				assert.Contains(t, o.again(question).text, "Runs as task 1.")
			})
		})
	}
}

// lateStart is a way to a server on which requests to start a task break, and reach the server late.
type lateStart struct {
	inner http.RoundTripper
	by    time.Duration
	rest  sync.WaitGroup
	sent  int
}

func (l *lateStart) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/tasks") {
		return l.inner.RoundTrip(r)
	}
	l.sent++
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	later := r.Clone(context.WithoutCancel(r.Context()))
	later.Body = io.NopCloser(bytes.NewReader(body))
	l.rest.Go(func() {
		time.Sleep(l.by)
		if resp, err := l.inner.RoundTrip(later); err == nil {
			_ = resp.Body.Close()
		}
	})
	return nil, io.ErrUnexpectedEOF
}

// What was confirmed is not what would run where something was changed meanwhile.
func TestATemplateThatWasChangedIsAnother(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*semaphore.Template){
		"name": func(t *semaphore.Template) { t.Name = "destroy" },
		"survey": func(t *semaphore.Template) {
			t.SurveyVars = append(t.SurveyVars, semaphore.SurveyVar{Name: "target", Default: "production"})
		},
		"default":   func(t *semaphore.Template) { t.SurveyVars[0].Default = "blue" },
		"branch":    func(t *semaphore.Template) { t.AllowOverrideBranch = false },
		"arguments": func(t *semaphore.Template) { t.AllowOverrideArguments = false },
		"project":   nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t, playbook)
				templates, err := o.client().Templates(t.Context(), semaphore.ProjectID(o.website.ID), semaphore.TemplatesRequest{})
				require.NoError(t, err)
				play := templates[slices.IndexFunc(templates, func(t semaphore.Template) bool { return t.Name == "play" })].ID
				update := func(change func(*semaphore.Template)) {
					_, err := o.client().UpdateTemplate(t.Context(), semaphore.ProjectID(o.website.ID), play, change)
					require.NoError(t, err)
				}
				update(func(t *semaphore.Template) { t.SurveyVars = []semaphore.SurveyVar{{Name: "colour", Default: "red"}} })
				o.say(ada, "!cd run website play --branch release -- --diff")
				question := o.last()
				if change != nil {
					update(change)
				} else {
					_, err := o.client().UpdateProject(t.Context(), semaphore.ProjectID(o.website.ID), func(p *semaphore.Project) { p.Name = "shop" })
					require.NoError(t, err)
				}
				o.say(ada, "yes")
				require.Zero(t, o.started())
				assert.Contains(t, o.again(question).text, "Not started")
			})
		})
	}
}

// A start that hangs holds up no other, and not more than a few are made at a time.
func TestAStartThatHangsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.Fail(starts, semaphoretest.Fault{Delay: 20 * time.Second})
		o.runs(carl, "website check")
		o.say(carl, "yes")
		o.runs(bob, "website check")
		o.say(bob, "yes")
		assert.Equal(t, 1, o.started(), "that of Bob")
		time.Sleep(30 * time.Second)
		require.Equal(t, 2, o.started())

		hang := starts
		hang.Times = -1
		o.server.Fail(hang, semaphoretest.Fault{Delay: 20 * time.Second})
		for range 6 {
			question := o.runs(carl, "website check")
			o.answers(carl, question.id, "yes")
		}
		o.engine.starting.mu.Lock()
		assert.Len(t, o.engine.starting.busy, startAtOnce)
		o.engine.starting.mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, 8, o.started())
		assert.Empty(t, o.engine.starting.busy)
	})
}

func TestSlowStartsDoNotHoldUpQuestions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.runs(carl, "website check")
		o.server.Fail(starts, semaphoretest.Fault{Delay: 20 * time.Second})
		o.say(carl, "yes")
		o.runs(bob, "website check")
		o.say(bob, "no")
		assert.Equal(t, 1, o.count("Cancelled by BOB"))
		time.Sleep(30 * time.Second)
		synctest.Wait()
		assert.Equal(t, 1, o.started())
	})
}

func TestManyStartsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		var questions []message
		for i := range 8 {
			questions = append(questions, o.runs(carl, fmt.Sprintf("website check --message m%d", i)))
		}
		for _, q := range questions {
			in := o.event(carl, "yes")
			in.ReplyTo = q.id
			require.NoError(t, o.engine.Handle(t.Context(), in))
		}
		o.settle()
		require.Equal(t, 8, o.started())
		seen := map[string]bool{}
		for _, task := range o.server.Tasks() {
			words := strings.Fields(task.Message)
			seen[words[0]] = true
		}
		assert.Len(t, seen, 8)
	})
}
