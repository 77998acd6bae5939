package semaphore_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// started answers GET with a template and keeps the body of a POST.
func started(body *map[string]any, template string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		template := template
		if r.Method == http.MethodPost {
			data, _ := io.ReadAll(r.Body)
			*body = nil
			_ = json.Unmarshal(data, body)
			answer(201, "application/json", `{"id":7,"status":"waiting"}`)(w, r)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/tasks/last") {
			template = "[]"
		}
		answer(200, "application/json", template)(w, r)
	}
}

func TestStartParametersGoWhereServersReadThem(t *testing.T) {
	t.Parallel()
	var body map[string]any
	c := answering(t, started(&body, `{"id":3,"app":"ansible","allow_override_args_in_task":true,"survey_vars":[
		{"name":"target","type":"enum","required":true,"values":[{"name":"A","value":"a"}]},
		{"name":"count","type":"int","default_value":"3"},
		{"name":"password","type":"secret","required":true}]}`))
	task, err := c.StartTask(t.Context(), 1, semaphore.StartTaskRequest{
		TemplateID: 3, Message: "hello", Mark: "release-1.4", Variables: semaphore.Variables{"target": "a"},
		SecretVariables: map[string]semaphore.Secret{"password": semaphore.NewSecret("hunter2")},
		Arguments:       semaphore.Arguments{"--foo", "bar baz"}, Limit: []string{"web", "db"}, Tags: []string{"t"}, DryRun: true,
		Params: map[string]any{"debug_level": 3},
	})
	require.NoError(t, err)
	assert.Equal(t, semaphore.TaskID(7), task.ID)
	assert.Equal(t, map[string]any{
		"template_id": 3.0, "message": "hello [release-1.4]", "environment": `{"count":3,"target":"a"}`,
		"secret": `{"password":"hunter2"}`, "arguments": `["--foo","bar baz"]`, "limit": "web,db", "dry_run": true,
		"params": map[string]any{"limit": []any{"web", "db"}, "tags": []any{"t"}, "dry_run": true, "debug_level": 3.0},
	}, body)
}

func TestStartRefusesWhatTheTemplateDoesNotAllow(t *testing.T) {
	t.Parallel()
	var body map[string]any
	c := answering(t, started(&body, `{"id":3,"app":"bash","survey_vars":[
		{"name":"target","type":"enum","required":true,"values":[{"name":"A","value":"a"},{"name":"B","value":"b"}]},
		{"name":"count","type":"int"},{"name":"who","required":true}]}`))
	_, err := c.StartTask(t.Context(), 1, semaphore.StartTaskRequest{
		TemplateID: 3, Variables: semaphore.Variables{"target": "c", "count": "many"},
		Arguments: semaphore.Arguments{"x"}, Limit: []string{"web"}, Destroy: true,
	})
	require.ErrorIs(t, err, semaphore.ErrInvalid)
	assert.True(t, semaphore.NotSent(err))
	assert.Nil(t, body, "nothing was started")
	for _, problem := range []string{
		`target cannot be "c"; it can be "a", "b"`, `count must be an integer, not "many"`, "who is required",
		"Arguments are not allowed by the template", "Limit is for Ansible", "are for Terraform",
	} {
		assert.Contains(t, err.Error(), problem)
	}
	problem, ok := errors.AsType[*semaphore.ArgumentError](err)
	require.True(t, ok)
	assert.NotEmpty(t, problem.Name)
}

func TestStartOfAnUnknownTemplate(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	_, err := y.client.StartTask(t.Context(), y.id, semaphore.StartTaskRequest{TemplateID: 999})
	require.ErrorIs(t, err, semaphore.ErrNotFound)
	_, err = y.client.StartTask(t.Context(), y.id, semaphore.StartTaskRequest{})
	require.ErrorIs(t, err, semaphore.ErrInvalid)
	_, err = y.client.StartTask(t.Context(), y.id, semaphore.StartTaskRequest{TemplateID: 1, Mark: "short"})
	require.ErrorIs(t, err, semaphore.ErrInvalid)
}

