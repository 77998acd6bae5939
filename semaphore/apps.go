package semaphore

import (
	"context"
	"net/http"
)

// App is a program that templates run.
type App struct {
	ID       AppID `json:"id,omitzero"`
	Active   bool  `json:"active"`
	Priority int   `json:"priority"`
	// Title, Icon and the colours are empty for the apps that the server brings along.
	Title     string `json:"title"`
	Icon      string `json:"icon"`
	Color     string `json:"color"`
	DarkColor string `json:"dark_color"`
	// Path is the program, and Args come before the template's; empty means the server's own.
	Path string   `json:"path"`
	Args []string `json:"args"`
}

// Apps lists the apps. API: GET /apps.
func (c *Client) Apps(ctx context.Context) ([]App, error) {
	return get[[]App](ctx, c, call{op: "list apps", path: path("apps")})
}

// App fetches one app; it takes an administrator. Errors: [ErrNotFound], [ErrForbidden]. API: GET /apps/{app_id}.
func (c *Client) App(ctx context.Context, id AppID) (App, error) {
	app, err := get[App](ctx, c, call{op: "get app", path: path("apps", id)})
	if err == nil {
		app.ID = id // the answer does not have it
	}
	return app, err
}

// SetApp makes or replaces an app; it takes an administrator. Errors: [ErrForbidden], [ErrInvalid].
// API: PUT /apps/{app_id}.
func (c *Client) SetApp(ctx context.Context, app App) error {
	r := call{op: "set app", method: http.MethodPut, path: path("apps", app.ID), safe: true}
	app.ID = ""
	r.body = app
	return c.do(ctx, r, nil)
}

// SetAppActive switches an app on or off; it takes an administrator. Errors: [ErrNotFound], [ErrForbidden],
// [ErrInvalid]. API: POST /apps/{app_id}/active.
func (c *Client) SetAppActive(ctx context.Context, id AppID, active bool) error {
	return c.do(ctx, call{
		op: "set app active", method: http.MethodPost, path: path("apps", id, "active"), safe: true,
		body: map[string]bool{"active": active},
	}, nil)
}

// DeleteApp deletes an app, or what was changed about one that the server brings along; it takes an administrator.
// Errors: [ErrNotFound], [ErrForbidden]. API: DELETE /apps/{app_id}.
func (c *Client) DeleteApp(ctx context.Context, id AppID) error {
	return c.do(ctx, call{op: "delete app", method: http.MethodDelete, path: path("apps", id)}, nil)
}
