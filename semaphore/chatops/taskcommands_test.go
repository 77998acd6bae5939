package chatops

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(vera, "!cd status")
		assert.Contains(t, o.last().text, "No task was started here")
		elsewhere := o.server.StartTask(o.deploy, o.server.Admin(), "")
		o.pass(2 * time.Second)
		o.say(vera, fmt.Sprintf("!cd status #%d", elsewhere))
		assert.Equal(t, fmt.Sprintf("🔄 website / deploy-prod #%d is running\nrunning for 2 s\nstarted by somebody in Semaphore", elsewhere), o.last().text)
		o.say(vera, fmt.Sprintf("!cd status %d --project website", elsewhere))
		assert.Contains(t, o.last().text, "is running")
		for text, want := range map[string]string{
			"status 4711": "There is no task 4711 here that you may see.", "status -1": "", "status seven": "named by its number",
			"status 1 --project nowhere": "There is no",
		} {
			o.say(vera, "!cd "+text)
			assert.Contains(t, o.last().text, want, text)
		}
		mine := o.tracked(o.check)
		o.pass(time.Minute)
		o.say(vera, "!cd status")
		assert.Contains(t, o.last().text, fmt.Sprintf("✅ website / check #%d has succeeded\nasked for by CARL (abcde)", mine))
		first := o.tracked(o.deploy)
		o.pass(100 * time.Millisecond)
		card := o.last()
		second := o.tracked(o.deploy)
		o.pass(100 * time.Millisecond)
		o.say(vera, "!cd status")
		assert.Contains(t, o.last().text, fmt.Sprintf("#%d", second))
		o.answers(vera, card.id, "!cd status")
		assert.Contains(t, o.last().text, fmt.Sprintf("#%d", first), "an answer to a card is about its task")
	})
}

func TestStatusShowsNothingOfWhatOneMayNotSee(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		policy := o.engine.Policy()
		policy.Grants = []Grant{{Users: []UserID{carl}, Role: Runner, Scope: Scope{Templates: []string{"check"}}}}
		require.NoError(t, o.engine.SetPolicy(policy))
		hidden := o.server.StartTask(o.deploy, nil, "")
		shown := o.server.StartTask(o.check, nil, "")
		o.pass(time.Minute)
		for _, name := range []string{"status", "logs", "stop", "confirm-task", "reject-task"} {
			o.say(carl, fmt.Sprintf("!cd %s %d", name, hidden))
			assert.Equal(t, fmt.Sprintf("There is no task %d here that you may see.", hidden), o.last().text, name)
		}
		o.say(carl, "!cd history")
		assert.Contains(t, o.last().text, fmt.Sprintf("%d\twebsite / check", shown))
		assert.NotContains(t, o.last().text, "deploy-prod")
		o.say(carl, "!cd queue")
		assert.NotContains(t, o.last().text, "deploy-prod")
	})
}

func TestStopTellsWhenATaskHasReallyStopped(t *testing.T) {
	t.Parallel()
	for name, generation := range map[string]semaphoretest.Generation{"2.16": semaphoretest.Gen216, "2.10": semaphoretest.Gen210} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t, withServer(semaphoretest.WithGeneration(generation)))
				o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 1, Hold: time.Hour, Linger: 90 * time.Second})
				id := o.tracked(o.deploy)
				o.pass(20 * time.Second)
				o.say(vera, fmt.Sprintf("!cd stop %d", id))
				assert.Contains(t, o.last().text, "takes the role runner")
				o.say(bob, fmt.Sprintf("!cd stop %d", id))
				answer := o.last()
				assert.Contains(t, answer.text, "is being stopped")
				o.pass(40 * time.Second)
				assert.Contains(t, o.find("has not").text, fmt.Sprintf("!cd stop %d --force kills it.", id))
				o.restart() // Who stopped it is told all the same, and so is that it was stopped.
				o.pass(2 * time.Minute)
				after := o.find("after it was asked to")
				assert.Equal(t, answer.id, after.id, "the answer is edited")
				assert.Contains(t, after.text, "🛑 website / deploy-prod")
				assert.Contains(t, after.text, "was stopped · 1 min 30 s after it was asked to")
				assert.Contains(t, o.messages()[0].text, "🛑 website / deploy-prod", "on servers that call it an error too")
				assert.NotEmpty(t, o.find("CARL: 🛑"))
				said := len(o.messages())
				o.say(bob, fmt.Sprintf("!cd stop %d", id))
				assert.Contains(t, o.last().text, fmt.Sprintf("#%d", id), "it has ended already")
				o.pass(time.Hour)
				assert.Len(t, o.messages(), said+1)
			})
		})
	}
}

