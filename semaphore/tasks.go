package semaphore

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

// maxTasksPage is the most tasks that the server gives at once; more are to be had in one piece of 1,000 on servers that
// have no pages.
const maxTasksPage = 200

// TasksRequest selects tasks; the zero value means the latest 200 of the project.
type TasksRequest struct {
	// TemplateID selects the tasks of one template. 0 means all.
	TemplateID TemplateID
	// Limit is the size of the page, at most 200. 0 means 200.
	Limit int
	// Before continues after the task with this id, the last one of the page before. Servers that have no pages answer
	// [ErrUnsupported]. 0 begins with the newest task.
	Before TaskID
}

// TasksPage is a part of the history, newest first.
type TasksPage struct {
	Tasks []Task
	// HasNext tells whether older tasks exist. Servers that have no pages leave it open: then it is set when the page is full.
	HasNext bool
}

// Tasks fetches a page of tasks. Errors: [ErrNotFound].
// API: GET /project/{project_id}/tasks/last and /project/{project_id}/templates/{template_id}/tasks/last.
func (c *Client) Tasks(ctx context.Context, project ProjectID, req TasksRequest) (TasksPage, error) {
	page, _, err := c.tasks(ctx, project, req)
	return page, err
}

// tasks also tells whether the server has pages.
func (c *Client) tasks(ctx context.Context, project ProjectID, req TasksRequest) (page TasksPage, paged bool, err error) {
	if req.Limit <= 0 || req.Limit > maxTasksPage {
		req.Limit = maxTasksPage
	}
	size := strconv.Itoa(req.Limit)
	r := call{
		op: "list tasks", method: http.MethodGet, path: tasksPath(project, req.TemplateID, "last"),
		query: url.Values{"limit": {size}, "count": {size}}, // the name of old servers, and of new ones
	}
	if req.Before != 0 {
		r.query.Set("before", strconv.FormatInt(int64(req.Before), 10))
	}
	header, err := c.head(ctx, r, &page.Tasks)
	if err != nil {
		return TasksPage{}, false, err
	}
	next, err := strconv.ParseBool(header.Get("X-Has-Next"))
	paged = err == nil
	if req.Before != 0 && !paged {
		return TasksPage{}, false, r.wrap(&APIError{
			Status: http.StatusOK, Message: "this server has no pages of tasks; it gives the latest 1,000 to AllTasks",
			Method: r.method, Path: r.where(), Since: "2.19", kinds: []error{ErrUnsupported},
		})
	}
	page.HasNext = next || !paged && len(page.Tasks) >= req.Limit
	return page, paged, nil
}

func tasksPath(project ProjectID, template TemplateID, elements ...any) []string {
	if template == 0 {
		return append(in(project, "tasks"), path(elements...)...)
	}
	return append(in(project, "templates", template, "tasks"), path(elements...)...)
}

// AllTasks walks the history from the newest task to the oldest, page by page. Servers that have no pages give the
// latest 1,000. An error is yielded once, last. Errors: [ErrNotFound].
// API: as [Client.Tasks], and GET /project/{project_id}/tasks.
func (c *Client) AllTasks(ctx context.Context, project ProjectID, req TasksRequest) iter.Seq2[Task, error] {
	return func(yield func(Task, error) bool) {
		req := req
		seen := map[TaskID]bool{} // of the page before: a task that begins meanwhile moves the others along
		for {
			page, paged, err := c.tasks(ctx, project, req)
			if err == nil && page.HasNext && !paged {
				page.Tasks, err = get[[]Task](ctx, c, call{op: "list tasks", path: tasksPath(project, req.TemplateID)})
				page.HasNext = false
			}
			if err != nil {
				yield(Task{}, err)
				return
			}
			fresh := map[TaskID]bool{}
			for _, task := range page.Tasks {
				fresh[task.ID] = true
				if !seen[task.ID] && !yield(task, nil) {
					return
				}
			}
			if !page.HasNext || len(page.Tasks) == 0 {
				return
			}
			last := page.Tasks[len(page.Tasks)-1].ID
			if last == req.Before {
				return // the server repeats itself
			}
			req.Before, seen = last, fresh
		}
	}
}

// Task fetches one task. One that does not exist gives [ErrNotFound], although the server says 400 and no more.
// API: GET /project/{project_id}/tasks/{task_id}.
func (c *Client) Task(ctx context.Context, project ProjectID, id TaskID) (Task, error) {
	return get[Task](ctx, c, call{op: "get task", path: in(project, "tasks", id), ofTask: true})
}

// StopTask stops a task. A graceful stop of a running task kills its process and ends in [StatusError]; by force, or
// while it waits, it ends in [StatusStopped]. A task that waits for a confirmation is always stopped by force, because
// servers of 2.10 would leave it stopping for ever. Processes that the task started may survive. A task that has ended
// gives [ErrTaskEnded] and is left alone: the server would overwrite its status. Errors: [ErrNotFound], [ErrForbidden],
// [ErrInvalid]. API: GET /project/{project_id}/tasks/{task_id} and POST /project/{project_id}/tasks/{task_id}/stop.
func (c *Client) StopTask(ctx context.Context, project ProjectID, id TaskID, force bool) error {
	r := call{op: "stop task", method: http.MethodPost, path: in(project, "tasks", id, "stop"), ofTask: true, safe: true}
	task, err := c.Task(ctx, project, id)
	if err != nil {
		return r.wrap(err)
	}
	if task.Status.Ended() {
		return r.wrap(ErrTaskEnded)
	}
	r.body = map[string]bool{"force": force || task.Status == StatusWaitingConfirmation}
	c.stops.add(project, id)
	return c.do(ctx, r, nil)
}

