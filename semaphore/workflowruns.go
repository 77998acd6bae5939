package semaphore

import (
	"context"
	"net/http"
	"time"
)

// WorkflowStatus says where a run of a workflow is. Later servers may add values.
type WorkflowStatus string

// The statuses of runs.
const (
	WorkflowRunning    WorkflowStatus = "running"
	WorkflowInApproval WorkflowStatus = "approval" // nothing runs, and somebody has to approve
	WorkflowSuccess    WorkflowStatus = "success"
	WorkflowFailed     WorkflowStatus = "failed"
	WorkflowStopped    WorkflowStatus = "stopped"
)

// Ended tells whether the status is final.
func (s WorkflowStatus) Ended() bool {
	return s == WorkflowSuccess || s == WorkflowFailed || s == WorkflowStopped
}

// WorkflowRun is one run of a workflow.
type WorkflowRun struct {
	ID         WorkflowRunID  `json:"id"`
	ProjectID  ProjectID      `json:"project_id"`
	WorkflowID WorkflowID     `json:"workflow_template_id"`
	Status     WorkflowStatus `json:"status"`
	Start      time.Time      `json:"start"`
	// End is zero until the run has ended.
	End time.Time `json:"end"`
	// RootTaskID is the first task; 0 while there is none.
	RootTaskID TaskID `json:"root_task_id"`
}

// WorkflowRunDetails is a run with what became of each node.
type WorkflowRunDetails struct {
	Run   WorkflowRun       `json:"run"`
	Nodes []WorkflowNodeRun `json:"nodes"`
}

// WorkflowNodeRun is what became of a node in a run. Task and Approval are nil until the run gets there, and where the
// node has none.
type WorkflowNodeRun struct {
	Node     WorkflowNode      `json:"node"`
	Task     *Task             `json:"task"`
	Approval *WorkflowApproval `json:"approval"`
}

// ApprovalStatus says how an approval was resolved.
type ApprovalStatus string

// The statuses of approvals.
const (
	ApprovalPending  ApprovalStatus = "pending"
	ApprovalApproved ApprovalStatus = "approved"
	ApprovalRejected ApprovalStatus = "rejected" // by somebody, by the timeout or with the end of the run
)

// WorkflowApproval is a question that a node of a run asks, and the answer.
type WorkflowApproval struct {
	ID        int64          `json:"id"`
	ProjectID ProjectID      `json:"project_id"`
	RunID     WorkflowRunID  `json:"workflow_run_id"`
	NodeID    WorkflowNodeID `json:"workflow_node_id"`
	Status    ApprovalStatus `json:"status"`
	Created   time.Time      `json:"created"`
	// Resolved is zero while it is pending. ResolvedBy is 0 when nobody decided.
	Resolved   time.Time `json:"resolved"`
	ResolvedBy UserID    `json:"resolved_by_user_id"`
}

// runPath is the path of a run, or of all runs of a workflow.
func runPath(project ProjectID, workflow WorkflowID, elements ...any) []string {
	return append(in(project, "workflows", workflow, "runs"), path(elements...)...)
}

// RunWorkflow starts a run of a workflow. It is never sent twice: when the answer is lost, look in
// [Client.WorkflowRuns]. Its tasks are found in [Client.WorkflowRun], and have [Task.WorkflowRunID]. Errors:
// [ErrNotFound], [ErrForbidden], [ErrInvalid], [ErrUnsupported].
// API: POST /project/{project_id}/workflows/{workflow_id}/run, 2.19 and later.
func (c *Client) RunWorkflow(ctx context.Context, project ProjectID, id WorkflowID) (WorkflowRun, error) {
	var out WorkflowRun
	err := c.do(ctx, call{
		op: "run workflow", method: http.MethodPost, path: in(project, "workflows", id, "run"), since: "2.19",
		body: struct{}{},
	}, &out)
	return out, err
}

// WorkflowRuns lists the runs of a workflow. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/workflows/{workflow_id}/runs, 2.19 and later.
func (c *Client) WorkflowRuns(ctx context.Context, project ProjectID, id WorkflowID) ([]WorkflowRun, error) {
	return get[[]WorkflowRun](ctx, c, call{op: "list runs of workflow", path: runPath(project, id), since: "2.19"})
}

// WorkflowRun fetches a run with the state of its nodes. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/workflows/{workflow_id}/runs/{run_id}, 2.19 and later.
func (c *Client) WorkflowRun(
	ctx context.Context, project ProjectID, id WorkflowID, run WorkflowRunID,
) (WorkflowRunDetails, error) {
	return get[WorkflowRunDetails](ctx, c, call{op: "get run of workflow", path: runPath(project, id, run), since: "2.19"})
}

// StopWorkflowRun stops a run with its tasks, gracefully; what waits for an approval is rejected. A run that has ended
// is left alone. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid], [ErrUnsupported].
// API: POST /project/{project_id}/workflows/{workflow_id}/runs/{run_id}/stop, 2.19 and later.
func (c *Client) StopWorkflowRun(ctx context.Context, project ProjectID, id WorkflowID, run WorkflowRunID) error {
	return c.do(ctx, call{
		op: "stop run of workflow", method: http.MethodPost, path: runPath(project, id, run, "stop"), since: "2.19",
		body: struct{}{}, safe: true,
	}, nil)
}

// WorkflowApprovals lists the approvals that a run has asked for so far. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/workflows/{workflow_id}/runs/{run_id}/approvals, 2.19 and later.
func (c *Client) WorkflowApprovals(
	ctx context.Context, project ProjectID, id WorkflowID, run WorkflowRunID,
) ([]WorkflowApproval, error) {
	return get[[]WorkflowApproval](ctx, c, call{
		op: "list approvals of workflow", path: runPath(project, id, run, "approvals"), since: "2.19",
	})
}

// ResolveApproval approves or rejects what a node of a run asks. A node that does not ask gives [ErrNotFound], one that
// was decided before [ErrInvalid] or [ErrConflict]. Errors: [ErrForbidden], [ErrUnsupported].
// API: POST /project/{project_id}/workflows/{workflow_id}/runs/{run_id}/approvals/{node_id}, 2.19 and later.
func (c *Client) ResolveApproval(
	ctx context.Context, project ProjectID, id WorkflowID, run WorkflowRunID, node WorkflowNodeID, approve bool,
) (WorkflowApproval, error) {
	status := ApprovalRejected
	if approve {
		status = ApprovalApproved
	}
	var out WorkflowApproval
	err := c.do(ctx, call{
		op: "resolve approval", method: http.MethodPost, path: runPath(project, id, run, "approvals", node), since: "2.19",
		body: map[string]any{"status": status},
	}, &out)
	return out, err
}

// WorkflowArtifacts fetches what the tasks of a run left, put together. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/workflows/{workflow_id}/runs/{run_id}/artifacts, 2.19 and later.
func (c *Client) WorkflowArtifacts(
	ctx context.Context, project ProjectID, id WorkflowID, run WorkflowRunID,
) (map[string]any, error) {
	return get[map[string]any](ctx, c, call{
		op: "get artifacts of workflow", path: runPath(project, id, run, "artifacts"), since: "2.19",
	})
}
