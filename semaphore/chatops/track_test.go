package chatops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
	"github.com/signalbox-go/signalbox/standup/storetest"
)

// tracked starts a task for carl and puts its card into the room, as a request does.
func (o *town) tracked(template *semaphoretest.Template) semaphore.TaskID {
	o.t.Helper()
	ctx := o.t.Context()
	project := semaphore.ProjectID(template.ProjectID)
	task, err := o.engine.Semaphore.StartTask(ctx, project, semaphore.StartTaskRequest{TemplateID: semaphore.TemplateID(template.ID)})
	require.NoError(o.t, err)
	t := track{
		TaskRef: TaskRef{Project: project, Task: task.ID},
		Target: TargetRef{
			Project: project, ProjectName: "website", Template: semaphore.TemplateID(template.ID), TemplateName: template.Name,
		},
		Request: "abcde", By: carl, ByName: "CARL", Where: Address{Room: ops}, Card: fmt.Sprintf("card/%d", task.ID),
		Status: task.Status, Since: o.engine.Now(),
	}
	require.NoError(o.t, o.engine.commit(ctx, func(Tx) (c changes, err error) {
		c.put(trackKey(t.TaskRef), t)
		c.send(outboxRow{Outgoing: Outgoing{Key: t.Card, To: t.Where, Body: o.engine.card(t, task, t.Since)}, Keep: true})
		return c, nil
	}))
	return task.ID
}

// pass lets time go by.
func (o *town) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// below are the messages in the thread of a card.
func (o *town) below(card message) []message {
	var found []message
	for _, m := range o.messages() {
		if m.to.Thread == string(card.id) {
			found = append(found, m)
		}
	}
	return found
}

func TestACardFollowsItsTask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		id := o.tracked(o.deploy)
		o.settle()
		assert.Contains(t, o.last().text, fmt.Sprintf("⏳ website / deploy-prod #%d waits for its turn\nasked for by CARL (abcde)", id))
		assert.Zero(t, o.last().edits, "not edited in the first two seconds")
		o.pass(2 * time.Second)
		assert.Contains(t, o.last().text, "🔄 website / deploy-prod")
		assert.Equal(t, 1, o.last().edits)
		require.Len(t, o.messages(), 1, "one message, edited in place")
		o.pass(time.Minute)

		card := o.messages()[0]
		assert.Contains(t, card.text, "✅ website / deploy-prod")
		assert.Contains(t, card.text, "took 5 s")
		assert.Equal(t, 2, card.edits)
		thread := o.below(card)
		require.Len(t, thread, 2)
		assert.Contains(t, thread[0].text, fmt.Sprintf("CARL: ✅ website / deploy-prod #%d has succeeded · took 5 s", id))
		assert.True(t, thread[0].alert)
		assert.Contains(t, thread[1].text, "The whole log")
		assert.Contains(t, thread[1].text, "line 10")
		assert.False(t, thread[1].alert)
		assert.Len(t, o.messages(), 3)
	})
}

// TestTheEndIsToldWithinASecond measures from the server's final status to the message in the chat.
func TestTheEndIsToldWithinASecond(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options []semaphoretest.Option
		blind   bool
		within  time.Duration
	}{
		"with hints":       {nil, false, 500 * time.Millisecond},
		"with hints, 2.10": {[]semaphoretest.Option{semaphoretest.WithGeneration(semaphoretest.Gen210)}, false, 500 * time.Millisecond},
		"without":          {nil, true, 1500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t, withServer(c.options...), func(o *town) {
					if c.blind {
						o.config.Semaphore = blindClient(o)
					}
				})
				id := o.tracked(o.deploy)
				o.pass(2 * time.Minute)
				task, _ := o.server.Task(int(id))
				require.Equal(t, "success", task.Status)
				took := o.find("CARL: ✅").at.Sub(task.End)
				t.Logf("from the end of the task to the notice: %v", took)
				assert.Less(t, took, c.within)
			})
		})
	}
}

func TestAFailedTaskShowsWhatFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		lines := strings.Split(play, "\n")
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{
			Lines: len(lines), Line: func(i int) string { return "\x1b[31m" + lines[i] + "\x1b[0m" }, ExitCode: 2,
		})
		id := o.tracked(o.deploy)
		o.pass(time.Minute)
		card := o.messages()[0]
		assert.Contains(t, card.text, "❌")
		thread := o.below(card)
		require.Len(t, thread, 3)
		assert.Contains(t, thread[0].text, "has failed")
		assert.Contains(t, thread[1].text, "What failed\nTASK [deploy : restart the service]")
		assert.Contains(t, thread[1].text, "Unable to restart service nginx")
		assert.NotContains(t, thread[1].text, "\x1b")
		assert.Contains(t, thread[2].text, "The whole log")
		assert.Equal(t, fmt.Sprintf("task-%d.log", id), thread[2].name)
		assert.Contains(t, thread[2].file, "no such package")
		assert.NotContains(t, thread[2].file, "\x1b")
	})
}

