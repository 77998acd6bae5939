package semaphore_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
)

// One task at a time: a server of 2.10 starts one in five seconds, and stops working for good when one is started
// while another writes much.
func TestRealTasks(t *testing.T) {
	ctx, y := newRealYard(t)
	for name, test := range map[string]func(context.Context, *testing.T, *realYard){
		"success": realSuccess, "failure": realFailure, "stop": realStop, "force": realForce, "lines": realLines,
		"polling": realPolling, "survey": realSurvey, "mark": realMark, "confirm": realConfirm, "reject": realReject,
	} {
		t.Run(name, func(t *testing.T) { test(ctx, t, y) })
	}
}

func realSuccess(ctx context.Context, t *testing.T, y *realYard) {
	task := y.start(ctx, t, y.template(ctx, t, "success.sh"))
	var seen []semaphore.TaskStatus
	result, err := y.client.Wait(ctx, y.id, task, semaphore.WaitRequest{
		Timeout: time.Minute, OnStatus: func(task semaphore.Task) { seen = append(seen, task.Status) },
	})
	require.NoError(t, err)
	assert.Equal(t, semaphore.OutcomeSuccess, result.Outcome)
	assert.Equal(t, semaphore.StatusSuccess, result.Task.Status)
	assert.Equal(t, t.Name(), result.Task.Message)
	assert.False(t, result.Task.End.Before(result.Task.Start))
	assert.Contains(t, seen, semaphore.StatusRunning)
	inOrder(t, y.follow(ctx, t, task), "first", "second", "last")
	require.ErrorIs(t, y.client.StopTask(ctx, y.id, task, false), semaphore.ErrTaskEnded)
	listed, err := y.client.Tasks(ctx, y.id, semaphore.TasksRequest{Limit: 1})
	require.NoError(t, err)
	require.Len(t, listed.Tasks, 1)
	assert.Equal(t, task, listed.Tasks[0].ID)
	assert.Equal(t, t.Name(), listed.Tasks[0].TemplateName)
	require.NoError(t, y.client.DeleteTask(ctx, y.id, task))
	_, err = y.client.Task(ctx, y.id, task)
	require.ErrorIs(t, err, semaphore.ErrNotFound)
}

func realFailure(ctx context.Context, t *testing.T, y *realYard) {
	task := y.start(ctx, t, y.template(ctx, t, "failure.sh"))
	log := y.follow(ctx, t, task)
	inOrder(t, log, "about to fail")
	assert.Contains(t, strings.Join(log, "\n"), "exit status 3")
	result := y.wait(ctx, t, task)
	assert.Equal(t, semaphore.OutcomeFailure, result.Outcome)
	assert.Equal(t, semaphore.StatusError, result.Task.Status)
}

// A stop that comes before the script has begun is lost on servers of 2.10, and the script runs.
func realStop(ctx context.Context, t *testing.T, y *realYard) {
	task := y.start(ctx, t, y.template(ctx, t, "sleep.sh"))
	y.awaitLine(ctx, t, task, "asleep")
	require.NoError(t, y.client.StopTask(ctx, y.id, task, false))
	result := y.wait(ctx, t, task)
	assert.Equal(t, semaphore.OutcomeStopped, result.Outcome)
	if !y.modern {
		assert.Equal(t, semaphore.StatusError, result.Task.Status)
	}
	t.Logf("the server calls it %s", result.Task.Status)
	inOrder(t, y.follow(ctx, t, task), "asleep")
}

func realForce(ctx context.Context, t *testing.T, y *realYard) {
	task := y.start(ctx, t, y.template(ctx, t, "sleep.sh"))
	y.awaitLine(ctx, t, task, "asleep")
	require.NoError(t, y.client.StopTask(ctx, y.id, task, true))
	result := y.wait(ctx, t, task)
	assert.Equal(t, semaphore.OutcomeStopped, result.Outcome)
	assert.Equal(t, semaphore.StatusStopped, result.Task.Status)
}

// A server of 2.10 loses the end of a log that is written fast before it stores or sends it. What it keeps must come.
func realLines(ctx context.Context, t *testing.T, y *realYard) {
	task := y.start(ctx, t, y.template(ctx, t, "lines.sh"))
	log := y.follow(ctx, t, task)
	count := 0
	for _, text := range log {
		if number, ok := strings.CutPrefix(text, "line "); ok && strings.HasSuffix(number, " of twenty thousand lines") {
			count++
			require.Equal(t, strconv.Itoa(count)+" of twenty thousand lines", number)
		}
	}
	t.Logf("the server kept %d of 20,000 lines", count)
	if y.modern {
		assert.Equal(t, 20_000, count)
	}
	assert.Greater(t, count, 10_000)
	assert.Equal(t, semaphore.OutcomeSuccess, y.wait(ctx, t, task).Outcome)
}

func realPolling(ctx context.Context, t *testing.T, y *realYard) {
	task := y.start(ctx, t, y.template(ctx, t, "slow.sh"))
	log := y.followWith(ctx, t, realClient(t, semaphore.WithoutWebSocket()), task)
	inOrder(t, log, "step 1", "step 30", "step 60")
}

