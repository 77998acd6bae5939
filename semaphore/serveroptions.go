package semaphore

import (
	"context"
	"net/http"
)

// ServerOptions are the settings that the server keeps in its database, by key; it takes an administrator. Errors:
// [ErrForbidden]. API: GET /options.
func (c *Client) ServerOptions(ctx context.Context) (map[string]any, error) {
	return get[map[string]any](ctx, c, call{op: "get options", path: path("options")})
}

// SetServerOption changes one setting; it takes an administrator. Errors: [ErrForbidden], [ErrInvalid].
// API: POST /options.
func (c *Client) SetServerOption(ctx context.Context, key, value string) error {
	return c.do(ctx, call{op: "set option", method: http.MethodPost, path: path("options"), safe: true, body: map[string]string{
		"key": key, "value": value,
	}}, nil)
}