// TestTheWholeLogIsThere has a server that stores the log of a chatty task long after the task has ended.
func TestTheWholeLogIsThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, withServer(semaphoretest.WithGeneration(semaphoretest.Gen210), semaphoretest.WithLogLag(0, 2200)))
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 20_000, Rate: 4000})
		id := o.tracked(o.deploy)
		o.pass(2 * time.Minute)
		file := o.last()
		want := o.server.Log(int(id))
		assert.Contains(t, file.text, fmt.Sprintf("%d lines", len(want)))
		assert.Len(t, strings.Split(strings.TrimSpace(file.file), "\n"), len(want), "every line is available")
		assert.Contains(t, o.find("The last 20 of").text, "line 20000", "the end is shown")
	})
}

func TestNothingIsTooLargeForTheChat(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]semaphoretest.Script{
		"one line of a million characters": {Lines: 1, Line: func(int) string { return strings.Repeat("x", 1_000_000) }, ExitCode: 1},
		"long lines":                       {Lines: 60, Line: func(i int) string { return strings.Repeat(fmt.Sprint(i%10), 5000) }, ExitCode: 1},
		"20,000 lines":                     {Lines: 20_000, ExitCode: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				o.chat.largest = 3000
				o.server.SetScript(o.website.ID, o.deploy.ID, script)
				o.say(carl, "!cd logs on")
				o.tracked(o.deploy)
				o.pass(time.Minute)
				for _, m := range o.messages() {
					assert.LessOrEqual(t, len(m.text), 3000)
				}
				assert.LessOrEqual(t, len(o.messages()), 14)
				assert.NotEmpty(t, o.find("has failed"))
			})
		})
	}
}

func TestARestartWhileATaskRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 40, Rate: 1})
		o.tracked(o.deploy)
		for range 5 {
			o.pass(7 * time.Second)
			o.restart()
		}
		require.ErrorIs(t, o.stop(), context.Canceled)
		time.Sleep(time.Hour) // It ends meanwhile.
		o.start()
		o.pass(time.Minute)
		assert.Equal(t, 1, o.count("CARL: ✅"), "exactly one notice: %q", o.texts(string(ops)))
		assert.Equal(t, 1, o.count("The last 20 of"))
		assert.Equal(t, 1, o.count("The whole log: "))
		assert.Contains(t, o.messages()[0].text, "✅")
		for range 3 {
			o.restart()
			o.pass(time.Minute)
		}
		assert.Len(t, o.messages(), 4, "and nothing after it")
	})
}

// TestARunIsToldOnceWhateverBreaks has every few commits fail, some of them after they were done.
func TestARunIsToldOnceWhateverBreaks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var commits atomic.Int64
		o := newTown(t, func(o *town) {
			o.config.Store = storetest.Faulty(o.store, func(b storetest.Boundary) error {
				n := commits.Add(1)
				if n > 20 && (n%7 == 0 && b == storetest.BeforeCommit || n%11 == 0 && b == storetest.AfterCommit) {
					return errors.New("the disk is gone")
				}
				return nil
			})
		})
		o.say(carl, "!cd logs on")
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 100, Rate: 10})
		for i := range 8 {
			commits.Store(0)
			o.tracked(o.deploy)
			o.pass(time.Duration(3*i) * time.Second)
			_ = o.stop()
			commits.Store(0)
			o.start()
		}
		o.pass(time.Hour)
		assert.Equal(t, 8, o.count("CARL: ✅"))
		assert.Equal(t, 8, o.count("The last 20 of"))
		assert.Equal(t, 8, o.count("The whole log: "))
		assert.Empty(t, records(t, o.store, "track/"))
	})
}

func TestAServerThatIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 100, Rate: 1})
		o.tracked(o.deploy)
		o.pass(10 * time.Second)
		o.server.Fail(semaphoretest.Match{Times: 200}, semaphoretest.Fault{Status: 502})
		o.server.CutSockets()
		o.pass(time.Hour)
		assert.Equal(t, 1, o.count("CARL: ✅"))
		assert.Equal(t, 1, o.count("The whole log: "))
	})
}