func realSurvey(ctx context.Context, t *testing.T, y *realYard) {
	environment, err := y.client.CreateEnvironment(ctx, y.id, semaphore.Environment{
		Name: t.Name(), Variables: semaphore.Variables{"signal": "caution", "speed": "slow"},
	})
	require.NoError(t, err)
	template := y.template(ctx, t, "success.sh",
		semaphore.SurveyVar{Name: "signal", Title: "Signal", Type: semaphore.SurveyEnum, Required: true, Values: []semaphore.SurveyValue{
			{Name: "Clear", Value: "clear"}, {Name: "Danger", Value: "danger"},
		}},
		semaphore.SurveyVar{Name: "driver", Title: "Driver", Required: true},
		semaphore.SurveyVar{Name: "cars", Title: "Cars", Type: semaphore.SurveyInt})
	request := semaphore.StartTaskRequest{
		TemplateID: template, Variables: semaphore.Variables{"signal": "green", "cars": "few"},
	}
	_, err = y.client.StartTask(ctx, y.id, request)
	require.ErrorIs(t, err, semaphore.ErrInvalid)
	require.True(t, semaphore.NotSent(err))
	request.Variables = semaphore.Variables{"signal": "danger", "driver": "Ann Lee", "cars": 7}
	_, err = y.client.StartTask(ctx, y.id, request)
	if err != nil { // servers up to 2.17
		require.ErrorContains(t, err, "the template has no environment")
	}
	_, err = y.client.UpdateTemplate(ctx, y.id, template, func(t *semaphore.Template) {
		t.EnvironmentIDs = []semaphore.EnvironmentID{environment.ID}
	})
	require.NoError(t, err)
	task, err := y.client.StartTask(ctx, y.id, request)
	require.NoError(t, err)
	log := y.follow(ctx, t, task.ID)
	inOrder(t, log, "first", "argument driver=Ann Lee", "last")
	inOrder(t, log, "first", "argument speed=slow", "last")
	inOrder(t, log, "first", map[bool]string{false: "argument signal=caution", true: "argument signal=danger"}[y.modern], "last")
	assert.Contains(t, strings.Join(log, "\n"), "argument cars=")
	assert.Equal(t, "danger", y.wait(ctx, t, task.ID).Task.Variables["signal"])
}

func realMark(ctx context.Context, t *testing.T, y *realYard) {
	request := semaphore.StartTaskRequest{
		TemplateID: y.template(ctx, t, "success.sh"), Message: "once", Mark: "m" + strconv.FormatInt(time.Now().UnixNano(), 36),
	}
	task, err := y.client.StartTask(ctx, y.id, request)
	require.NoError(t, err)
	again, err := y.client.StartTask(ctx, y.id, request)
	require.NoError(t, err)
	assert.Equal(t, task.ID, again.ID)
	require.NoError(t, y.client.StopTask(ctx, y.id, task.ID, false))
	result := y.wait(ctx, t, task.ID)
	assert.Equal(t, semaphore.OutcomeStopped, result.Outcome)
	assert.Equal(t, semaphore.StatusStopped, result.Task.Status)
}

// confirmable starts a task and waits until the server wants a confirmation; without Terraform on the server the test
// is skipped.
func (y *realYard) confirmable(ctx context.Context, t *testing.T) semaphore.TaskID {
	t.Helper()
	workspace, err := y.client.CreateInventory(ctx, y.id, semaphore.Inventory{
		Name: t.Name(), Inventory: "default", Type: semaphore.InventoryTerraformWorkspace, KeyID: y.key,
	})
	require.NoError(t, err)
	template, err := y.client.CreateTemplate(ctx, y.id, semaphore.Template{
		Name: t.Name(), App: semaphore.AppTerraform, RepositoryID: y.repository, InventoryID: workspace.ID,
	})
	require.NoError(t, err)
	task := y.start(ctx, t, template.ID)
	if status := y.until(ctx, t, task, semaphore.StatusWaitingConfirmation); status != semaphore.StatusWaitingConfirmation {
		log := strings.Join(y.follow(ctx, t, task), "\n")
		if strings.Contains(log, "executable file not found") {
			t.Skip("the server has no Terraform")
		}
		require.Fail(t, "the task did not wait for a confirmation", "it is %s: %s", status, log)
	}
	return task
}

func realConfirm(ctx context.Context, t *testing.T, y *realYard) {
	task := y.confirmable(ctx, t)
	require.NoError(t, y.client.ConfirmTask(ctx, y.id, task))
	log := strings.Join(y.follow(ctx, t, task), "\n")
	assert.Contains(t, log, "Apply complete!")
	assert.Equal(t, semaphore.OutcomeSuccess, y.wait(ctx, t, task).Outcome)
	require.ErrorIs(t, y.client.ConfirmTask(ctx, y.id, task), semaphore.ErrNotFound)
}

func realReject(ctx context.Context, t *testing.T, y *realYard) {
	task := y.confirmable(ctx, t)
	err := y.client.RejectTask(ctx, y.id, task)
	if y.modern {
		require.NoError(t, err)
		assert.Equal(t, semaphore.OutcomeFailure, y.wait(ctx, t, task).Outcome)
	} else {
		require.ErrorIs(t, err, semaphore.ErrUnsupported)
		require.NoError(t, y.client.StopTask(ctx, y.id, task, false))
		assert.Equal(t, semaphore.OutcomeStopped, y.wait(ctx, t, task).Outcome)
	}
	assert.NotContains(t, strings.Join(y.follow(ctx, t, task), "\n"), "Apply complete!")
}
