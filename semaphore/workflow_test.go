package semaphore_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// line makes a workflow whose nodes follow each other.
func (y *yard) line(t *testing.T, nodes ...semaphore.WorkflowNode) semaphore.Workflow {
	t.Helper()
	w := semaphore.Workflow{Name: "release", Nodes: nodes}
	for i := range w.Nodes {
		w.Nodes[i].ID = semaphore.WorkflowNodeID(i + 1)
		if i > 0 {
			w.Edges = append(w.Edges, semaphore.WorkflowEdge{
				From: semaphore.WorkflowNodeID(i), To: semaphore.WorkflowNodeID(i + 1), Condition: semaphore.OnSuccess,
			})
		}
	}
	out, err := y.client.CreateWorkflow(t.Context(), y.id, w)
	require.NoError(t, err)
	return out
}

// status is where a run is.
func (y *yard) status(t *testing.T, run semaphore.WorkflowRun) semaphore.WorkflowStatus {
	t.Helper()
	details, err := y.client.WorkflowRun(t.Context(), y.id, run.WorkflowID, run.ID)
	require.NoError(t, err)
	return details.Run.Status
}

func TestWorkflow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		c, ctx := y.client, t.Context()
		build := y.template("build", semaphoretest.Script{Hold: time.Minute})
		deploy := y.template("deploy", semaphoretest.Script{Hold: time.Minute})
		w := y.line(t,
			semaphore.WorkflowNode{TemplateID: build},
			semaphore.WorkflowNode{Kind: semaphore.NodeDelay, DelaySeconds: 600},
			semaphore.WorkflowNode{Kind: semaphore.NodeApproval, ApprovalMessage: "live?"},
			semaphore.WorkflowNode{Kind: semaphore.NodeTask, TemplateID: deploy, TaskParams: &semaphore.TaskParams{Message: "by workflow"}},
		)
		run, err := c.RunWorkflow(ctx, y.id, w.ID)
		require.NoError(t, err)
		assert.Equal(t, semaphore.WorkflowRunning, run.Status)
		time.Sleep(10 * time.Minute)
		assert.Equal(t, semaphore.WorkflowRunning, y.status(t, run), "it rests")
		time.Sleep(2 * time.Minute)
		assert.Equal(t, semaphore.WorkflowInApproval, y.status(t, run))
		asked, err := c.WorkflowApprovals(ctx, y.id, w.ID, run.ID)
		require.NoError(t, err)
		require.Len(t, asked, 1)
		answer, err := c.ResolveApproval(ctx, y.id, w.ID, run.ID, asked[0].NodeID, true)
		require.NoError(t, err)
		assert.Equal(t, semaphore.ApprovalApproved, answer.Status)
		_, err = c.ResolveApproval(ctx, y.id, w.ID, run.ID, asked[0].NodeID, true)
		require.ErrorIs(t, err, semaphore.ErrInvalid)
		_, err = c.ResolveApproval(ctx, y.id, w.ID, run.ID, w.Nodes[0].ID, true)
		require.ErrorIs(t, err, semaphore.ErrNotFound)
		time.Sleep(2 * time.Minute)
		details, err := c.WorkflowRun(ctx, y.id, w.ID, run.ID)
		require.NoError(t, err)
		assert.Equal(t, semaphore.WorkflowSuccess, details.Run.Status)
		assert.True(t, details.Run.Status.Ended())
		last := details.Nodes[3].Task
		assert.Equal(t, "by workflow", last.Message)
		assert.Equal(t, run.ID, last.WorkflowRunID)
		assert.Equal(t, w.Nodes[3].ID, last.WorkflowNodeID)
		runs, err := c.WorkflowRuns(ctx, y.id, w.ID)
		require.NoError(t, err)
		assert.Equal(t, []semaphore.WorkflowRun{details.Run}, runs)
		artifacts, err := c.WorkflowArtifacts(ctx, y.id, w.ID, run.ID)
		require.NoError(t, err)
		assert.Empty(t, artifacts)
	})
}

