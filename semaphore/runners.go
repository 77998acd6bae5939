package semaphore

import (
	"context"
	"net/http"
	"time"
)

// Runner is a machine that runs tasks for the server.
type Runner struct {
	ID RunnerID `json:"id,omitzero"`
	// ProjectID is the project that the runner works for; 0 means for all.
	ProjectID        ProjectID `json:"project_id,omitzero"`
	Name             string    `json:"name"`
	Active           bool      `json:"active"`
	Webhook          string    `json:"webhook"`
	MaxParallelTasks int       `json:"max_parallel_tasks"`
	// The rest is for newer servers. Touched is when the runner was last heard of.
	Tag               string    `json:"tag,omitzero"`
	Tags              []string  `json:"tags,omitzero"`
	IsDefault         bool      `json:"is_default,omitzero"`
	Touched           time.Time `json:"touched,omitzero"`
	Registered        bool      `json:"registered,omitzero"`
	CleaningRequested time.Time `json:"cleaning_requested,omitzero"`
}

// NewRunner is a runner with what the server tells only once.
type NewRunner struct {
	Runner
	// Token is what the runner shows to the server.
	Token Secret
	// PrivateKey belongs to the key pair of the runner; newer servers only.
	PrivateKey Secret
}

// runners is the path of the server's runners, or of a project's.
func runners(project ProjectID, elements ...any) []string {
	if project == 0 {
		return append(path("runners"), path(elements...)...)
	}
	return append(in(project, "runners"), path(elements...)...)
}

// runnersSince is the version that brought the runners of projects; those of the server came earlier.
func runnersSince(project ProjectID) string {
	if project == 0 {
		return ""
	}
	return "2.16"
}

// Runners lists the runners of a project (2.16 and later), or of the server when the project is 0, which takes an
// administrator. Errors: [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: GET /runners and /project/{project_id}/runners.
func (c *Client) Runners(ctx context.Context, project ProjectID) ([]Runner, error) {
	return get[[]Runner](ctx, c, call{op: "list runners", path: runners(project), since: runnersSince(project)})
}

// Runner fetches one runner; project 0 means the server's. Errors: [ErrNotFound].
// API: GET /runners/{runner_id} and /project/{project_id}/runners/{runner_id}.
func (c *Client) Runner(ctx context.Context, project ProjectID, id RunnerID) (Runner, error) {
	return get[Runner](ctx, c, call{op: "get runner", path: runners(project, id), since: runnersSince(project)})
}

// CreateRunner makes a runner; project 0 means one for all projects. Keep its token: it is shown only here. Errors:
// [ErrNotFound], [ErrForbidden], [ErrInvalid]. API: POST /runners and /project/{project_id}/runners.
func (c *Client) CreateRunner(ctx context.Context, project ProjectID, runner Runner) (NewRunner, error) {
	var out struct {
		Runner
		Token      string `json:"token"`
		PrivateKey string `json:"private_key"`
	}
	r := call{op: "create runner", path: runners(project), since: runnersSince(project)}
	runner.Touched, runner.CleaningRequested, runner.Registered = time.Time{}, time.Time{}, false
	_, err := c.create(ctx, r, project, runner, &out)
	return NewRunner{Runner: out.Runner, Token: NewSecret(out.Token), PrivateKey: NewSecret(out.PrivateKey)}, err
}

// UpdateRunner changes a runner: change gets it as it is; project 0 means the server's. Errors: [ErrNotFound],
// [ErrForbidden], [ErrInvalid]. API: GET and PUT /runners/{runner_id} and /project/{project_id}/runners/{runner_id}.
func (c *Client) UpdateRunner(ctx context.Context, project ProjectID, id RunnerID, change func(*Runner)) (Runner, error) {
	return update(ctx, c, call{op: "update runner", path: runners(project, id), since: runnersSince(project)}, change)
}

// SetRunnerActive switches a runner on or off; project 0 means the server's. Errors: [ErrNotFound], [ErrForbidden],
// [ErrInvalid]. API: POST /runners/{runner_id}/active and /project/{project_id}/runners/{runner_id}/active.
func (c *Client) SetRunnerActive(ctx context.Context, project ProjectID, id RunnerID, active bool) error {
	return c.do(ctx, call{
		op: "set runner active", method: http.MethodPost, path: runners(project, id, "active"), safe: true,
		since: runnersSince(project), body: map[string]bool{"active": active},
	}, nil)
}

// DeleteRunner deletes a runner; project 0 means the server's. Errors: [ErrNotFound], [ErrForbidden].
// API: DELETE /runners/{runner_id} and /project/{project_id}/runners/{runner_id}.
func (c *Client) DeleteRunner(ctx context.Context, project ProjectID, id RunnerID) error {
	return c.do(ctx, call{
		op: "delete runner", method: http.MethodDelete, path: runners(project, id), since: runnersSince(project),
	}, nil)
}
