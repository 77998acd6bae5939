package semaphore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// StartTaskRequest is a task to start. The zero values mean what the template says.
type StartTaskRequest struct {
	// TemplateID is required.
	TemplateID TemplateID
	// Message is shown with the task.
	Message string
	// Mark makes starting safe to repeat: when a task of the template has this mark already, StartTask returns it
	// instead of starting another. It is added to Message in brackets. 8 to 64 letters, digits, dots, dashes and
	// underscores; a random text, or one that names the reason once and for all. Empty: no mark.
	Mark string
	// Variables are the answers to the survey and other extra variables. The template must have an environment, an empty
	// one will do: servers up to 2.17 fail otherwise. Where that has a variable of the same name, it wins on servers
	// before 2.16, and loses on later ones.
	Variables Variables
	// SecretVariables are the answers to secret survey variables. Servers before 2.16 give them to Ansible only, on the
	// command line, where others on the machine can see them.
	SecretVariables map[string]Secret
	// Arguments replace the template's where it allows that.
	Arguments Arguments
	// GitBranch and CommitHash choose what is checked out.
	GitBranch, CommitHash string
	// Playbook and InventoryID are for Ansible.
	Playbook    string
	InventoryID InventoryID
	// BuildTaskID is the build that a deploy brings out. 0: the latest.
	BuildTaskID TaskID

	// Limit, Tags and SkipTags select hosts and parts of a playbook. Servers before 2.16 know Limit only.
	Limit, Tags, SkipTags []string
	// Debug, DryRun and Diff are Ansible's --debug, --check and --diff.
	Debug, DryRun, Diff bool
	// Plan, Destroy, AutoApprove, Upgrade and Reconfigure are for Terraform, on servers since 2.16.
	Plan, Destroy, AutoApprove, Upgrade, Reconfigure bool
	// Params are further options of the app for newer servers, by the server's names, as "debug_level".
	Params map[string]any
}

// wireStart is the body of the request. Servers before 2.16 read the options of Ansible beside everything else and
// ignore params; later ones do the opposite. So they are sent in both places.
type wireStart struct {
	TemplateID  TemplateID     `json:"template_id"`
	Message     string         `json:"message,omitzero"`
	Environment Variables      `json:"environment,omitzero"`
	Secret      string         `json:"secret,omitzero"`
	Arguments   Arguments      `json:"arguments,omitzero"`
	GitBranch   string         `json:"git_branch,omitzero"`
	CommitHash  string         `json:"commit_hash,omitzero"`
	Playbook    string         `json:"playbook,omitzero"`
	InventoryID InventoryID    `json:"inventory_id,omitzero"`
	BuildTaskID TaskID         `json:"build_task_id,omitzero"`
	Limit       string         `json:"limit,omitzero"`
	Debug       bool           `json:"debug,omitzero"`
	DryRun      bool           `json:"dry_run,omitzero"`
	Diff        bool           `json:"diff,omitzero"`
	Params      map[string]any `json:"params"`
}

// params collects the options of the app.
func (r StartTaskRequest) params() map[string]any {
	params := maps.Clone(r.Params)
	if params == nil {
		params = map[string]any{}
	}
	for name, list := range map[string][]string{"limit": r.Limit, "tags": r.Tags, "skip_tags": r.SkipTags} {
		if len(list) > 0 {
			params[name] = list
		}
	}
	for name, set := range map[string]bool{
		"debug": r.Debug, "dry_run": r.DryRun, "diff": r.Diff, "plan": r.Plan, "destroy": r.Destroy,
		"auto_approve": r.AutoApprove, "upgrade": r.Upgrade, "reconfigure": r.Reconfigure,
	} {
		if set {
			params[name] = true
		}
	}
	return params
}

// message is the text with the mark.
func (r StartTaskRequest) message() string {
	if r.Mark == "" {
		return r.Message
	}
	return strings.TrimSpace(r.Message + " " + bracketed(r.Mark))
}

func bracketed(mark string) string { return "[" + mark + "]" }

