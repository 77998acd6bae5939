package semaphore

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
)

// Workflow is a graph of templates that run as one. The calls are there since 2.19; a server of the community without the
// feature lists no workflows, and answers [ErrNotFound] to everything else.
type Workflow struct {
	ID          WorkflowID `json:"id,omitzero"`
	ProjectID   ProjectID  `json:"project_id,omitzero"`
	Name        string     `json:"name"`
	Description string     `json:"description,omitzero"`
	// Nodes and Edges are the graph. It has one node without an incoming edge, where a run begins, and no circles.
	Nodes []WorkflowNode `json:"nodes"`
	Edges []WorkflowEdge `json:"edges"`
}

// WorkflowNodeKind says what a node does.
type WorkflowNodeKind string

// The kinds of nodes.
const (
	NodeTask     WorkflowNodeKind = "task"     // starts a template; "" means the same
	NodeApproval WorkflowNodeKind = "approval" // waits for somebody's yes
	NodeDelay    WorkflowNodeKind = "delay"    // waits for a time; after 2.19
	NodeNote     WorkflowNodeKind = "note"     // is a remark, without edges
)

// The values of [WorkflowNode.Convergence].
const (
	ConvergeAll = "all" // wait for all incoming edges; "" means the same
	ConvergeAny = "any" // go on with the first
)

// WorkflowNode is a step of a workflow. Fields that this package does not know, such as its place in the editor, survive
// an update.
type WorkflowNode struct {
	// ID is given by the server. In a new node any number will do that no other node has, so that edges can name it.
	ID         WorkflowNodeID   `json:"id"`
	WorkflowID WorkflowID       `json:"workflow_template_id,omitzero"`
	Kind       WorkflowNodeKind `json:"kind,omitzero"`
	// Convergence is for nodes with several incoming edges.
	Convergence string `json:"convergence_mode,omitzero"`
	// TemplateID and TaskParams are for tasks.
	TemplateID TemplateID  `json:"template_id,omitzero"`
	TaskParams *TaskParams `json:"task_params,omitzero"`
	// ApprovalTimeout, in seconds, and ApprovalMessage are for approvals. After the timeout the answer is no; 0 means that
	// the run waits for ever.
	ApprovalTimeout int    `json:"approval_timeout,omitzero"`
	ApprovalMessage string `json:"approval_message,omitzero"`
	// DelaySeconds is for delays.
	DelaySeconds int `json:"delay_seconds,omitzero"`

	rest rawObject // fields that are not known here
}

type plainNode WorkflowNode

// UnmarshalJSON reads the node and keeps what it does not know.
func (n *WorkflowNode) UnmarshalJSON(data []byte) error {
	var plain plainNode
	if err := json.Unmarshal(data, &plain); err != nil {
		return err
	}
	if err := json.Unmarshal(data, &plain.rest); err != nil {
		return err
	}
	*n = WorkflowNode(plain)
	for _, known := range []string{
		"id", "workflow_template_id", "kind", "convergence_mode", "template_id", "task_params", "approval_timeout",
		"approval_message", "delay_seconds",
	} {
		delete(n.rest, known)
	}
	return nil
}

// MarshalJSON writes the node with what it did not know when it was read.
func (n WorkflowNode) MarshalJSON() ([]byte, error) {
	object, err := toRaw(plainNode(n))
	if err != nil {
		return nil, err
	}
	maps.Copy(object, n.rest)
	return json.Marshal(object)
}

// EdgeCondition says which end of a node leads along an edge.
type EdgeCondition string

// The conditions of edges.
const (
	OnSuccess EdgeCondition = "on_success"
	OnFailure EdgeCondition = "on_failure"
	Always    EdgeCondition = "always"
)

// WorkflowEdge leads from one node to another.
type WorkflowEdge struct {
	ID         WorkflowEdgeID `json:"id,omitzero"`
	WorkflowID WorkflowID     `json:"workflow_template_id,omitzero"`
	From       WorkflowNodeID `json:"source_node_id"`
	To         WorkflowNodeID `json:"destination_node_id"`
	Condition  EdgeCondition  `json:"condition"`
}

// Workflows lists the workflows of a project. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/workflows, 2.19 and later.
func (c *Client) Workflows(ctx context.Context, project ProjectID) ([]Workflow, error) {
	return get[[]Workflow](ctx, c, call{op: "list workflows", path: in(project, "workflows"), since: "2.19"})
}

// Workflow fetches one workflow. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/workflows/{workflow_id}, 2.19 and later.
func (c *Client) Workflow(ctx context.Context, project ProjectID, id WorkflowID) (Workflow, error) {
	return get[Workflow](ctx, c, call{op: "get workflow", path: in(project, "workflows", id), since: "2.19"})
}

// CreateWorkflow makes a workflow. A graph that cannot be run gives [ErrInvalid] with the reason. Errors:
// [ErrNotFound], [ErrForbidden], [ErrUnsupported]. API: POST /project/{project_id}/workflows, 2.19 and later.
func (c *Client) CreateWorkflow(ctx context.Context, project ProjectID, workflow Workflow) (Workflow, error) {
	r := call{op: "create workflow", path: in(project, "workflows"), since: "2.19"}
	switch {
	case workflow.Name == "":
		return Workflow{}, r.wrap(&ArgumentError{Name: "Name", Problem: "must not be empty"})
	case len(workflow.Nodes) == 0:
		return Workflow{}, r.wrap(&ArgumentError{Name: "Nodes", Problem: "must not be empty"})
	}
	var out Workflow
	_, err := c.create(ctx, r, project, workflow, &out)
	return out, err
}

// UpdateWorkflow changes a workflow: change gets it as it is. Runs that are under way go on as they began. Errors:
// [ErrNotFound], [ErrForbidden], [ErrInvalid], [ErrUnsupported].
// API: GET and PUT /project/{project_id}/workflows/{workflow_id}, 2.19 and later.
func (c *Client) UpdateWorkflow(ctx context.Context, project ProjectID, id WorkflowID, change func(*Workflow)) (Workflow, error) {
	return update(ctx, c, call{op: "update workflow", path: in(project, "workflows", id), since: "2.19"}, change)
}

// DeleteWorkflow deletes a workflow with its runs. Errors: [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: DELETE /project/{project_id}/workflows/{workflow_id}, 2.19 and later.
func (c *Client) DeleteWorkflow(ctx context.Context, project ProjectID, id WorkflowID) error {
	return c.do(ctx, call{
		op: "delete workflow", method: http.MethodDelete, path: in(project, "workflows", id), since: "2.19",
	}, nil)
}