func TestStopByForce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Hold: time.Hour, Linger: time.Hour})
		id := o.server.StartTask(o.deploy, nil, "")
		o.pass(time.Second)
		o.say(carl, fmt.Sprintf("!cd stop %d --force", id))
		o.pass(time.Second)
		assert.Contains(t, o.last().text, "was stopped")
		task, _ := o.server.Task(id)
		assert.Equal(t, "stopped", task.Status)
		o.say(carl, "!cd stop")
		assert.Contains(t, o.last().text, "task")
	})
}

// TestEveryoneWhoStopsATaskIsTold has two people stop a task, and the bot away for longer than it waits.
func TestEveryoneWhoStopsATaskIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Hold: time.Hour, Linger: 90 * time.Second})
		id := o.server.StartTask(o.deploy, nil, "")
		o.pass(time.Second)
		o.say(carl, fmt.Sprintf("!cd stop %d", id))
		o.pass(40 * time.Second)
		assert.Equal(t, 1, o.count("has not"))
		o.say(bob, fmt.Sprintf("!cd stop %d", id))
		o.pass(40 * time.Second)
		assert.Equal(t, 2, o.count("has not"))
		o.pass(time.Minute)
		assert.Equal(t, 2, o.count("was stopped"))
		assert.Zero(t, o.count("has not"))

		id = o.server.StartTask(o.deploy, nil, "")
		o.pass(time.Second)
		o.say(carl, fmt.Sprintf("!cd stop %d", id))
		require.ErrorIs(t, o.stop(), context.Canceled)
		time.Sleep(2 * stopLasts)
		o.start()
		o.pass(time.Minute)
		assert.Equal(t, 3, o.count("was stopped"))
	})
}

// TestATaskThatNeverStops is not waited for for ever, and can be stopped again.
func TestATaskThatNeverStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Hold: time.Hour, Linger: 3 * stopLasts})
		id := o.server.StartTask(o.deploy, nil, "")
		o.pass(time.Second)
		o.say(carl, fmt.Sprintf("!cd stop %d", id))
		require.ErrorIs(t, o.stop(), context.Canceled)
		time.Sleep(stopLasts)
		o.start()
		o.pass(time.Minute)
		assert.Contains(t, o.last().text, "is being stopped\nIt was asked to stop a day ago and has not. I look no longer.")
		o.say(carl, fmt.Sprintf("!cd stop %d --force", id))
		o.pass(time.Second)
		assert.Contains(t, o.last().text, "was stopped")
	})
}

// TestAMarkIsGoodForOneTask has somebody in Semaphore start a task with the mark of a request that was carried out.
func TestAMarkIsGoodForOneTask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(carl, "!cd run website check")
		o.say(carl, "yes")
		o.pass(time.Minute)
		tasks := o.server.Tasks()
		require.Len(t, tasks, 1)
		o.say(bob, "!cd watch website")
		forged := o.server.StartTask(o.check, o.server.Admin(), tasks[0].Message)
		o.pass(time.Minute)
		assert.Equal(t, 1, o.count(fmt.Sprintf("#%d has succeeded · took 0 s · started by somebody in Semaphore", forged)))
		o.say(vera, fmt.Sprintf("!cd status %d", forged))
		assert.NotContains(t, o.last().text, "asked for by")
		o.say(vera, fmt.Sprintf("!cd status %d", tasks[0].ID))
		assert.Contains(t, o.last().text, "asked for by CARL")
	})
}

func TestLogs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 100, Rate: 1})
		id := o.server.StartTask(o.deploy, nil, "")
		o.pass(30 * time.Second)
		o.say(vera, fmt.Sprintf("!cd log %d", id))
		all := o.messages()
		require.Len(t, all, 2)
		assert.Contains(t, all[0].text, "is running\nThe last 20 of 36 lines\n")
		assert.Contains(t, all[1].text, "The whole log so far: 36 lines.")
		assert.Contains(t, all[1].file, "line 30\n")
		o.server.Fail(semaphoretest.Match{Path: "/project/*/tasks/*/output"}, semaphoretest.Fault{Status: 500})
		o.say(vera, fmt.Sprintf("!cd logs %d", id))
		assert.NotContains(t, o.last().text, "http")
		assert.NotContains(t, o.last().text, "/project")
	})
}

func TestHistoryAndQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, withServer(semaphoretest.WithDatabase(semaphoretest.Bolt)))
		other := o.server.AddProject("backend")
		build := o.server.AddTemplate(other, semaphoretest.Template{Name: "build", Script: semaphoretest.Script{Hold: time.Hour}})
		o.say(vera, "!cd queue")
		assert.Equal(t, "Nothing waits and nothing runs.", o.last().text)
		o.say(vera, "!cd history backend")
		assert.Equal(t, "There was no task yet.", o.last().text)
		for range 20 {
			o.server.StartTask(o.check, nil, "")
			o.pass(time.Minute)
		}
		last := o.server.StartTask(o.deploy, o.server.Admin(), "")
		o.pass(time.Minute)
		running := o.server.StartTask(build, o.server.Admin(), "")
		waiting := o.server.StartTask(build, o.server.Admin(), "")
		o.pass(time.Minute)
		o.say(vera, "!cd history")
		rows := strings.Split(o.last().text, "\n")
		assert.Len(t, rows, 1+historyRows)
		assert.Equal(t, fmt.Sprintf("%d\tbackend / build\t⏳ waiting\t00:21\t\tAdmin", waiting), rows[1])
		assert.Equal(t, fmt.Sprintf("%d\twebsite / deploy-prod\t✅ success\t00:20\t5 s\tAdmin", last), rows[3])
		assert.Contains(t, rows[4], "website / check\t✅ success\t00:19\t0 s\tschedule")
		o.say(vera, "!cd history website deploy-prod")
		assert.Len(t, strings.Split(o.last().text, "\n"), 2)
		o.say(vera, "!cd queue")
		assert.Equal(t, fmt.Sprintf("Task\tTemplate\tStatus\tFor\tBy\n%d\tbackend / build\t🔄 running\t1 min 1 s\tAdmin\n%d\tbackend / build\t⏳ waiting\t1 min 1 s\tAdmin", running, waiting), o.last().text)
		o.say(carl, "!cd run website check")
		o.say(vera, "!cd queue website")
		assert.Contains(t, o.last().text, "\twebsite / check\t❔ confirming\t")
		o.say(carl, "no")
		o.say(vera, "!cd queue website")
		assert.Equal(t, "Nothing waits and nothing runs.", o.last().text)
	})
}

func TestATaskThatWaitsForAConfirmation(t *testing.T) {
	t.Parallel()
	for name, generation := range map[string]semaphoretest.Generation{"2.16": semaphoretest.Gen216, "2.10": semaphoretest.Gen210} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t, withServer(semaphoretest.WithGeneration(generation)))
				o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 3, Confirm: &semaphoretest.Script{Lines: 2}})
				policy := o.engine.Policy()
				policy.Approvals = []ApprovalRule{{Approvals: 1}}
				policy.Grants = append(policy.Grants, Grant{Users: []UserID{carl}, Role: Approver})
				require.NoError(t, o.engine.SetPolicy(policy))
				o.say(carl, "!cd watch all --status confirm")
				id := o.tracked(o.deploy)
				o.server.SetScript(o.website.ID, o.check.ID, semaphoretest.Script{Confirm: &semaphoretest.Script{}})
				elsewhere := o.server.StartTask(o.check, o.server.Admin(), "")
				o.pass(time.Minute)
				assert.Contains(t, o.find(fmt.Sprintf("#%d waits for a confirmation", id)).text, fmt.Sprintf("!cd confirm-task %d lets it go on", id))
				assert.Contains(t, o.find(fmt.Sprintf("#%d waits for a confirmation · started by", elsewhere)).text, "!cd reject-task")
				o.say(carl, fmt.Sprintf("!cd confirm-task %d", id))
				assert.Contains(t, o.last().text, "somebody else has to confirm it")
				o.say(vera, fmt.Sprintf("!cd confirm-task %d", id))
				assert.Contains(t, o.last().text, "role runner")
				o.say(ada, "!cd lock website we move --for 2m")
				o.say(bob, fmt.Sprintf("!cd confirm-task %d", id))
				assert.Contains(t, o.last().text, "is locked by ADA")
				o.say(ada, "!cd unlock website")
				o.say(bob, fmt.Sprintf("!cd confirm-task %d", id))
				assert.Contains(t, o.last().text, "was confirmed")
				o.say(bob, fmt.Sprintf("!cd reject-task %d", elsewhere))
				assert.NotEmpty(t, o.find("was rejected"))
				o.pass(time.Minute)
				assert.NotEmpty(t, o.find("CARL: ✅"))
				o.say(bob, fmt.Sprintf("!cd confirm-task %d", elsewhere))
				assert.Contains(t, o.last().text, "does not wait for a confirmation")
			})
		})
	}
}