// wire checks the request against the template and makes the body.
func (r StartTaskRequest) wire(template Template) (wireStart, error) {
	var problems []error
	if r.Arguments != nil && !template.AllowOverrideArguments {
		problems = append(problems, &ArgumentError{
			Name: "Arguments", Problem: "are not allowed by the template; the server would ignore them",
		})
	}
	if template.App != AppAnsible && template.App != "" {
		for name, set := range map[string]bool{
			"Limit": len(r.Limit) > 0, "Tags": len(r.Tags) > 0, "SkipTags": len(r.SkipTags) > 0, "DryRun": r.DryRun, "Diff": r.Diff,
		} {
			if set {
				problems = append(problems, &ArgumentError{
					Name: name, Problem: fmt.Sprintf("is for Ansible; this template runs %s, which would ignore it", template.App),
				})
			}
		}
	}
	if template.App != "" && !template.App.terraform() && (r.Plan || r.Destroy || r.AutoApprove || r.Upgrade || r.Reconfigure) {
		problems = append(problems, &ArgumentError{
			Name: "Plan, Destroy, AutoApprove, Upgrade, Reconfigure", Problem: fmt.Sprintf("are for Terraform; this template runs %s", template.App),
		})
	}
	answers, hidden, err := answer(template.SurveyVars, r.Variables, r.SecretVariables)
	if err := errors.Join(append(problems, err)...); err != nil {
		return wireStart{}, err
	}
	wire := wireStart{
		TemplateID: r.TemplateID, Message: r.message(), Arguments: r.Arguments, GitBranch: r.GitBranch,
		CommitHash: r.CommitHash, Playbook: r.Playbook, InventoryID: r.InventoryID, BuildTaskID: r.BuildTaskID,
		Limit: strings.Join(r.Limit, ","), Debug: r.Debug, DryRun: r.DryRun, Diff: r.Diff, Params: r.params(),
	}
	if len(answers) > 0 {
		wire.Environment = answers
	}
	if len(hidden) > 0 {
		text, err := json.Marshal(hidden)
		if err != nil {
			return wireStart{}, err
		}
		wire.Secret = string(text)
	}
	return wire, nil
}

var markForm = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// StartTask starts a task. Before that it fetches the template, refuses what the template does not allow, checks the
// answers to the survey and fills in defaults, none of which the server does; each problem is an [*ArgumentError].
//
// A start is never sent twice. After a failure that leaves open whether the task was started (see [NotSent]), a
// request with a Mark looks for its task and returns it when it is there; without a Mark look at [Client.Tasks].
// A task that the server made and failed at once comes back with its status, [StatusError].
// API: GET /project/{project_id}/templates/{template_id}, POST /project/{project_id}/tasks.
func (c *Client) StartTask(ctx context.Context, project ProjectID, req StartTaskRequest) (Task, error) {
	r := call{op: "start task", method: http.MethodPost, path: in(project, "tasks")}
	if req.TemplateID == 0 {
		return Task{}, r.wrap(&ArgumentError{Name: "TemplateID", Problem: "must be set"})
	}
	if req.Mark != "" && !markForm.MatchString(req.Mark) {
		return Task{}, r.wrap(&ArgumentError{
			Name: "Mark", Problem: "must have 8 to 64 letters, digits, dots, dashes and underscores",
		})
	}
	template, err := c.Template(ctx, project, req.TemplateID)
	if err != nil {
		return Task{}, r.wrap(err)
	}
	wire, err := req.wire(template)
	if err != nil {
		return Task{}, r.wrap(err)
	}
	if req.Mark != "" {
		if task, err := c.FindTask(ctx, project, req.TemplateID, req.Mark); err == nil || !errors.Is(err, ErrNotFound) {
			return task, err
		}
	}
	r.body = wire
	var out Task
	err = c.do(ctx, r, &out)
	if err == nil && out.ID < 1 {
		out, err = Task{}, r.wrap(r.malformed(errNoTask))
	}
	if api, ok := errors.AsType[*APIError](err); ok && api.Status == http.StatusInternalServerError &&
		wire.Environment != nil && len(template.EnvironmentIDs) == 0 {
		api.Message = "the server failed, because the template has no environment for variables; give it one, an empty one will do"
	}
	if err == nil || req.Mark == "" || !startInDoubt(err) {
		return out, err
	}
	return c.findStarted(ctx, project, req, err)
}

// errNoTask: an answer with a task in it has none.
var errNoTask = errors.New("it has no task with a number")

// startInDoubt tells whether the server may have made a task although err came back.
func startInDoubt(err error) bool {
	if api, ok := errors.AsType[*APIError](err); ok {
		return api.Status >= 500
	}
	return !NotSent(err)
}

// startLooks is how often a task is looked for after a start in doubt, one second apart: the server answers late when
// it is busy, and so do its lists.
const startLooks = 3

// findStarted looks for a task whose start is in doubt because of err.
func (c *Client) findStarted(ctx context.Context, project ProjectID, req StartTaskRequest, err error) (Task, error) {
	// The doubt may come from the end of ctx itself; looking is worth a moment more.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.config.timeout)
	defer cancel()
	for look := range startLooks {
		if look > 0 && sleep(ctx, time.Second) != nil {
			break
		}
		if task, found := c.FindTask(ctx, project, req.TemplateID, req.Mark); found == nil {
			return task, nil
		}
	}
	return Task{}, err
}

// FindTask finds the newest of the latest 200 tasks of a template that was started with a mark. None gives
// [ErrNotFound]. API: GET /project/{project_id}/templates/{template_id}/tasks/last.
func (c *Client) FindTask(ctx context.Context, project ProjectID, template TemplateID, mark string) (Task, error) {
	page, err := c.Tasks(ctx, project, TasksRequest{TemplateID: template})
	if err != nil {
		return Task{}, err
	}
	for _, task := range page.Tasks {
		if strings.HasSuffix(task.Message, bracketed(mark)) && task.ID > 0 {
			return task, nil
		}
	}
	return Task{}, during("find task", fmt.Errorf("no task has the mark %q: %w", oneLine(mark, 80), ErrNotFound))
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