func TestWorkflowBranches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		c, ctx := y.client, t.Context()
		bad := y.template("bad", semaphoretest.Script{ExitCode: 1})
		good := y.template("good", semaphoretest.Script{})
		node := func(id semaphore.WorkflowNodeID, template semaphore.TemplateID, convergence string) semaphore.WorkflowNode {
			return semaphore.WorkflowNode{ID: id, TemplateID: template, Convergence: convergence}
		}
		w, err := c.CreateWorkflow(ctx, y.id, semaphore.Workflow{
			Name: "fork",
			Nodes: []semaphore.WorkflowNode{
				node(1, bad, ""), node(2, good, ""), node(3, good, ""), node(4, good, semaphore.ConvergeAny), node(5, good, ""),
				{ID: 6, Kind: semaphore.NodeNote},
			},
			Edges: []semaphore.WorkflowEdge{
				{From: 1, To: 2, Condition: semaphore.OnSuccess},
				{From: 1, To: 3, Condition: semaphore.OnFailure},
				{From: 2, To: 4, Condition: semaphore.Always},
				{From: 3, To: 4, Condition: semaphore.Always},
				{From: 2, To: 5, Condition: semaphore.Always},
				{From: 3, To: 5, Condition: semaphore.Always},
			},
		})
		require.NoError(t, err)
		run, err := c.RunWorkflow(ctx, y.id, w.ID)
		require.NoError(t, err)
		time.Sleep(time.Minute)
		details, err := c.WorkflowRun(ctx, y.id, w.ID, run.ID)
		require.NoError(t, err)
		var ran []int
		for i, n := range details.Nodes {
			if n.Task != nil {
				ran = append(ran, i+1)
			}
		}
		assert.Equal(t, []int{1, 3, 4}, ran, "5 waits for all, and 2 is never run")
		assert.Equal(t, semaphore.WorkflowFailed, details.Run.Status)
	})
}

func TestWorkflowEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		c, ctx := y.client, t.Context()
		long := y.template("long", semaphoretest.Script{Hold: time.Hour})
		w := y.line(t, semaphore.WorkflowNode{TemplateID: long})
		run, err := c.RunWorkflow(ctx, y.id, w.ID)
		require.NoError(t, err)
		time.Sleep(time.Second)
		require.NoError(t, c.StopWorkflowRun(ctx, y.id, w.ID, run.ID))
		time.Sleep(time.Second)
		assert.Equal(t, semaphore.WorkflowStopped, y.status(t, run))
		task, found := y.Task(int(run.RootTaskID))
		require.True(t, found)
		assert.Equal(t, semaphoretest.StatusStopped, task.Status)

		w = y.line(t, semaphore.WorkflowNode{Kind: semaphore.NodeApproval, ApprovalTimeout: 60}, semaphore.WorkflowNode{TemplateID: long})
		run, err = c.RunWorkflow(ctx, y.id, w.ID)
		require.NoError(t, err)
		assert.Equal(t, semaphore.WorkflowInApproval, run.Status)
		time.Sleep(2 * time.Minute)
		assert.Equal(t, semaphore.WorkflowFailed, y.status(t, run), "nobody answered")
		require.NoError(t, c.DeleteWorkflow(ctx, y.id, w.ID))
		_, err = c.Workflow(ctx, y.id, w.ID)
		require.ErrorIs(t, err, semaphore.ErrNotFound)
	})
}

func TestWorkflowsThatCannotRun(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	template := y.template("any", semaphoretest.Script{})
	two := []semaphore.WorkflowNode{{ID: 1, TemplateID: template}, {ID: 2, TemplateID: template}}
	edge := func(from, to semaphore.WorkflowNodeID) semaphore.WorkflowEdge {
		return semaphore.WorkflowEdge{From: from, To: to, Condition: semaphore.Always}
	}
	for want, w := range map[string]semaphore.Workflow{
		"Name must not be empty":  {Nodes: two},
		"Nodes must not be empty": {Name: "x"},
		"one root":                {Name: "x", Nodes: two},
		"missing template":        {Name: "x", Nodes: []semaphore.WorkflowNode{{TemplateID: 99}}},
		"kind":                    {Name: "x", Nodes: []semaphore.WorkflowNode{{Kind: "party"}}},
		"self-referencing":        {Name: "x", Nodes: two, Edges: []semaphore.WorkflowEdge{edge(1, 1), edge(1, 2)}},
		"does not belong":         {Name: "x", Nodes: two, Edges: []semaphore.WorkflowEdge{edge(1, 3)}},
		"DAG": {
			Name: "x", Nodes: append(two, semaphore.WorkflowNode{ID: 3, TemplateID: template}),
			Edges: []semaphore.WorkflowEdge{edge(1, 2), edge(2, 3), edge(3, 2)},
		},
	} {
		_, err := y.client.CreateWorkflow(t.Context(), y.id, w)
		require.ErrorIs(t, err, semaphore.ErrInvalid)
		require.ErrorContains(t, err, want)
	}
}

// An editor keeps the places of nodes beside what this package knows.
func TestWorkflowNodeKeepsWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	var node semaphore.WorkflowNode
	require.NoError(t, json.Unmarshal([]byte(`{"id":4,"template_id":2,"kind":"task","place":{"x":1.5}}`), &node))
	node.TemplateID = 3
	text, err := json.Marshal(node)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":4,"template_id":3,"kind":"task","place":{"x":1.5}}`, string(text))
}
