package chatops

import (
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

func TestAWatchTellsOfTasksThatAreStartedElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		before := o.server.StartTask(o.check, nil, "before")
		o.pass(time.Minute)
		o.say(carl, "!cd watch website")
		assert.Equal(t, "Watching website as w1: success, error, stopped, started by user, schedule, integration. !cd unwatch w1 ends it.", o.last().text)
		o.pass(time.Minute)
		assert.Len(t, o.messages(), 1, "nothing of what was before, as task %d", before)

		byAdmin := o.server.StartTask(o.check, o.server.Admin(), "from the pages")
		o.pass(time.Second)
		assert.Equal(t, fmt.Sprintf("✅ website / check #%d has succeeded · took 0 s · started by somebody in Semaphore", byAdmin), o.last().text)
		assert.Len(t, o.messages(), 2)
		o.server.StartTask(o.deploy, nil, "by time")
		o.pass(10 * time.Second)
		assert.Contains(t, o.last().text, "website / deploy-prod")
		assert.Contains(t, o.last().text, "took 5 s · started by a schedule")
		o.pass(time.Hour)
		assert.Len(t, o.messages(), 3, "each once")

		o.say(carl, "!cd unwatch W1")
		assert.Equal(t, "website is not watched as w1 any more.", o.last().text)
		o.server.StartTask(o.check, nil, "")
		o.pass(time.Minute)
		assert.Len(t, o.messages(), 4)
		assert.Empty(t, records(t, o.store, "cursor/"), "nothing is left")
	})
}

func TestANoticeComesWithinASecond(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options []semaphoretest.Option
		blind   bool
		within  time.Duration
	}{
		"with hints":         {nil, false, time.Second},
		"with hints, 2.10":   {[]semaphoretest.Option{semaphoretest.WithGeneration(semaphoretest.Gen210)}, false, time.Second},
		"with hints, bolt":   {[]semaphoretest.Option{semaphoretest.WithDatabase(semaphoretest.Bolt)}, false, time.Second},
		"with hints, mysql":  {[]semaphoretest.Option{semaphoretest.WithDatabase(semaphoretest.MySQL)}, false, 2 * time.Second}, // whole seconds
		"without, by itself": {nil, true, 2500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t, withServer(c.options...), func(o *town) {
					if c.blind {
						o.config.Semaphore = blindClient(o)
					}
				})
				o.say(carl, "!cd watch all")
				worst := time.Duration(0)
				for i := range 20 {
					o.pass(time.Duration(i) * 617 * time.Millisecond)
					id := o.server.StartTask(o.deploy, nil, "")
					o.pass(time.Minute)
					task, _ := o.server.Task(id)
					require.Equal(t, "success", task.Status)
					worst = max(worst, o.find(fmt.Sprintf("#%d has succeeded", id)).at.Sub(task.End))
				}
				t.Logf("from the end of the task to the notice: %v at worst", worst)
				assert.Less(t, worst, c.within)
				assert.Len(t, o.messages(), 21)
			})
		})
	}
}

// TestEachNoticeComesOnce kills the engine at every commit and has the server away for a while: on databases that count
// task ids up, down, and tell time by the second.
func TestEachNoticeComesOnce(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]semaphoretest.Database{
		"PostgreSQL": semaphoretest.PostgreSQL, "MySQL": semaphoretest.MySQL, "Bolt": semaphoretest.Bolt,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var commits, crashes atomic.Int64
				broken := errors.New("the disk is gone")
				o := newTown(t, withServer(semaphoretest.WithDatabase(database)), func(o *town) {
					o.config.Store = storetest.Faulty(o.store, func(b storetest.Boundary) error {
						n := commits.Add(1)
						if n > 20 && (n%9 == 0 && b == storetest.BeforeCommit || n%11 == 0 && b == storetest.AfterCommit) {
							crashes.Add(1)
							return broken
						}
						return nil
					})
				})
				restart := func(away func()) {
					_ = o.stop()
					away()
					commits.Store(0) // A store that is broken when it begins is none to begin with.
					o.start()
				}
				o.say(carl, "!cd watch website --status success,error,stopped")
				o.server.SetScript(o.website.ID, o.check.ID, semaphoretest.Script{ExitCode: 1})
				var ids []int
				for i := range 20 {
					template := o.deploy
					if i%4 == 0 {
						template = o.check
					}
					ids = append(ids, o.server.StartTask(template, nil, ""))
					switch i % 10 {
					case 3:
						restart(func() {})
					case 5:
						restart(func() {
							for range 52 {
								ids = append(ids, o.server.StartTask(o.deploy, nil, ""))
							}
							time.Sleep(10 * time.Minute)
						})
					case 7:
						o.server.Fail(semaphoretest.Match{Times: 30}, semaphoretest.Fault{Status: 503})
						o.server.CutSockets()
					case 8:
						o.server.CutSockets()
					}
					o.pass(time.Duration(i) * 397 * time.Millisecond)
				}
				o.pass(time.Hour)
				for _, id := range ids {
					require.Equal(t, 1, o.count(fmt.Sprintf("#%d has ", id)), "task %d", id)
				}
				assert.Equal(t, len(ids), o.count(" · started by a schedule"))
				assert.Equal(t, 5, o.count("The whole log"), "below each failure")
				assert.Greater(t, crashes.Load(), int64(20))
			})
		})
	}
}