// TestNothingOfDataBecomesMarkup has names and lines that try to mention, link and hide: what the engine hands to the
// adapters has them as text alone, links go to the server, and only who asked is mentioned.
func TestNothingOfDataBecomesMarkup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		evil := "@room @**all** <a href=https://evil.example>x</a> [y](https://evil.example)\u202e\x1b[31m\x00"
		bad := o.server.AddTemplate(o.website, semaphoretest.Template{Name: evil, Script: semaphoretest.Script{
			Lines: 40, Line: func(int) string { return evil }, ExitCode: 1,
		}})
		o.say(carl, "!cd logs on")
		o.say(carl, "!cd watch all")
		id := o.tracked(bad)
		o.server.StartTask(bad, nil, evil)
		o.pass(time.Minute)
		for _, text := range []string{"status %d", "logs %d", "stop %d", "confirm-task %d"} {
			o.say(carl, fmt.Sprintf("!cd "+text, id))
		}
		for _, text := range []string{"history", "queue", "watch list", "watch website " + fmt.Sprint(bad.ID), "watch list", "unwatch w1"} {
			o.say(carl, "!cd "+text)
		}
		o.pass(time.Minute)
		server, err := url.Parse(o.server.URL())
		require.NoError(t, err)
		said := 0
		for _, m := range o.messages() {
			for _, b := range m.body {
				texts := append([]string{}, strings.Split(b.Code, "\n")...)
				for _, row := range b.Rows {
					texts = append(texts, row...)
				}
				for _, s := range b.Spans {
					texts = append(texts, s.Text)
					if s.Style == Link {
						u, err := url.Parse(s.URL)
						require.NoError(t, err)
						assert.Equal(t, server.Host, u.Host)
						assert.Regexp(t, `^/project/\d+/templates/\d+$`, u.Path)
					}
					if s.Style == Mention || s.Style == Person {
						assert.Equal(t, carl, s.User)
					}
				}
				for _, text := range texts {
					if strings.Contains(text, "evil.example") {
						said++
					}
					assert.False(t, strings.ContainsFunc(text, unseen), "%q", text)
				}
			}
		}
		assert.Greater(t, said, 30, "it was shown, as text")
	})
}

func TestSemaphoreThatIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(carl, "!cd history")
		for _, fault := range []semaphoretest.Fault{
			{Status: 503}, {Malformed: true}, {CutBefore: true}, {Body: "<html>", Status: 200}, {Delay: time.Hour},
		} {
			o.server.Fail(semaphoretest.Match{Times: 60}, fault)
			for _, text := range []string{"status 1", "stop 1", "logs 1", "history", "queue", "confirm-task 1", "watch website"} {
				before := len(o.messages()) - o.count("This takes long")
				o.say(carl, "!cd "+text)
				o.pass(16 * time.Second)
				require.Len(t, o.messages(), before+1+o.count("This takes long"), text)
				said := o.last().text
				assert.NotContains(t, said, "http", text)
				assert.NotContains(t, said, "/project", text)
			}
			o.pass(10 * time.Minute)
		}
	})
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 400 * time.Millisecond: "0 s", 59 * time.Second: "59 s", 90 * time.Second: "1 min 30 s",
		time.Hour: "1 h 0 min", 25*time.Hour + 59*time.Minute: "25 h 59 min",
	} {
		assert.Equal(t, want, span(d))
	}
	assert.Equal(t, look{"❔", "is curious"}, lookOf("cu\u202erious"))
	for status := range map[semaphore.TaskStatus]bool{
		"waiting": true, "starting": true, "running": true, "waiting_confirmation": true, "confirmed": true, "rejected": true,
		"stopping": true, "stopped": true, "success": true, "error": true,
	} {
		assert.NotEqual(t, "❔", lookOf(status).emoji, status)
	}
}
