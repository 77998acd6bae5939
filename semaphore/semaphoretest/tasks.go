package semaphoretest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// A taskRow is a task as the API shows it alone.
type taskRow struct {
	ID             int            `json:"id"`
	TemplateID     int            `json:"template_id"`
	ProjectID      int            `json:"project_id"`
	Status         string         `json:"status"`
	Debug          bool           `json:"debug" gen:"210"`
	DryRun         bool           `json:"dry_run" gen:"210"`
	Diff           bool           `json:"diff" gen:"210"`
	Playbook       string         `json:"playbook"`
	Environment    string         `json:"environment" gen:"omit"`
	Limit          string         `json:"limit"`
	Secret         string         `json:"secret" gen:"omit"`
	Arguments      *string        `json:"arguments" gen:"omit"`
	GitBranch      *string        `json:"git_branch" gen:"omit"`
	UserID         *int           `json:"user_id" gen:"omit"`
	IntegrationID  *int           `json:"integration_id" gen:"omit"`
	ScheduleID     *int           `json:"schedule_id" gen:"omit"`
	Created        time.Time      `json:"created"`
	Start          *time.Time     `json:"start" gen:"omit"`
	End            *time.Time     `json:"end" gen:"omit"`
	Message        string         `json:"message" gen:"omit"`
	CommitHash     *string        `json:"commit_hash" gen:"omit"`
	CommitMessage  string         `json:"commit_message" gen:"omit"`
	BuildTaskID    *int           `json:"build_task_id" gen:"omit"`
	Version        *string        `json:"version" gen:"omit"`
	InventoryID    *int           `json:"inventory_id" gen:"omit"`
	Params         map[string]any `json:"params" gen:"216,omit"`
	WorkflowRunID  *int           `json:"workflow_run_id" gen:"216,omit"`
	WorkflowNodeID *int           `json:"workflow_node_id" gen:"216,omit"`
}

// A listedTask is a task as lists show it.
type listedTask struct {
	taskRow
	TplPlaybook string   `json:"tpl_playbook"`
	TplAlias    string   `json:"tpl_alias"`
	TplType     string   `json:"tpl_type" gen:"omit"`
	TplApp      string   `json:"tpl_app" gen:"omit"`
	UserName    *string  `json:"user_name" gen:"omit"`
	BuildTask   *taskRow `json:"build_task" gen:"omit"`
}

func taskRoutes() []route {
	const base = "/project/{project_id}/tasks"
	return []route{
		{method: "GET", path: "/tasks", handle: getActiveTasks, who: admins},
		{method: "GET", path: "/tasks/{task_id}", handle: getActiveTasks, who: admins},
		{method: "DELETE", path: "/tasks/{task_id}", handle: deleteActiveTask, who: admins},
		{method: "GET", path: base, handle: getTasks},
		{method: "POST", path: base, handle: postTask, may: mayRun},
		{method: "GET", path: base + "/last", handle: getLastTasks},
		{method: "GET", path: base + "/{task_id}", handle: withTask(getTask)},
		{method: "DELETE", path: base + "/{task_id}", handle: withTask(deleteTask), may: mayManage},
		{method: "GET", path: base + "/{task_id}/output", handle: withTask(getOutput)},
		{method: "POST", path: base + "/{task_id}/stop", handle: withTask(postStop), may: mayRun},
		{method: "POST", path: base + "/{task_id}/confirm", handle: withTask(postConfirm), may: mayRun},
	}
}

func (s *Server) taskOf(p *project, id int) *task {
	if t := s.tasks[id]; t != nil && t.ProjectID == p.ID {
		return t
	}
	return nil
}

// withTask finds the task of the path. One that is unknown is a bad request.
func withTask(handle func(*Server, *call, *task) answer) func(*Server, *call) answer {
	return func(s *Server, c *call) answer {
		id, _ := c.id("task_id")
		t := s.taskOf(c.project, id)
		if t == nil {
			return empty(http.StatusBadRequest)
		}
		return handle(s, c, t)
	}
}

func postTask(s *Server, c *call) answer {
	var body struct {
		taskRow
		TemplateName string `json:"template_name"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	row := body.taskRow
	row.WorkflowRunID, row.WorkflowNodeID = nil, nil // nobody else may say so
	if s.gen == Gen216 && row.TemplateID == 0 && body.TemplateName != "" {
		for _, t := range c.project.templates {
			if t.Name == body.TemplateName {
				row.TemplateID = t.ID
			}
		}
	}
	tpl := find(c.project.templates, row.TemplateID)
	if tpl == nil {
		if s.gen == Gen216 {
			return empty(http.StatusNotFound)
		}
		return empty(http.StatusInternalServerError)
	}
	t, ok := s.create(c.project, tpl, row, c.user)
	if !ok {
		return empty(http.StatusInternalServerError)
	}
	if s.pool.dead && !t.first {
		return answer{hang: true}
	}
	shown := t.taskRow
	shown.Secret = "{}"
	return s.replyFresh(http.StatusCreated, shown)
}

func getTask(s *Server, _ *call, t *task) answer { return s.reply(http.StatusOK, t.taskRow) }

func deleteTask(s *Server, c *call, t *task) answer {
	switch {
	case t.active():
		return empty(http.StatusBadRequest)
	case !c.user.Admin:
		return empty(http.StatusUnauthorized)
	}
	s.forget(t)
	return noContent()
}

func postStop(s *Server, c *call, t *task) answer {
	var body struct {
		Force bool `json:"force"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	s.stop(t, body.Force)
	return noContent()
}

func postConfirm(s *Server, _ *call, t *task) answer {
	if !t.active() {
		return empty(http.StatusBadRequest)
	}
	s.setStatus(t, StatusConfirmed)
	return noContent()
}

// getActiveTasks lists what waits or runs on the whole server.
func getActiveTasks(s *Server, _ *call) answer {
	type activeTask struct {
		TaskID      int    `json:"task_id"`
		ProjectID   int    `json:"project_id"`
		Status      string `json:"status"`
		Location    string `json:"location"`
		ProjectName string `json:"project_name"`
	}
	list := []activeTask{}
	for _, t := range s.byAge {
		if !t.active() {
			continue
		}
		row := activeTask{t.ID, t.ProjectID, t.Status, "running", t.project.Name}
		if slices.Contains(s.pool.queue, t) {
			row.Location = "queue"
		}
		list = append(list, row)
	}
	return s.reply(http.StatusOK, list)
}

func deleteActiveTask(s *Server, c *call) answer {
	id, _ := c.id("task_id")
	if t := s.tasks[id]; t != nil && t.active() {
		s.stop(t, false)
	}
	return noContent()
}

// finished reports whether a status is final.
func finished(status string) bool {
	return status == StatusSuccess || status == StatusError || status == StatusStopped
}

// splitLimit is how Gen216 reads the limit of the top level.
func splitLimit(limit string) []any {
	var hosts []any
	for host := range strings.SplitSeq(limit, ",") {
		hosts = append(hosts, strings.TrimSpace(host))
	}
	return hosts
}