func TestWatchesAreFiltered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		other := o.server.AddProject("backend")
		build := o.server.AddTemplate(other, semaphoretest.Template{Name: "build", Script: semaphoretest.Script{ExitCode: 1}})
		o.say(carl, "!cd watch website check --status started --trigger schedule")
		o.say(carl, "!cd watch backend --status error")
		o.say(carl, `!cd watch website deploy-prod --status=started,success --trigger user`)
		o.say(bob, "!cd watch website/check --status error,stopped")
		o.say(carl, "!cd watch list")
		assert.Contains(t, o.last().text, "w1\twebsite / check\tstarted\tschedule\t00:00\tCARL")
		assert.Contains(t, o.last().text, "w4\twebsite / check\terror, stopped\tuser, schedule, integration\t00:00\tBOB")
		said := len(o.messages())
		told := func(template *semaphoretest.Template, by *semaphoretest.User) []string {
			o.server.StartTask(template, by, "")
			o.pass(time.Minute)
			all := o.texts(string(ops))[said:]
			said = len(o.messages())
			return all
		}
		assert.Empty(t, told(o.check, o.server.Admin()))
		assert.Len(t, told(o.check, nil), 1, "started, by a schedule")
		assert.Contains(t, o.last().text, "is running")
		assert.Empty(t, told(o.deploy, nil))
		assert.Len(t, told(o.deploy, o.server.Admin()), 2, "that it runs, then that it has ended")
		failed := told(build, nil)
		require.Len(t, failed, 2, "that it failed, and how its log ends")
		assert.Contains(t, failed[0], "❌ backend / build")
		assert.Contains(t, failed[1], "Failed to run task: exit status 1")

		o.say(carl, "!cd mute w2 --for 2h")
		assert.Equal(t, "w2 is silent until 02:05 UTC.", o.last().text[:len("w2 is silent until 02:05 UTC.")])
		said++
		assert.Empty(t, told(build, nil))
		o.pass(2 * time.Hour)
		assert.Len(t, told(build, nil), 2)
		o.say(carl, "!cd mute w2 --for 1h")
		o.say(carl, "!cd mute w2 --for 0s")
		assert.Equal(t, "w2 speaks again.", o.last().text)
	})
}

func TestWhoMayWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		secret := o.server.AddProject("payroll")
		pay := o.server.AddTemplate(secret, semaphoretest.Template{Name: "pay"})
		policy := o.engine.Policy()
		policy.Grants = []Grant{
			{Users: []UserID{ada}, Role: Admin},
			{Users: []UserID{carl}, Role: Runner, Scope: Scope{Projects: []string{"website"}}},
			{Users: []UserID{vera}, Role: Viewer, Scope: Scope{Projects: []string{"website"}}},
		}
		require.NoError(t, o.engine.SetPolicy(policy))
		o.say(vera, "!cd watch website")
		assert.Contains(t, o.last().text, "Watch in a direct message to me")
		o.direct(vera, "watch all")
		assert.Contains(t, o.lastTo(string(vera)).text, "Watching all projects as w1")
		o.say(carl, "!cd watch payroll")
		assert.Contains(t, o.last().text, `There is no template "payroll" here`)
		o.say(carl, "!cd watch all")
		o.say(ada, "!cd watch payroll")
		said := len(o.messages())
		o.server.StartTask(pay, nil, "")
		o.pass(time.Minute)
		assert.Len(t, o.messages(), said+1, "ada's watch, and not carl's")
		assert.Len(t, o.chat.in(string(vera)), 1, "vera is not told of what she may not see")
		o.server.StartTask(o.check, nil, "")
		o.pass(time.Minute)
		assert.Len(t, o.messages(), said+2)
		assert.Contains(t, o.lastTo(string(vera)).text, "website / check")

		o.say(carl, "!cd unwatch w3")
		assert.Contains(t, o.last().text, "takes the role admin")
		o.say(carl, "!cd mute w1")
		assert.Contains(t, o.last().text, `There is no watch "w1" here`)
		o.say(ada, "!cd unwatch w2")
		assert.Contains(t, o.last().text, "not watched as w2 any more")

		policy.Grants = policy.Grants[:2]
		require.NoError(t, o.engine.SetPolicy(policy))
		o.server.StartTask(o.check, nil, "")
		o.pass(time.Minute)
		assert.Len(t, o.chat.in(string(vera)), 2, "vera has lost her role")
	})
}

func TestAWatchThatMakesNoSense(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for text, want := range map[string]string{
			"watch websit":                  "website",
			"watch website --status succss": "Did you mean success?",
			"watch website --trigger cron":  "--trigger is some of user,schedule,integration,bot, not",
			"unwatch w7":                    "There is no watch",
			"unwatch":                       "watch",
			"mute w1 --for 1000h":           "31 days at most",
			"mute w1 --for never":           "for",
		} {
			o.say(ada, "!cd "+text)
			assert.Contains(t, o.last().text, want, text)
		}
		o.say(ada, "!cd watch website")
		o.say(bob, "!cd watch website")
		assert.Contains(t, o.last().text, "That is watched already: w1.")
		assert.Len(t, records(t, o.store, "watch/"), 1)
		for i := range maxWatches {
			statuses := []string{"started", "confirm", "success", "error", "stopped"}
			var some []string
			for j, s := range statuses {
				if (i+1)>>j&1 == 1 {
					some = append(some, s)
				}
			}
			triggers := []string{"user", "schedule", "bot"}[i/31%3]
			o.say(ada, "!cd watch website --status "+strings.Join(some, ",")+" --trigger "+triggers)
		}
		assert.LessOrEqual(t, len(records(t, o.store, "watch/")), maxWatches)
	})
}

// TestALongAbsence has more happen meanwhile than anybody reads.
func TestALongAbsence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(carl, "!cd watch website")
		require.Error(t, o.stop())
		for range 300 {
			o.server.StartTask(o.check, nil, "")
		}
		time.Sleep(24 * time.Hour)
		o.start()
		o.pass(time.Minute)
		assert.Equal(t, maxNotices, o.count("has succeeded"))
		assert.Equal(t, "… and 200 more notices of website. !cd history website lists the latest tasks.", o.last().text)
		o.pass(time.Hour)
		assert.Len(t, o.messages(), maxNotices+2)
	})
}

// TestAWatchBeginsAtItsPresent ends one watch of two and begins it again: what happened in between is not told.
func TestAWatchBeginsAtItsPresent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		other := o.server.AddProject("backend")
		build := o.server.AddTemplate(other, semaphoretest.Template{Name: "build"})
		o.say(carl, "!cd watch website")
		o.say(carl, "!cd watch backend")
		o.say(carl, "!cd unwatch w2")
		o.server.StartTask(build, nil, "")
		o.pass(time.Minute)
		o.say(carl, "!cd watch backend")
		o.pass(time.Hour)
		assert.Zero(t, o.count("backend / build"))
		running := o.server.StartTask(o.deploy, nil, "")
		o.pass(time.Second)
		o.say(carl, "!cd unwatch w1")
		o.say(carl, "!cd watch website")
		o.pass(time.Minute)
		assert.Equal(t, 1, o.count(fmt.Sprintf("#%d has succeeded", running)), "the end of what runs is yet to come")
	})
}

