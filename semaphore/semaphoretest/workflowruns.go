package semaphoretest

import (
	"net/http"
	"slices"
	"time"
)

// A workflowRun is one run of a workflow, with the graph as it was when the run began.
type workflowRun struct {
	ID         int        `json:"id"`
	ProjectID  int        `json:"project_id"`
	WorkflowID int        `json:"workflow_template_id"`
	Status     string     `json:"status"`
	Start      *time.Time `json:"start" gen:"omit"`
	End        *time.Time `json:"end" gen:"omit"`
	RootTaskID *int       `json:"root_task_id" gen:"omit"`

	graph     workflow
	project   *project
	by        *user
	tasks     map[int]*task // by node, as the next two
	approvals map[int]*approval
	delays    map[int]bool // whether they are over
}

type approval struct {
	ID            int        `json:"id"`
	ProjectID     int        `json:"project_id"`
	WorkflowRunID int        `json:"workflow_run_id"`
	NodeID        int        `json:"workflow_node_id"`
	Status        string     `json:"status"`
	Created       time.Time  `json:"created"`
	Resolved      *time.Time `json:"resolved" gen:"omit"`
	ResolvedBy    *int       `json:"resolved_by_user_id" gen:"omit"`
}

// The statuses of runs and approvals.
const (
	runRunning  = "running"
	runApproval = "approval"
	runSuccess  = "success"
	runFailed   = "failed"
	runStopped  = "stopped"

	approvalPending  = "pending"
	approvalApproved = "approved"
	approvalRejected = "rejected"
)

func workflowRunRoutes(one string) []route {
	const run = "/runs/{run_id}"
	return []route{
		{method: "POST", path: one + "/run", handle: workflows.with(postRun), may: mayRun},
		{method: "GET", path: one + "/runs", handle: workflows.with(getRuns)},
		{method: "GET", path: one + run, handle: withRun(getRun)},
		{method: "POST", path: one + run + "/stop", handle: withRun(postRunStop), may: mayRun},
		{method: "GET", path: one + run + "/artifacts", handle: withRun(getArtifacts)},
		{method: "GET", path: one + run + "/approvals", handle: withRun(getApprovals)},
		{method: "POST", path: one + run + "/approvals/{node_id}", handle: withRun(postApproval), may: mayRun},
	}
}

func postRun(s *Server, c *call, v *workflow) answer {
	graph := *v
	graph.Nodes, graph.Edges = slices.Clone(v.Nodes), slices.Clone(v.Edges)
	r := &workflowRun{
		ID: s.nextID("workflow run", c.project), ProjectID: c.project.ID, WorkflowID: v.ID, Status: runRunning,
		Start: new(s.t), graph: graph, project: c.project, by: c.user,
		tasks: map[int]*task{}, approvals: map[int]*approval{}, delays: map[int]bool{},
	}
	c.project.runs = append(c.project.runs, r)
	s.progress(r)
	return s.reply(http.StatusCreated, r)
}

func getRuns(s *Server, c *call, v *workflow) answer {
	list := []*workflowRun{}
	for _, r := range slices.Backward(c.project.runs) {
		if r.WorkflowID == v.ID {
			list = append(list, r)
		}
	}
	return s.reply(http.StatusOK, list)
}

func getRun(s *Server, _ *call, r *workflowRun) answer {
	type nodeRun struct {
		Node     workflowNode `json:"node"`
		Task     *taskRow     `json:"task" gen:"omit"`
		Approval *approval    `json:"approval" gen:"omit"`
	}
	nodes := []nodeRun{}
	for _, n := range r.graph.Nodes {
		row := nodeRun{Node: n, Approval: r.approvals[n.ID]}
		if t := r.tasks[n.ID]; t != nil {
			row.Task = &t.taskRow
		}
		nodes = append(nodes, row)
	}
	return s.reply(http.StatusOK, struct {
		Run   *workflowRun `json:"run"`
		Nodes []nodeRun    `json:"nodes"`
	}{r, nodes})
}

// postRunStop ends a run, and asks its tasks to end.
func postRunStop(s *Server, c *call, r *workflowRun) answer {
	if r.ended() {
		return noContent()
	}
	s.endRun(r, runStopped)
	for _, t := range r.tasks {
		if t.active() {
			s.stop(t, false)
		}
	}
	for _, a := range r.approvals {
		if a.Status == approvalPending {
			a.Status, a.Resolved, a.ResolvedBy = approvalRejected, new(s.t), &c.user.ID
		}
	}
	return noContent()
}

// getArtifacts finds none: scripts leave nothing.
func getArtifacts(s *Server, _ *call, _ *workflowRun) answer {
	return s.reply(http.StatusOK, map[string]any{})
}

func getApprovals(s *Server, _ *call, r *workflowRun) answer {
	list := []*approval{}
	for _, n := range r.graph.Nodes {
		if a := r.approvals[n.ID]; a != nil {
			list = append(list, a)
		}
	}
	return s.reply(http.StatusOK, list)
}

func postApproval(s *Server, c *call, r *workflowRun) answer {
	var body struct {
		Status string `json:"status"`
	}
	if !c.bind(&body) || body.Status != approvalApproved && body.Status != approvalRejected {
		return empty(http.StatusBadRequest)
	}
	id, _ := c.id("node_id")
	a := r.approvals[id]
	switch {
	case a == nil:
		return empty(http.StatusNotFound)
	case a.Status != approvalPending:
		return refuse(http.StatusBadRequest, "approval is already resolved")
	}
	a.Status, a.Resolved, a.ResolvedBy = body.Status, new(s.t), &c.user.ID
	s.progress(r)
	return s.reply(http.StatusOK, a)
}

// runOf is the run of a workflow that started a task, if one did.
func (p *project) runOf(t *task) *workflowRun {
	for _, r := range p.runs {
		if is(t.WorkflowRunID, r.ID) {
			return r
		}
	}
	return nil
}

func (r *workflowRun) ended() bool { return r.End != nil }

func (s *Server) endRun(r *workflowRun, status string) { r.Status, r.End = status, new(s.t) }
