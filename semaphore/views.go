package semaphore

import (
	"context"
	"net/http"
)

// View is a tab over the list of templates.
type View struct {
	ID        ViewID    `json:"id,omitzero"`
	ProjectID ProjectID `json:"project_id,omitzero"`
	Title     string    `json:"title"`
	Position  int       `json:"position"`
	// The rest is for newer servers.
	Hidden      bool   `json:"hidden,omitzero"`
	Type        string `json:"type,omitzero"`
	SortColumn  string `json:"sort_column,omitzero"`
	SortReverse bool   `json:"sort_reverse,omitzero"`
}

// Views lists the views of a project. Errors: [ErrNotFound]. API: GET /project/{project_id}/views.
func (c *Client) Views(ctx context.Context, project ProjectID) ([]View, error) {
	return get[[]View](ctx, c, call{op: "list views", path: in(project, "views")})
}

// View fetches one view. Errors: [ErrNotFound]. API: GET /project/{project_id}/views/{view_id}.
func (c *Client) View(ctx context.Context, project ProjectID, id ViewID) (View, error) {
	return get[View](ctx, c, call{op: "get view", path: in(project, "views", id)})
}

// CreateView makes a view. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid]. API: POST /project/{project_id}/views.
func (c *Client) CreateView(ctx context.Context, project ProjectID, view View) (View, error) {
	var out View
	_, err := c.create(ctx, call{op: "create view", path: in(project, "views")}, project, view, &out)
	return out, err
}

// UpdateView changes a view: change gets it as it is. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: GET and PUT /project/{project_id}/views/{view_id}.
func (c *Client) UpdateView(ctx context.Context, project ProjectID, id ViewID, change func(*View)) (View, error) {
	return update(ctx, c, call{op: "update view", path: in(project, "views", id)}, change)
}

// DeleteView deletes a view, not its templates. Errors: [ErrNotFound], [ErrForbidden].
// API: DELETE /project/{project_id}/views/{view_id}.
func (c *Client) DeleteView(ctx context.Context, project ProjectID, id ViewID) error {
	return c.do(ctx, call{op: "delete view", method: http.MethodDelete, path: in(project, "views", id)}, nil)
}

// SetViewPositions orders the views; those that are not named keep their positions. Errors: [ErrNotFound],
// [ErrForbidden], [ErrInvalid]. API: POST /project/{project_id}/views/positions.
func (c *Client) SetViewPositions(ctx context.Context, project ProjectID, positions map[ViewID]int) error {
	return c.do(ctx, call{
		op: "set positions of views", method: http.MethodPost, path: in(project, "views", "positions"), body: positions, safe: true,
	}, nil)
}

// ViewTemplates lists the templates in a view. Errors: [ErrNotFound].
// API: GET /project/{project_id}/views/{view_id}/templates.
func (c *Client) ViewTemplates(ctx context.Context, project ProjectID, id ViewID) ([]Template, error) {
	return get[[]Template](ctx, c, call{op: "list templates of view", path: in(project, "views", id, "templates")})
}