// TestNonsenseFromSemaphore has answers that mean nothing, to everything that is asked.
func TestNonsenseFromSemaphore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 100, Rate: 2})
		o.say(carl, "!cd watch all")
		o.tracked(o.deploy)
		elsewhere := o.server.StartTask(o.check, nil, "")
		o.server.StartTask(o.deploy, nil, "")
		o.pass(3 * time.Second)
		for _, body := range []string{
			"null", "{}", "[]", "[null]", `[{"id":null,"status":null,"created":null,"tpl_alias":null}]`, `{"status":7}`, "7", `"x"`,
			`{"id":1,"status":"success","end":null}`, `[{"id":99,"status":"error","created":"9999-12-31T23:59:59Z"}]`,
		} {
			o.server.Fail(semaphoretest.Match{Method: "GET", Path: "/project/*/tasks/last", Times: 3}, semaphoretest.Fault{Status: 200, Body: body})
			if !strings.Contains(body, "success") {
				o.server.Fail(semaphoretest.Match{Method: "GET", Path: "/project/*/tasks/*", Times: 3}, semaphoretest.Fault{Status: 200, Body: body})
			}
			for _, text := range []string{"status 1", "history", "queue", "logs 1"} {
				before := len(o.messages())
				o.say(carl, "!cd "+text)
				assert.Greater(t, len(o.messages()), before, "%s: %s", text, body)
			}
			o.pass(time.Minute)
		}
		o.pass(time.Hour)
		assert.Equal(t, 1, o.count("CARL: ✅"))
		assert.Equal(t, 1, o.count(fmt.Sprintf("#%d has succeeded · took 0 s · started by a schedule", elsewhere)))
		assert.Equal(t, 1, o.count("has succeeded · took 50 s · started by a schedule"))
	})
}

func TestATaskThatIsDeleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		id := o.tracked(o.deploy)
		o.pass(8 * time.Second)
		ghost := o.tracked(o.check)
		require.NoError(t, o.engine.Store.Update(t.Context(), func(tx Tx) error {
			t, _, err := load[track](tx, trackKey(TaskRef{Project: semaphore.ProjectID(o.website.ID), Task: ghost}))
			if err != nil {
				return err
			}
			return save(tx, trackKey(TaskRef{Project: 99, Task: id}), track{TaskRef: TaskRef{Project: 99, Task: id}, Target: t.Target, Card: t.Card, Where: t.Where, Since: t.Since})
		}))
		o.engine.Wake()
		o.pass(time.Minute)
		assert.Zero(t, o.count("Semaphore does not know it any more"), "it may be a proxy's mistake")
		o.pass(5 * time.Minute)
		assert.NotEmpty(t, o.find("Semaphore does not know it any more"))
		assert.Empty(t, records(t, o.store, "track/"))
	})
}

// TestALongAbsenceHidesNoEnd has the bot away for longer than it would wait for the end of a task.
func TestALongAbsenceHidesNoEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.tracked(o.deploy)
		require.ErrorIs(t, o.stop(), context.Canceled)
		time.Sleep(2 * longestTask)
		o.server.Fail(semaphoretest.Match{Times: 5}, semaphoretest.Fault{Status: 502})
		o.start()
		o.pass(time.Minute)
		assert.Equal(t, 1, o.count("CARL: ✅"))
		assert.Zero(t, o.count("lost from sight"))
	})
}

// TestWhoWantedATaskIsToldThatItIsLost has a task that never ends.
func TestWhoWantedATaskIsToldThatItIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) { o.config.Semaphore = blindClient(o) })
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Hold: 2 * longestTask})
		id := o.tracked(o.deploy)
		require.ErrorIs(t, o.stop(), context.Canceled)
		time.Sleep(longestTask + time.Hour)
		o.start()
		o.pass(time.Minute)
		told := o.find("CARL: ")
		assert.True(t, told.alert)
		assert.Equal(t, fmt.Sprintf("CARL: ❔ website / deploy-prod #%d is lost from sight\nIt has not ended within a week, and is not followed any more.", id), told.text)
		assert.Empty(t, records(t, o.store, "track/"))
	})
}

