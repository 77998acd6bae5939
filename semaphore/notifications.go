package semaphore

import (
	"context"
	"errors"
	"net/http"
)

// SendTestNotification sends a notice to everything to which the project's notices go, so that people can see whether
// they arrive. A project whose [Project.Alert] is off gives [ErrConflict]. Errors: [ErrNotFound], [ErrForbidden],
// [ErrInvalid], [ErrUnsupported]. API: POST /project/{project_id}/notifications/test, 2.16 and later.
func (c *Client) SendTestNotification(ctx context.Context, project ProjectID) error {
	err := c.do(ctx, call{
		op: "send test notification", method: http.MethodPost, path: in(project, "notifications", "test"), since: "2.16",
		body: struct{}{},
	}, nil)
	if api, ok := errors.AsType[*APIError](err); ok && api.Status == http.StatusConflict {
		api.Message = "the project sends no notices; switch them on with UpdateProject"
	}
	return err
}
