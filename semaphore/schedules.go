package semaphore

import (
	"context"
	"net/http"
	"time"
)

// Schedule starts a template at certain times.
type Schedule struct {
	ID         ScheduleID `json:"id,omitzero"`
	ProjectID  ProjectID  `json:"project_id,omitzero"`
	TemplateID TemplateID `json:"template_id"`
	// Cron has five fields or is a word such as @daily, in the time zone of the server.
	Cron   string `json:"cron_format"`
	Name   string `json:"name"`
	Active bool   `json:"active"`
	// RepositoryID makes the schedule start tasks only when the repository has something new.
	RepositoryID RepositoryID `json:"repository_id,omitzero"`
	// The rest is for newer servers. Type is "" for cron or "run_at" for once.
	Type           string      `json:"type,omitzero"`
	RunAt          time.Time   `json:"run_at,omitzero"`
	DeleteAfterRun bool        `json:"delete_after_run,omitzero"`
	TaskParams     *TaskParams `json:"task_params,omitzero"`
	// TemplateName is set in lists.
	TemplateName string `json:"tpl_name,omitzero"`
}

// TaskParams are what newer servers let schedules and integrations say about the tasks that they start.
type TaskParams struct {
	ProjectID   ProjectID      `json:"project_id,omitzero"`
	Environment Variables      `json:"environment,omitzero"`
	Arguments   Arguments      `json:"arguments,omitzero"`
	GitBranch   string         `json:"git_branch,omitzero"`
	Message     string         `json:"message,omitzero"`
	Version     string         `json:"version,omitzero"`
	InventoryID InventoryID    `json:"inventory_id,omitzero"`
	Params      map[string]any `json:"params,omitzero"`
}

// Schedules lists the schedules of a project. On BoltDB one schedule whose template is gone makes the whole list
// answer [ErrNotFound]; delete it with [Client.DeleteSchedule]. API: GET /project/{project_id}/schedules.
func (c *Client) Schedules(ctx context.Context, project ProjectID) ([]Schedule, error) {
	return get[[]Schedule](ctx, c, call{op: "list schedules", path: in(project, "schedules")})
}

// TemplateSchedules lists the schedules of a template that start tasks only when a repository has something new. All of
// them are in [Client.Schedules]. Errors: [ErrNotFound].
// API: GET /project/{project_id}/templates/{template_id}/schedules.
func (c *Client) TemplateSchedules(ctx context.Context, project ProjectID, template TemplateID) ([]Schedule, error) {
	return get[[]Schedule](ctx, c, call{op: "list schedules of template", path: in(project, "templates", template, "schedules")})
}

// Schedule fetches one schedule. Errors: [ErrNotFound]. API: GET /project/{project_id}/schedules/{schedule_id}.
func (c *Client) Schedule(ctx context.Context, project ProjectID, id ScheduleID) (Schedule, error) {
	return get[Schedule](ctx, c, call{op: "get schedule", path: in(project, "schedules", id)})
}

// CreateSchedule makes a schedule. The template must exist: some servers do not check it, and then list no schedules
// any more. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid]. API: POST /project/{project_id}/schedules.
func (c *Client) CreateSchedule(ctx context.Context, project ProjectID, schedule Schedule) (Schedule, error) {
	r := call{op: "create schedule", path: in(project, "schedules")}
	if _, err := c.Template(ctx, project, schedule.TemplateID); err != nil {
		return Schedule{}, r.wrap(err)
	}
	schedule.TemplateName = ""
	var out Schedule
	_, err := c.create(ctx, r, project, schedule, &out)
	return out, err
}

// UpdateSchedule changes a schedule: change gets it as it is. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: GET and PUT /project/{project_id}/schedules/{schedule_id}.
func (c *Client) UpdateSchedule(ctx context.Context, project ProjectID, id ScheduleID, change func(*Schedule)) (Schedule, error) {
	return update(ctx, c, call{op: "update schedule", path: in(project, "schedules", id)}, change, "tpl_name")
}

// SetScheduleActive switches a schedule on or off. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: PUT /project/{project_id}/schedules/{schedule_id}/active.
func (c *Client) SetScheduleActive(ctx context.Context, project ProjectID, id ScheduleID, active bool) error {
	return c.do(ctx, call{
		op: "set schedule active", method: http.MethodPut, path: in(project, "schedules", id, "active"), safe: true,
		body: map[string]bool{"active": active},
	}, nil)
}

// DeleteSchedule deletes a schedule. Errors: [ErrNotFound], [ErrForbidden].
// API: DELETE /project/{project_id}/schedules/{schedule_id}.
func (c *Client) DeleteSchedule(ctx context.Context, project ProjectID, id ScheduleID) error {
	return c.do(ctx, call{op: "delete schedule", method: http.MethodDelete, path: in(project, "schedules", id)}, nil)
}

// ValidateCron asks the server whether it understands a schedule; one that it does not gives [ErrInvalid] with the
// reason. Errors: [ErrNotFound], [ErrForbidden]. API: POST /project/{project_id}/schedules/validate.
func (c *Client) ValidateCron(ctx context.Context, project ProjectID, cron string) error {
	return c.do(ctx, call{
		op: "validate schedule", method: http.MethodPost, path: in(project, "schedules", "validate"), safe: true,
		body: map[string]string{"cron_format": cron},
	}, nil)
}