// TestAPanicEndsNothingElse has a chat that panics when it is asked whether lines of a log fit, and a server that does.
func TestAPanicEndsNothingElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		assert.Panics(t, func() { eachOf([]int{1, 2, 3}, func(i int) { panic(i) }) }, "of the caller, who can see to it")
		live := &panickyChat{fakeChat: o.chat}
		require.ErrorIs(t, o.stop(), context.Canceled)
		o.config.Chat = live
		o.start()
		o.say(carl, "!cd logs on")
		o.tracked(o.deploy)
		live.panics.Store(true)
		o.pass(4 * time.Second)
		live.panics.Store(false)
		o.pass(5 * time.Minute)
		assert.Equal(t, 1, o.count("CARL: ✅"))
		assert.Equal(t, 1, o.count("line 10"))
	})
}

// panickyChat panics for a while.
type panickyChat struct {
	*fakeChat

	panics atomic.Bool
}

func (c *panickyChat) Fits(t Text) bool {
	if c.panics.Load() {
		panic("the adapter is broken")
	}
	return c.fakeChat.Fits(t)
}

func TestAPersonality(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			o.config.Messages = Messages{
				Start: []string{"Off we go, {name}!"}, Success: []string{"Hooray!"}, Failure: []string{"Oh dear."},
			}
		})
		o.tracked(o.deploy)
		o.settle()
		assert.Contains(t, o.last().text, "\nOff we go, CARL!")
		o.pass(time.Minute)
		assert.NotContains(t, o.messages()[0].text, "Off we go")
		assert.Contains(t, o.find("CARL: ✅").text, "\nHooray!")
		o.server.SetScript(o.website.ID, o.check.ID, semaphoretest.Script{ExitCode: 1})
		o.tracked(o.check)
		o.pass(time.Minute)
		assert.Contains(t, o.find("CARL: ❌").text, "\nOh dear.")
	})
}

// TestRunToItsEnd is the whole way of a run, from the command to the file with its log, over a restart.
func TestRunToItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 60, Rate: 2})
		o.say(bob, "!cd watch all --trigger user,schedule,integration")
		o.say(carl, "!cd run website deploy-prod --message hello")
		o.say(carl, "yes")
		o.pass(5 * time.Second)
		card := o.find("🔄 website / deploy-prod")
		o.restart()
		o.pass(20 * time.Second)
		o.restart()
		o.pass(time.Minute)
		assert.Equal(t, 1, o.count("CARL: ✅"))
		assert.Len(t, o.below(card), 3)
		assert.Zero(t, o.count(" · started by"), "a watch of what is started elsewhere says nothing: %q", o.texts(string(ops)))
		o.say(vera, "!cd history")
		assert.Contains(t, o.last().text, "✅ success\t00:00\t30 s\tCARL")
		o.say(vera, "!cd status")
		assert.Contains(t, o.last().text, "asked for by CARL (")
	})
}

func TestALongTaskSaysHowLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Hold: time.Hour})
		o.tracked(o.deploy)
		o.pass(21 * time.Minute)
		require.Len(t, o.messages(), 1, "by edits, not by messages")
		assert.Contains(t, o.last().text, "running for 20 min")
		assert.Equal(t, 5, o.last().edits)
		o.pass(time.Hour)
		assert.Contains(t, o.messages()[0].text, "took 1 h 0 min")
	})
}

// TestManyTasks follows more tasks than there are places.
func TestManyTasks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for range 2 * maxFollowed {
			o.tracked(o.check)
		}
		o.pass(5 * time.Minute)
		assert.Equal(t, 2*maxFollowed, o.count("CARL: ✅"))
		assert.Empty(t, records(t, o.store, "track/"))
	})
}

// withServer gives the town another server.
func withServer(options ...semaphoretest.Option) func(*town) {
	return func(o *town) {
		o.server.Close()
		o.server = semaphoretest.New(options...)
		o.website = o.server.AddProject("website")
		o.deploy = o.server.AddTemplate(o.website, semaphoretest.Template{Name: "deploy-prod", Script: semaphoretest.Script{Lines: 10, Rate: 2}})
		o.check = o.server.AddTemplate(o.website, semaphoretest.Template{Name: "check"})
		o.config.Semaphore = o.client()
	}
}

// blindClient is a client without a WebSocket.
func blindClient(o *town) *semaphore.Client {
	o.t.Helper()
	c, err := semaphore.NewClient(
		semaphore.Credentials{URL: o.server.URL(), Token: semaphore.NewSecret(o.server.Admin().Token)},
		semaphore.WithTransport(o.server.Transport()), semaphore.WithoutWebSocket())
	require.NoError(o.t, err)
	return c
}

// records are the values below a prefix.
func records(t *testing.T, s Store, prefix string) (found []json.RawMessage) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(tx Tx) (err error) {
		found, err = all[json.RawMessage](tx, prefix)
		return err
	}))
	return found
}
