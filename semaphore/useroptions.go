package semaphore

import (
	"context"
	"net/http"
)

// UserOptions are the settings of the web interface that the server keeps for the caller, by key; empty when nothing
// was set. Errors: [ErrUnsupported]. API: GET /user/options, 2.18 and later.
func (c *Client) UserOptions(ctx context.Context) (map[string]string, error) {
	return get[map[string]string](ctx, c, call{op: "get user options", path: path("user", "options"), since: "2.18"})
}

// SetUserOption changes one setting of the caller. The server knows the keys, such as "nav.unpinnedItems"; others give
// [ErrInvalid]. Errors: [ErrUnsupported]. API: POST /user/options, 2.18 and later.
func (c *Client) SetUserOption(ctx context.Context, key, value string) error {
	return c.do(ctx, call{
		op: "set user option", method: http.MethodPost, path: path("user", "options"), since: "2.18", safe: true,
		body: map[string]string{"key": key, "value": value},
	}, nil)
}
