package semaphoretest

import (
	"time"
)

// A nodeState is what became of a node in a run.
type nodeState int

const (
	nodeWaits nodeState = iota // for the nodes before it
	nodeRuns
	nodeAsks // for an approval
	nodeSucceeded
	nodeFailed
	nodeSkipped
)

func (s nodeState) over() bool { return s >= nodeSucceeded }

// leads reports whether a node's end leads along an edge.
func (s nodeState) leads(condition string) bool {
	return s == nodeSucceeded && condition != onFailure || s == nodeFailed && condition != onSuccess
}

// progress starts the nodes of a run whose turn has come, and ends the run when there is nothing more to do.
func (s *Server) progress(r *workflowRun) {
	if r.ended() {
		return
	}
	states := map[int]nodeState{}
	for range r.graph.Nodes { // after so many rounds nothing changes any more
		for i := range r.graph.Nodes {
			n := &r.graph.Nodes[i]
			if states[n.ID] = r.state(n); states[n.ID] != nodeWaits {
				continue
			}
			switch start, skip := r.turn(n, states); {
			case skip:
				states[n.ID] = nodeSkipped
			case start:
				s.startNode(r, n)
				states[n.ID] = r.state(n)
			}
		}
	}
	if r.ended() { // a template was gone
		return
	}
	count := map[nodeState]int{}
	for _, state := range states {
		count[state]++
	}
	switch {
	case count[nodeRuns] > 0:
		r.Status = runRunning
	case count[nodeAsks] > 0:
		r.Status = runApproval
	case count[nodeFailed] > 0:
		s.endRun(r, runFailed)
	default:
		s.endRun(r, runSuccess)
	}
}

// state is what the records say about a node.
func (r *workflowRun) state(n *workflowNode) nodeState {
	if n.Kind == nodeNote {
		return nodeSkipped
	}
	if t := r.tasks[n.ID]; t != nil {
		switch {
		case t.End == nil:
			return nodeRuns
		case t.Status == StatusSuccess:
			return nodeSucceeded
		}
		return nodeFailed
	}
	if a := r.approvals[n.ID]; a != nil {
		switch a.Status {
		case approvalPending:
			return nodeAsks
		case approvalApproved:
			return nodeSucceeded
		}
		return nodeFailed
	}
	if over, begun := r.delays[n.ID]; over {
		return nodeSucceeded
	} else if begun {
		return nodeRuns
	}
	return nodeWaits
}

// turn decides by its incoming edges whether a node starts now, or never.
func (r *workflowRun) turn(n *workflowNode, states map[int]nodeState) (start, skip bool) {
	edges, over, leading := 0, 0, 0
	for _, e := range r.graph.Edges {
		if e.To != n.ID {
			continue
		}
		edges++
		if states[e.From].over() {
			over++
		}
		if states[e.From].leads(e.Condition) {
			leading++
		}
	}
	if n.Convergence == "any" {
		return leading > 0 || edges == 0, leading == 0 && over == edges && edges > 0
	}
	return leading == edges, over > leading
}

func (s *Server) startNode(r *workflowRun, n *workflowNode) {
	switch n.Kind {
	case nodeApproval:
		a := &approval{
			ID: s.nextID("approval", r.project), ProjectID: r.ProjectID, WorkflowRunID: r.ID, NodeID: n.ID,
			Status: approvalPending, Created: s.t,
		}
		r.approvals[n.ID] = a
		if n.ApprovalTimeout != nil {
			s.at(s.t.Add(time.Duration(*n.ApprovalTimeout)*time.Second), func() {
				if a.Status == approvalPending {
					a.Status, a.Resolved = approvalRejected, new(s.t)
					s.progress(r)
				}
			})
		}
	case nodeDelay:
		r.delays[n.ID] = false
		s.at(s.t.Add(time.Duration(*n.DelaySeconds)*time.Second), func() {
			r.delays[n.ID] = true
			s.progress(r)
		})
	default:
		tpl := find(r.project.templates, n.TemplateID)
		if tpl == nil { // it was deleted meanwhile
			s.endRun(r, runFailed)
			return
		}
		row := taskRow{TemplateID: tpl.ID, WorkflowRunID: &r.ID, WorkflowNodeID: &n.ID}
		row.takeParams(n.TaskParams)
		t, _ := s.create(r.project, tpl, row, r.by)
		r.tasks[n.ID] = t
		if r.RootTaskID == nil {
			r.RootTaskID = new(t.ID)
		}
	}
}