// ConfirmTask says yes to a task that waits for a confirmation. One that does not gives [ErrNotFound]. Errors:
// [ErrForbidden], [ErrInvalid]. API: POST /project/{project_id}/tasks/{task_id}/confirm.
func (c *Client) ConfirmTask(ctx context.Context, project ProjectID, id TaskID) error {
	return c.do(ctx, call{
		op: "confirm task", method: http.MethodPost, path: in(project, "tasks", id, "confirm"), body: struct{}{}, ofTask: true,
	}, nil)
}

// RejectTask says no to a task that waits for a confirmation. Servers before 2.16 answer [ErrUnsupported]; stop the
// task there. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: POST /project/{project_id}/tasks/{task_id}/reject, 2.16 and later.
func (c *Client) RejectTask(ctx context.Context, project ProjectID, id TaskID) error {
	return c.do(ctx, call{
		op: "reject task", method: http.MethodPost, path: in(project, "tasks", id, "reject"), body: struct{}{},
		ofTask: true, since: "2.16",
	}, nil)
}

// DeleteTask deletes a task and its log; it takes an administrator. One that waits or runs must be stopped first.
// Errors: [ErrNotFound], [ErrForbidden]. API: DELETE /project/{project_id}/tasks/{task_id}.
func (c *Client) DeleteTask(ctx context.Context, project ProjectID, id TaskID) error {
	return c.do(ctx, call{
		op: "delete task", method: http.MethodDelete, path: in(project, "tasks", id), ofTask: true, adminOnly: true,
	}, nil)
}

// TaskStages lists the stages of a task. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/tasks/{task_id}/stages, 2.16 and later.
func (c *Client) TaskStages(ctx context.Context, project ProjectID, id TaskID) ([]TaskStage, error) {
	return get[[]TaskStage](ctx, c, call{
		op: "list stages of task", path: in(project, "tasks", id, "stages"), ofTask: true, since: "2.16",
	})
}

// AnsibleHosts lists what Ansible did on each host. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/tasks/{task_id}/ansible/hosts, 2.16 and later.
func (c *Client) AnsibleHosts(ctx context.Context, project ProjectID, id TaskID) ([]AnsibleHost, error) {
	return get[[]AnsibleHost](ctx, c, call{
		op: "list hosts of task", path: in(project, "tasks", id, "ansible", "hosts"), ofTask: true, since: "2.16",
	})
}

// AnsibleErrors lists what went wrong on the hosts. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/tasks/{task_id}/ansible/errors, 2.16 and later.
func (c *Client) AnsibleErrors(ctx context.Context, project ProjectID, id TaskID) ([]AnsibleError, error) {
	return get[[]AnsibleError](ctx, c, call{
		op: "list errors of task", path: in(project, "tasks", id, "ansible", "errors"), ofTask: true, since: "2.16",
	})
}

// RawOutput opens the log of a task as plain text without colours. The caller closes it. Servers before 2.16 answer
// [ErrUnsupported]; [Client.Output] works everywhere. Errors: [ErrNotFound].
// API: GET /project/{project_id}/tasks/{task_id}/raw_output, 2.16 and later.
func (c *Client) RawOutput(ctx context.Context, project ProjectID, id TaskID) (io.ReadCloser, error) {
	r := call{
		op: "get raw output", method: http.MethodGet, path: in(project, "tasks", id, "raw_output"), ofTask: true, since: "2.16",
	}
	body, err := c.stream(ctx, r)
	if err != nil {
		return nil, r.wrap(err)
	}
	return body, nil
}

// ActiveTask is a task that waits or runs somewhere on the server.
type ActiveTask struct {
	TaskID       TaskID     `json:"task_id"`
	ProjectID    ProjectID  `json:"project_id"`
	ProjectName  string     `json:"project_name"`
	TemplateID   TemplateID `json:"template_id"`
	TemplateName string     `json:"template_name"`
	Username     string     `json:"username"`
	RunnerID     RunnerID   `json:"runner_id"`
	RunnerName   string     `json:"runner_name"`
	Status       TaskStatus `json:"status"`
	Location     string     `json:"location"`
}

// ActiveTasks lists the tasks of all projects that wait or run; it takes an administrator. Errors: [ErrForbidden].
// API: GET /tasks.
func (c *Client) ActiveTasks(ctx context.Context) ([]ActiveTask, error) {
	return get[[]ActiveTask](ctx, c, call{op: "list active tasks", path: path("tasks")})
}

// StopActiveTask stops a task of any project gracefully; it takes an administrator. The name of the API's call
// notwithstanding, the task and its log stay. A task that neither waits nor runs is left alone, without an error.
// Errors: [ErrForbidden]. API: DELETE /tasks/{task_id}.
func (c *Client) StopActiveTask(ctx context.Context, id TaskID) error {
	return c.do(ctx, call{op: "stop active task", method: http.MethodDelete, path: path("tasks", id)}, nil)
}
