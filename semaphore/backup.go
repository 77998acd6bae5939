package semaphore

import (
	"context"
	"encoding/json"
	"net/http"
)

// Backup writes a project down as JSON, without its secrets and its tasks. What is in it depends on the version of the
// server. Errors: [ErrNotFound]. API: GET /project/{project_id}/backup.
func (c *Client) Backup(ctx context.Context, project ProjectID) (json.RawMessage, error) {
	return get[json.RawMessage](ctx, c, call{op: "back up project", path: in(project, "backup")})
}

// Restore makes a new project from a backup. The keys have to be filled in again. Some servers let everybody do it.
// Errors: [ErrInvalid]. API: POST /projects/restore.
func (c *Client) Restore(ctx context.Context, backup json.RawMessage) (Project, error) {
	r := call{op: "restore project", method: http.MethodPost, path: path("projects", "restore"), body: backup}
	var head struct {
		Meta struct {
			Name string `json:"name"`
		} `json:"meta"`
	}
	if json.Unmarshal(backup, &head) != nil || head.Meta.Name == "" {
		return Project{}, r.wrap(&ArgumentError{Name: "backup", Problem: "names no project; it is not what Backup returned"})
	}
	var out Project
	err := c.do(ctx, r, &out)
	return out, err
}
