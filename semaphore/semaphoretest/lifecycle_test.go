package semaphoretest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

const sec = time.Second

func TestQueueOf210TakesOneTaskEveryFiveSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Hold: time.Minute}, gen210)
		other := s.AddTemplate(s.project, semaphoretest.Template{Name: "other"})
		time.Sleep(sec)
		first, blocked := s.start(0), s.start(0)
		free := s.StartTask(other, nil, "")
		time.Sleep(3900 * time.Millisecond) // 4.9 s
		s.is(t, semaphoretest.StatusWaiting, first)
		time.Sleep(200 * time.Millisecond) // 5.1 s
		s.is(t, semaphoretest.StatusRunning, first)
		time.Sleep(5 * sec) // 10.1 s: the second of the same template goes to the back
		s.is(t, semaphoretest.StatusWaiting, free)
		time.Sleep(5 * sec) // 15.1 s
		s.is(t, semaphoretest.StatusSuccess, free)
		s.is(t, semaphoretest.StatusWaiting, blocked)
		time.Sleep(time.Minute)
		s.is(t, semaphoretest.StatusSuccess, first)
		s.is(t, semaphoretest.StatusRunning, blocked)
	})
}

func TestQueueOf216TakesOneTaskEachSecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Hold: time.Minute}, gen216)
		parallel := s.AddTemplate(s.project, semaphoretest.Template{
			Name: "parallel", Fields: object{"allow_parallel_tasks": true}, Script: semaphoretest.Script{Hold: time.Minute},
		})
		first, blocked := s.start(0), s.start(0)
		var free []int
		for range 2 {
			free = append(free, s.StartTask(parallel, nil, ""))
		}
		time.Sleep(500 * time.Millisecond)
		s.is(t, semaphoretest.StatusRunning, first)
		s.is(t, semaphoretest.StatusWaiting, free[0])
		time.Sleep(4 * sec)
		s.is(t, semaphoretest.StatusRunning, free[0])
		s.is(t, semaphoretest.StatusRunning, free[1])
		s.is(t, semaphoretest.StatusWaiting, blocked)
	})
}

func TestStop(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		gen   semaphoretest.Option
		wait  time.Duration
		force string
		then  string
		final string
	}{
		{"2.10 takes a stop for a failure", gen210, 7 * sec, `{}`, semaphoretest.StatusStopping, semaphoretest.StatusError},
		{"2.10 by force", gen210, 7 * sec, `{"force":true}`, semaphoretest.StatusStopped, semaphoretest.StatusStopped},
		{"2.10 while it waits", gen210, sec, `{}`, semaphoretest.StatusStopping, semaphoretest.StatusStopped},
		{"2.16", gen216, 7 * sec, `{}`, semaphoretest.StatusStopping, semaphoretest.StatusStopped},
		{"2.16 by force", gen216, 7 * sec, `{"force":true}`, semaphoretest.StatusStopped, semaphoretest.StatusStopped},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShop(t, semaphoretest.Script{Lines: 60, Rate: 1, Linger: sec}, c.gen)
				task := s.start(c.wait)
				s.admin.ask(http.StatusNoContent, "POST", "/project/1/tasks/"+id(task)+"/stop", c.force)
				s.is(t, c.then, task)
				time.Sleep(6 * sec)
				s.is(t, c.final, task)
				got, _ := s.Task(task)
				assert.False(t, got.End.IsZero())
				assert.Less(t, got.Lines, 60)
			})
		})
	}
}

func TestStopOfATaskThatHasSucceededRewritesIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{}, gen210)
		task := s.start(10 * sec)
		s.is(t, semaphoretest.StatusSuccess, task)
		s.admin.ask(http.StatusBadRequest, "POST", "/project/1/tasks/"+id(task)+"/stop", "")
		s.admin.ask(http.StatusNoContent, "POST", "/project/1/tasks/"+id(task)+"/stop", "{}")
		s.is(t, semaphoretest.StatusStopped, task)
		s.admin.ask(http.StatusBadRequest, "POST", "/project/1/tasks/"+id(task)+"/confirm", "{}")
	})
}

