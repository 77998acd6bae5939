package semaphore

import (
	"context"
	"net/http"
)

// ClearCache deletes the working copies of repositories that the server keeps for a project, so that the next tasks
// clone anew; project 0 means all of them and takes an administrator. Do not call it while tasks run. Errors:
// [ErrNotFound], [ErrForbidden], [ErrUnsupported]. API: DELETE /project/{project_id}/cache and /cache, 2.16 and later.
func (c *Client) ClearCache(ctx context.Context, project ProjectID) error {
	r := call{op: "clear cache", method: http.MethodDelete, path: path("cache"), since: "2.16"}
	if project != 0 {
		r.path = in(project, "cache")
	}
	return c.do(ctx, r, nil)
}
