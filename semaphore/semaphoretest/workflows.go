package semaphoretest

import (
	"net/http"
	"slices"
)

// A workflow is a graph of templates that run as one.
type workflow struct {
	ID          int            `json:"id"`
	ProjectID   int            `json:"project_id"`
	Name        string         `json:"name"`
	Description *string        `json:"description" gen:"omit"`
	Nodes       []workflowNode `json:"nodes"`
	Edges       []workflowEdge `json:"edges"`
}

type workflowNode struct {
	ID              int            `json:"id"`
	WorkflowID      int            `json:"workflow_template_id"`
	TemplateID      int            `json:"template_id" gen:"omit"`
	Kind            string         `json:"kind" gen:"omit"`
	Convergence     string         `json:"convergence_mode" gen:"omit"`
	ApprovalTimeout *int           `json:"approval_timeout" gen:"omit"` // in seconds
	ApprovalMessage *string        `json:"approval_message" gen:"omit"`
	DelaySeconds    *int           `json:"delay_seconds" gen:"omit"`
	TaskParams      map[string]any `json:"task_params" gen:"omit"`
}

type workflowEdge struct {
	ID         int    `json:"id"`
	WorkflowID int    `json:"workflow_template_id"`
	From       int    `json:"source_node_id"`
	To         int    `json:"destination_node_id"`
	Condition  string `json:"condition"`
}

// The kinds of nodes; an empty one is a task.
const (
	nodeTask     = "task"
	nodeApproval = "approval"
	nodeDelay    = "delay"
	nodeNote     = "note"
)

// The conditions of edges.
const (
	onSuccess = "on_success"
	onFailure = "on_failure"
	always    = "always"
)

func (v *workflow) key() *int     { return &v.ID }
func (v *workflow) title() string { return v.Name }

func (v *workflow) node(id int) *workflowNode {
	for i := range v.Nodes {
		if v.Nodes[i].ID == id {
			return &v.Nodes[i]
		}
	}
	return nil
}

var workflows = collection[workflow, *workflow]{
	kind: "workflow", name: "Workflow",
	list:  func(p *project) *[]*workflow { return &p.workflows },
	check: checkWorkflow,
	saved: func(_ *Server, _ *call, stored, _ *workflow) {
		for i := range stored.Nodes {
			stored.Nodes[i].WorkflowID = stored.ID
		}
		for i := range stored.Edges {
			stored.Edges[i].WorkflowID = stored.ID
		}
	},
}

func workflowRoutes() []route {
	const base = "/project/{project_id}/workflows"
	own := workflowRunRoutes(base + "/{id}")
	for _, rt := range workflows.routes("workflows") {
		if rt.path != base+"/{id}/refs" { // workflows have none
			own = append(own, rt)
		}
	}
	return own
}

func checkWorkflow(s *Server, c *call, body, old *workflow) *answer {
	body.ProjectID = c.project.ID
	if refused := sameIDs(c, body.ProjectID, body, old, "Workflow"); refused != nil {
		return refused
	}
	for i := range body.Nodes {
		if body.Nodes[i].ID == 0 {
			body.Nodes[i].ID = -(i + 1) // so that edges can name it
		}
	}
	if problem := body.problem(c.project); problem != "" {
		return badRequest(problem)
	}
	s.numberNodes(c.project, body, old)
	return nil
}

// problem says why a workflow cannot run, or nothing.
func (v *workflow) problem(p *project) string {
	if v.Name == "" {
		return "workflow name can not be empty"
	}
	if len(v.Nodes) == 0 {
		return "workflow must contain at least one node"
	}
	for i, n := range v.Nodes {
		if v.node(n.ID) != &v.Nodes[i] {
			return "workflow contains duplicate node ids"
		}
		if problem := n.problem(p); problem != "" {
			return problem
		}
	}
	for _, e := range v.Edges {
		from, to := v.node(e.From), v.node(e.To)
		switch {
		case from == nil || to == nil || from.Kind == nodeNote || to.Kind == nodeNote:
			return "workflow edge node does not belong to workflow"
		case from == to:
			return "workflow can not contain self-referencing edges"
		case e.Condition != onSuccess && e.Condition != onFailure && e.Condition != always:
			return "workflow edge condition is invalid"
		}
	}
	return v.shape()
}

func (n workflowNode) problem(p *project) string {
	switch n.Kind {
	case "", nodeTask:
		if find(p.templates, n.TemplateID) == nil {
			return "workflow node references a missing template"
		}
	case nodeApproval:
		if n.ApprovalTimeout != nil && *n.ApprovalTimeout <= 0 {
			return "workflow approval timeout must be greater than zero"
		}
	case nodeDelay:
		if n.DelaySeconds == nil || *n.DelaySeconds <= 0 {
			return "workflow delay must be greater than zero"
		}
	case nodeNote:
	default:
		return "workflow node kind is invalid"
	}
	if n.Convergence != "" && n.Convergence != "all" && n.Convergence != "any" {
		return "workflow node convergence mode is invalid"
	}
	return ""
}

// shape refuses a graph with circles or with several beginnings: it takes away nodes without incoming edges until none
// is left.
func (v *workflow) shape() string {
	left := map[int]bool{}
	for _, n := range v.Nodes {
		left[n.ID] = n.Kind != nodeNote
	}
	isFree := func(id int) bool {
		return left[id] && !slices.ContainsFunc(v.Edges, func(e workflowEdge) bool { return e.To == id && left[e.From] })
	}
	roots := 0
	for _, n := range v.Nodes {
		if isFree(n.ID) {
			roots++
		}
	}
	if roots != 1 {
		return "workflow must have exactly one root node"
	}
	for range v.Nodes {
		for _, n := range v.Nodes {
			if isFree(n.ID) {
				left[n.ID] = false
			}
		}
	}
	for _, open := range left {
		if open {
			return "workflow graph must be a DAG"
		}
	}
	return ""
}

// numberNodes gives new nodes and edges their ids; nodes of the old workflow keep them.
func (s *Server) numberNodes(p *project, v, old *workflow) {
	ids := map[int]int{}
	for i := range v.Nodes {
		n := &v.Nodes[i]
		given := n.ID
		if old == nil || old.node(given) == nil {
			n.ID = s.nextID("workflow node", p)
		}
		ids[given] = n.ID
	}
	for i := range v.Edges {
		e := &v.Edges[i]
		e.ID, e.From, e.To = s.nextID("workflow edge", p), ids[e.From], ids[e.To]
	}
	if v.Edges == nil {
		v.Edges = []workflowEdge{}
	}
}

// withRun finds the run of a path.
func withRun(handle func(*Server, *call, *workflowRun) answer) func(*Server, *call) answer {
	return workflows.with(func(s *Server, c *call, v *workflow) answer {
		id, _ := c.id("run_id")
		for _, r := range c.project.runs {
			if r.ID == id && r.WorkflowID == v.ID {
				return handle(s, c, r)
			}
		}
		return empty(http.StatusNotFound)
	})
}