func TestStartInDoubtFindsItsTask(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]semaphoretest.Fault{
		"connection cut": {CutAfter: true}, "answer cut": {CutBody: true}, "broken answer": {Malformed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t)
				template := y.template("once", semaphoretest.Script{})
				y.Fail(semaphoretest.Match{Method: "POST", Path: "/project/*/tasks"}, fault)
				req := semaphore.StartTaskRequest{TemplateID: template, Mark: "just-once"}
				task, err := y.client.StartTask(t.Context(), y.id, req)
				require.NoError(t, err)
				again, err := y.client.StartTask(t.Context(), y.id, req)
				require.NoError(t, err)
				assert.Equal(t, task.ID, again.ID)
				assert.Len(t, y.Tasks(), 1)
			})
		})
	}
}

func TestStartIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		template := y.template("once", semaphoretest.Script{})
		y.Fail(semaphoretest.Match{Method: "POST", Path: "/project/*/tasks", Times: -1}, semaphoretest.Fault{CutAfter: true})
		_, err := y.client.StartTask(t.Context(), y.id, semaphore.StartTaskRequest{TemplateID: template})
		require.Error(t, err)
		assert.False(t, semaphore.NotSent(err))
		assert.Len(t, y.Tasks(), 1)
	})
}

func TestStartThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		template := y.template("once", semaphoretest.Script{})
		y.Fail(semaphoretest.Match{Method: "POST", Path: "/project/*/tasks"}, semaphoretest.Fault{Delay: time.Hour})
		begin := time.Now()
		_, err := y.client.StartTask(t.Context(), y.id, semaphore.StartTaskRequest{TemplateID: template})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 30*time.Second, time.Since(begin))
	})
}

func TestStopGracefullyEndsInStopped(t *testing.T) {
	t.Parallel()
	for _, generation := range []semaphoretest.Generation{semaphoretest.Gen210, semaphoretest.Gen216} {
		synctest.Test(t, func(t *testing.T) {
			y := newYard(t, semaphoretest.WithGeneration(generation))
			id := y.start(t, y.template("long", semaphoretest.Script{Lines: 1, Hold: time.Hour}))
			var seen []semaphore.TaskStatus
			go func() {
				time.Sleep(20 * time.Second)
				assert.NoError(t, y.client.StopTask(t.Context(), y.id, id, false))
			}()
			result, err := y.client.Wait(t.Context(), y.id, id, semaphore.WaitRequest{OnStatus: func(task semaphore.Task) {
				seen = append(seen, task.Status)
			}})
			require.NoError(t, err)
			assert.Equal(t, semaphore.OutcomeStopped, result.Outcome)
			if generation == semaphoretest.Gen210 {
				assert.Equal(t, semaphore.StatusError, result.Task.Status, "the server calls it an error")
			}
			assert.Contains(t, seen, semaphore.StatusRunning)
			assert.False(t, result.Task.End.IsZero())
			require.ErrorIs(t, y.client.StopTask(t.Context(), y.id, id, true), semaphore.ErrTaskEnded)
			task, err := y.client.Task(t.Context(), y.id, id)
			require.NoError(t, err)
			assert.Equal(t, result.Task.Status, task.Status, "the status was not overwritten")
		})
	}
}

func TestWaitForSuccessAndFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		good := y.start(t, y.template("good", semaphoretest.Script{Lines: 3, Hold: time.Minute}))
		bad := y.start(t, y.template("bad", semaphoretest.Script{ExitCode: 3}))
		result, err := y.client.Wait(t.Context(), y.id, good, semaphore.WaitRequest{})
		require.NoError(t, err)
		assert.Equal(t, semaphore.OutcomeSuccess, result.Outcome)
		result, err = y.client.Wait(t.Context(), y.id, bad, semaphore.WaitRequest{})
		require.NoError(t, err)
		assert.Equal(t, semaphore.OutcomeFailure, result.Outcome)
		_, err = y.client.Wait(t.Context(), y.id, 4711, semaphore.WaitRequest{})
		require.ErrorIs(t, err, semaphore.ErrNotFound)
	})
}

func TestWaitHasItsOwnDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		id := y.start(t, y.template("long", semaphoretest.Script{Hold: 24 * time.Hour}))
		time.Sleep(10 * time.Second)
		y.Restart()
		begin := time.Now()
		result, err := y.client.Wait(t.Context(), y.id, id, semaphore.WaitRequest{Timeout: 10 * time.Minute})
		require.ErrorIs(t, err, semaphore.ErrWaitTimeout)
		assert.Contains(t, err.Error(), `its status is "running"`)
		assert.Equal(t, semaphore.StatusRunning, result.Task.Status)
		assert.Equal(t, 10*time.Minute, time.Since(begin))
	})
}

func TestConfirmation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		plan := semaphoretest.Script{Lines: 2, Confirm: &semaphoretest.Script{Lines: 2}}
		confirm := func(decide func(semaphore.TaskID) error) semaphore.Result {
			id := y.start(t, y.template("plan", plan))
			result, err := y.client.Wait(t.Context(), y.id, id, semaphore.WaitRequest{OnStatus: func(task semaphore.Task) {
				if task.Status == semaphore.StatusWaitingConfirmation {
					assert.NoError(t, decide(id))
				}
			}})
			require.NoError(t, err)
			return result
		}
		yes := confirm(func(id semaphore.TaskID) error { return y.client.ConfirmTask(t.Context(), y.id, id) })
		assert.Equal(t, semaphore.OutcomeSuccess, yes.Outcome)
		no := confirm(func(id semaphore.TaskID) error { return y.client.RejectTask(t.Context(), y.id, id) })
		assert.NotEqual(t, semaphore.OutcomeSuccess, no.Outcome)
		stopped := confirm(func(id semaphore.TaskID) error { return y.client.StopTask(t.Context(), y.id, id, false) })
		assert.Equal(t, semaphore.OutcomeStopped, stopped.Outcome)
	})
}

func TestAllTasks(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]semaphoretest.Option{
		"pages": nil, "no pages": {semaphoretest.WithGeneration(semaphoretest.Gen210), semaphoretest.WithDatabase(semaphoretest.Bolt)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t, options...)
				tpl := y.AddTemplate(y.project, semaphoretest.Template{Name: "often"})
				for range 450 {
					y.StartTask(tpl, nil, strings.Repeat("x", 3))
					time.Sleep(time.Second)
				}
				seen := map[semaphore.TaskID]bool{}
				var last time.Time
				for task, err := range y.client.AllTasks(t.Context(), y.id, semaphore.TasksRequest{}) {
					require.NoError(t, err)
					assert.False(t, seen[task.ID])
					assert.True(t, last.IsZero() || task.Created.Before(last), "newest first")
					seen[task.ID], last = true, task.Created
				}
				assert.Len(t, seen, 450)
			})
		})
	}
}

func TestVariablesNeedATemplateWithAnEnvironment(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, y *yard) {
		bare := semaphore.TemplateID(y.AddTemplate(y.project, semaphoretest.Template{
			Name: "bare", Fields: map[string]any{"environment_id": nil},
		}).ID)
		_, err := y.client.StartTask(t.Context(), y.id, semaphore.StartTaskRequest{
			TemplateID: bare, Variables: semaphore.Variables{"signal": "clear"},
		})
		require.ErrorContains(t, err, "the template has no environment for variables")
		_, err = y.client.StartTask(t.Context(), y.id, semaphore.StartTaskRequest{TemplateID: bare})
		require.NoError(t, err)
	})
}
