package semaphore

import (
	"context"
	"net/http"
	"time"
)

// RunnerRegistration lets a runner that was prepared register, once and soon.
type RunnerRegistration struct {
	RunnerID RunnerID
	// ProjectID is 0 for a runner of the server.
	ProjectID ProjectID
	// Token is what the runner shows when it registers.
	Token Secret
}

// PrepareRunner makes a runner that has no token yet and stays inactive, for tools that make runners before there is a
// machine; project 0 means one for all projects. Go on with [Client.RegisterRunner]. Older servers do not know this and
// make a usual runner, whose token is lost; RegisterRunner then gives [ErrUnsupported], and [Client.CreateRunner] is what
// they have. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: POST /runners and /project/{project_id}/runners, 2.18 and later.
func (c *Client) PrepareRunner(ctx context.Context, project ProjectID, runner Runner) (Runner, error) {
	runner.Active, runner.Touched, runner.CleaningRequested, runner.Registered = false, time.Time{}, time.Time{}, false
	var out Runner
	_, err := c.create(ctx, call{op: "prepare runner", path: runners(project), since: runnersSince(project)}, project, struct {
		Runner
		Registered bool `json:"registered"` // must be sent, because its default is true
	}{Runner: runner}, &out)
	return out, err
}

// RegisterRunner makes a new token with which a prepared runner can register; the one before stops working. A runner
// that has registered gives [ErrInvalid]. Project 0 means the server's runners. Errors: [ErrNotFound], [ErrForbidden],
// [ErrUnsupported].
// API: POST /runners/{runner_id}/registration-token and /project/{project_id}/runners/{runner_id}/registration-token,
// 2.18 and later.
func (c *Client) RegisterRunner(ctx context.Context, project ProjectID, id RunnerID) (RunnerRegistration, error) {
	var out struct {
		Token     string    `json:"registration_token"`
		RunnerID  RunnerID  `json:"runner_id"`
		ProjectID ProjectID `json:"project_id"`
	}
	err := c.do(ctx, call{
		op: "register runner", method: http.MethodPost, path: runners(project, id, "registration-token"), since: "2.18",
		body: struct{}{},
	}, &out)
	return RunnerRegistration{RunnerID: out.RunnerID, ProjectID: out.ProjectID, Token: NewSecret(out.Token)}, err
}

// ClearRunnerCache asks a runner to delete its working copies before its next task; project 0 means the server's
// runners. Errors: [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: DELETE /runners/{runner_id}/cache and /project/{project_id}/runners/{runner_id}/cache, 2.16 and later.
func (c *Client) ClearRunnerCache(ctx context.Context, project ProjectID, id RunnerID) error {
	return c.do(ctx, call{
		op: "clear cache of runner", method: http.MethodDelete, path: runners(project, id, "cache"), since: "2.16",
	}, nil)
}

// RunnerTag is a tag by which templates choose runners.
type RunnerTag struct {
	Tag string `json:"tag"`
	// Runners counts the runners that have it.
	Runners int `json:"number_of_runners"`
}

// RunnerTags lists the tags of the runners that a project can use (2.16 and later), or of the server's runners when the
// project is 0 (2.18 and later), which takes an administrator. Errors: [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: GET /runner_tags and /project/{project_id}/runner_tags.
func (c *Client) RunnerTags(ctx context.Context, project ProjectID) ([]RunnerTag, error) {
	if project == 0 {
		return get[[]RunnerTag](ctx, c, call{op: "list tags of runners", path: path("runner_tags"), since: "2.18"})
	}
	return get[[]RunnerTag](ctx, c, call{op: "list tags of runners", path: in(project, "runner_tags"), since: "2.16"})
}
