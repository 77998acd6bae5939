package semaphore

import (
	"context"
	"time"
)

// Event is a line of the server's history: somebody changed something, a task ended.
type Event struct {
	UserID        UserID        `json:"user_id"`
	ProjectID     ProjectID     `json:"project_id"`
	IntegrationID IntegrationID `json:"integration_id"`
	// ObjectID and ObjectType say what it is about, as 17 and "task".
	ObjectID    int64     `json:"object_id"`
	ObjectType  string    `json:"object_type"`
	Description string    `json:"description"`
	Created     time.Time `json:"created"`
	ObjectName  string    `json:"object_name"`
	ProjectName string    `json:"project_name"`
	Username    string    `json:"username"`
}

// Events lists the latest events of all projects that the user can see, newest first, about 200.
// API: GET /events/last.
func (c *Client) Events(ctx context.Context) ([]Event, error) {
	return get[[]Event](ctx, c, call{op: "list events", path: path("events", "last")})
}

// ProjectEvents lists the latest events of a project, newest first, about 200. Errors: [ErrNotFound].
// API: GET /project/{project_id}/events/last.
func (c *Client) ProjectEvents(ctx context.Context, project ProjectID) ([]Event, error) {
	return get[[]Event](ctx, c, call{op: "list events of project", path: in(project, "events", "last")})
}