func TestConfirmation(t *testing.T) {
	t.Parallel()
	plan := semaphoretest.Script{Lines: 2, Confirm: &semaphoretest.Script{Lines: 3}}
	for _, c := range []struct {
		name   string
		gen    semaphoretest.Option
		answer string
		body   string
		final  string
		lines  int // after the answer
	}{
		{"yes", gen210, "confirm", "{}", semaphoretest.StatusSuccess, 3},
		{"yes on 2.16", gen216, "confirm", "{}", semaphoretest.StatusSuccess, 3},
		{"no", gen216, "reject", "{}", semaphoretest.StatusError, 0},
		{"a stop hangs on 2.10", gen210, "stop", "{}", semaphoretest.StatusStopping, 0},
		{"a stop", gen216, "stop", "{}", semaphoretest.StatusStopped, 0},
		{"a stop by force", gen210, "stop", `{"force":true}`, semaphoretest.StatusStopped, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShop(t, plan, c.gen)
				task := s.start(20 * sec)
				s.is(t, semaphoretest.StatusWaitingConfirmation, task)
				before, _ := s.Task(task)
				s.admin.ask(http.StatusNoContent, "POST", "/project/1/tasks/"+id(task)+"/"+c.answer, c.body)
				time.Sleep(time.Minute)
				s.is(t, c.final, task)
				after, _ := s.Task(task)
				assert.Equal(t, c.lines, after.Lines-before.Lines)
			})
		})
	}
}

func TestRestartLeavesOrphans(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Lines: 60, Rate: 1}, gen210)
		running, waiting := s.start(0), s.start(8*sec)
		conn := dial(t, s.Server, s.Admin())
		s.Restart()
		assert.Equal(t, -1, int(closeStatus(t, conn)), "nothing is said")
		time.Sleep(time.Hour)
		s.is(t, semaphoretest.StatusRunning, running)
		s.is(t, semaphoretest.StatusWaiting, waiting)
		got, _ := s.Task(running)
		assert.True(t, got.Orphan)
		assert.Less(t, got.Lines, 20)
		s.admin.ask(http.StatusNoContent, "POST", "/project/1/tasks/"+id(running)+"/stop", "{}")
		s.is(t, semaphoretest.StatusStopped, running)
		assert.Nil(t, s.admin.get("/project/1/tasks/" + id(running))["end"])
		fresh := s.start(10 * sec)
		s.is(t, semaphoretest.StatusRunning, fresh)
	})
}

func TestBuildStartsItsDeployment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{})
		build := s.AddTemplate(s.project, semaphoretest.Template{Name: "build", Fields: object{"type": "build", "start_version": "1.0.9"}})
		deploy := s.AddTemplate(s.project, semaphoretest.Template{
			Name: "live", Fields: object{"type": "deploy", "build_template_id": build.ID, "autorun": true},
		})
		s.StartTask(build, nil, "")
		time.Sleep(5 * sec)
		s.StartTask(build, nil, "")
		time.Sleep(5 * sec)
		rows := s.admin.list("/project/1/tasks")
		require.Len(t, rows, 4)
		assert.EqualValues(t, deploy.ID, rows[0]["template_id"])
		assert.Equal(t, "1.0.10", rows[0]["build_task"].(object)["version"])
		assert.Equal(t, "1.0.9", rows[3]["version"])
	})
}

func TestFailedPreparation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{CloneFails: true}, gen210)
		task := s.start(10 * sec)
		s.is(t, semaphoretest.StatusError, task)
		assert.Contains(t, s.admin.output(task), "Failed updating repository: exit status 128")

		s.admin.ask(http.StatusInternalServerError, "POST", "/project/1/tasks", `{"template_id":1,"environment":"no JSON"}`)
		all := s.Tasks()
		assert.Equal(t, semaphoretest.StatusError, all[len(all)-1].Status, "the failed start left a task")
	})
}
