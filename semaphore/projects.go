package semaphore

import (
	"context"
	"net/http"
	"time"
)

// Project holds everything that belongs together: templates, keys, repositories, members and so on.
type Project struct {
	ID   ProjectID `json:"id,omitzero"`
	Name string    `json:"name"`
	// Created is zero on some servers after an update.
	Created time.Time `json:"created,omitzero"`
	// Alert sends notices about failed tasks.
	Alert bool `json:"alert"`
	// AlertChat is the Telegram chat for notices; empty means the server's.
	AlertChat string `json:"alert_chat,omitzero"`
	// MaxParallelTasks bounds the tasks that run at once; 0 means no bound.
	MaxParallelTasks int    `json:"max_parallel_tasks"`
	Type             string `json:"type"`
}

// Projects lists the projects that the user is a member of; administrators get all. Errors: [ErrForbidden].
// API: GET /projects.
func (c *Client) Projects(ctx context.Context) ([]Project, error) {
	return get[[]Project](ctx, c, call{op: "list projects", path: path("projects")})
}

// Project fetches one project. One that the user is no member of is not found. Errors: [ErrNotFound].
// API: GET /project/{project_id}.
func (c *Client) Project(ctx context.Context, id ProjectID) (Project, error) {
	return get[Project](ctx, c, call{op: "get project", path: in(id)})
}

// CreateProject makes a project whose owner is the caller. Errors: [ErrInvalid]. API: POST /projects.
func (c *Client) CreateProject(ctx context.Context, project Project) (Project, error) {
	project.Created = time.Time{}
	r := call{op: "create project", path: path("projects"), adminOnly: true}
	if project.Name == "" {
		return Project{}, r.wrap(&ArgumentError{Name: "Name", Problem: "must not be empty"})
	}
	var out Project
	_, err := c.create(ctx, r, 0, project, &out)
	return out, err
}

// UpdateProject changes a project: change gets the project as it is. Errors: [ErrNotFound], [ErrForbidden],
// [ErrInvalid]. API: GET and PUT /project/{project_id}.
func (c *Client) UpdateProject(ctx context.Context, id ProjectID, change func(*Project)) (Project, error) {
	return update(ctx, c, call{op: "update project", path: in(id)}, change)
}

// DeleteProject deletes a project with all that is in it. Errors: [ErrNotFound], [ErrForbidden].
// API: DELETE /project/{project_id}.
func (c *Client) DeleteProject(ctx context.Context, id ProjectID) error {
	return c.do(ctx, call{op: "delete project", method: http.MethodDelete, path: in(id)}, nil)
}

// LeaveProject ends the caller's own membership. Errors: [ErrNotFound]. API: DELETE /project/{project_id}/me.
func (c *Client) LeaveProject(ctx context.Context, id ProjectID) error {
	return c.do(ctx, call{op: "leave project", method: http.MethodDelete, path: in(id, "me")}, nil)
}