// TestACursor goes through what lists of tasks can look like.
func TestACursor(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	task := func(id int, status semaphore.TaskStatus, after time.Duration) semaphore.Task {
		made := semaphore.Task{ID: semaphore.TaskID(id), Status: status, Created: at.Add(after)}
		if status != semaphore.StatusWaiting {
			made.Start = made.Created
		}
		return made
	}
	told := func(all []happening) (told []string) {
		for _, h := range all {
			told = append(told, fmt.Sprintf("%d %s", h.task.ID, h.what))
		}
		return told
	}
	c := begin(1, []semaphore.Task{task(12, semaphore.StatusRunning, 2*time.Minute), task(11, semaphore.StatusSuccess, time.Minute)})
	assert.Empty(t, c.look([]semaphore.Task{task(12, semaphore.StatusRunning, 2*time.Minute), task(11, semaphore.StatusSuccess, time.Minute)}, nil))
	assert.Empty(t, c.look([]semaphore.Task{task(10, semaphore.StatusSuccess, 0)}, nil), "an old one that comes to sight is not new")
	assert.Equal(t, []string{"12 error"}, told(c.look([]semaphore.Task{task(12, semaphore.StatusError, 2*time.Minute)}, nil)))
	assert.Empty(t, c.look([]semaphore.Task{task(12, semaphore.StatusStopped, 2*time.Minute)}, nil), "what has ended has ended")
	assert.Equal(t, []string{"5 started", "5 success", "6 started"}, told(c.look([]semaphore.Task{
		task(6, semaphore.StatusRunning, 4*time.Minute), task(5, semaphore.StatusSuccess, 2*time.Minute),
	}, nil)), "ids say nothing about age, and one of the same second as the newest is new")
	assert.Equal(t, []string{"6 confirm"}, told(c.look([]semaphore.Task{task(6, semaphore.StatusWaitingConfirmation, 4*time.Minute)}, nil)))
	assert.Empty(t, c.look(nil, []semaphore.TaskID{6}), "one that was deleted is forgotten")
	assert.Empty(t, c.Open)
	assert.Equal(t, []string{"7 started", "7 stopped"}, told(c.look([]semaphore.Task{task(7, semaphore.StatusStopped, 5*time.Minute), {}}, nil)))
	for i := range 3 * maxKnown {
		c.look([]semaphore.Task{task(100+i, semaphore.StatusWaiting, time.Hour+time.Duration(i)*time.Second)}, nil)
	}
	assert.Len(t, c.Known, maxKnown)
	assert.Len(t, c.Open, maxOpen)
	assert.Empty(t, c.look([]semaphore.Task{task(101, semaphore.StatusSuccess, time.Hour+time.Second)}, nil), "nor is one that was forgotten")
}

// TestNamesThatNobodyHas are longer than any store takes, and than anything should be that is kept.
func TestNamesThatNobodyHas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		long := strings.Repeat("ü", 5000)
		for says, out := range map[string]string{
			"unwatch " + long: "There is no watch ", "mute " + long: "There is no watch ", "cancel " + long: "There is no request ",
			"approve " + long: "There is no request ", "aliases rm " + long: "There is no alias ",
		} {
			o.say(ada, "!cd "+says)
			assert.Contains(t, o.last().text, out)
		}
		in := o.event(carl, "!cd watch website")
		in.FromName = strings.Repeat("\u202ex", 100_000)
		o.handle(in)
		for _, data := range records(t, o.store, "watch/") {
			assert.Less(t, len(data), 2000)
		}
	})
}

// TestManyOpenTasksOnASlowServer has more tasks that have not ended than a list shows, and a server that takes its time.
func TestManyOpenTasksOnASlowServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(carl, "!cd watch website --status stopped")
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Hold: 24 * time.Hour})
		first := o.server.StartTask(o.deploy, nil, "")
		for range 3 * pageOfTasks {
			o.server.StartTask(o.deploy, nil, "")
		}
		o.pass(time.Minute)
		o.server.Fail(semaphoretest.Match{Method: "GET", Times: -1}, semaphoretest.Fault{Delay: 300 * time.Millisecond})
		stopper := o.client()
		require.NoError(t, stopper.StopTask(t.Context(), semaphore.ProjectID(o.website.ID), semaphore.TaskID(first), true))
		o.pass(time.Minute)
		assert.Equal(t, 1, o.count(fmt.Sprintf("#%d was stopped", first)))
	})
}
