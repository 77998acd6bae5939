package semaphore

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// TemplateType says what a template is for.
type TemplateType string

// The types of templates.
const (
	TemplateTask   TemplateType = ""
	TemplateBuild  TemplateType = "build"
	TemplateDeploy TemplateType = "deploy"
)

// Template is something that can be run: a playbook or script with its surroundings. A run is a [Task].
type Template struct {
	ID        TemplateID `json:"id,omitzero"`
	ProjectID ProjectID  `json:"project_id,omitzero"`
	Name      string     `json:"name"`
	// App is the program that runs Playbook, which is a path in the repository.
	App      AppID  `json:"app"`
	Playbook string `json:"playbook"`
	// RepositoryID is required; InventoryID is for Ansible and Terraform.
	RepositoryID RepositoryID `json:"repository_id"`
	InventoryID  InventoryID  `json:"inventory_id,omitzero"`
	// EnvironmentIDs are the environments whose variables the tasks get. Servers before 2.16 take one.
	EnvironmentIDs []EnvironmentID `json:"environment_ids,omitzero"`
	// Arguments are added to the command line.
	Arguments Arguments `json:"arguments,omitzero"`
	// AllowOverrideArguments lets a task bring its own Arguments.
	AllowOverrideArguments bool   `json:"allow_override_args_in_task"`
	Description            string `json:"description,omitzero"`
	// Vaults are passwords of Ansible vaults.
	Vaults []TemplateVault `json:"vaults,omitzero"`
	// Type, StartVersion (of builds, as "1.0.0"), BuildTemplateID and Autorun (of deploys) tie builds and deploys.
	Type            TemplateType `json:"type"`
	StartVersion    string       `json:"start_version,omitzero"`
	BuildTemplateID TemplateID   `json:"build_template_id,omitzero"`
	Autorun         bool         `json:"autorun"`
	ViewID          ViewID       `json:"view_id,omitzero"`
	// GitBranch replaces the repository's branch.
	GitBranch string `json:"git_branch,omitzero"`
	// SurveyVars are what a task is asked for; see [Client.StartTask].
	SurveyVars            []SurveyVar `json:"survey_vars,omitzero"`
	SuppressSuccessAlerts bool        `json:"suppress_success_alerts"`

	// The following are for newer servers.
	SuppressErrorAlerts bool           `json:"suppress_error_alerts,omitzero"`
	TaskParams          map[string]any `json:"task_params,omitzero"`
	RunnerTag           string         `json:"runner_tag,omitzero"`
	AllowOverrideBranch bool           `json:"allow_override_branch_in_task,omitzero"`
	AllowParallelTasks  bool           `json:"allow_parallel_tasks,omitzero"`
	// AllowAnyVariables lets tasks have variables that SurveyVars do not name, where the server would refuse them.
	AllowAnyVariables bool   `json:"allow_any_vars_in_task,omitzero"`
	WorkingDirectory  string `json:"working_directory,omitzero"`
	ExecutorImage     string `json:"executor_image,omitzero"`

	// LastTask and Tasks are set by the server: the latest task, and on some servers how many there are.
	LastTask *Task `json:"last_task,omitzero"`
	Tasks    int   `json:"tasks,omitzero"`
}

// TemplateVault is a password for Ansible's vault.
type TemplateVault struct {
	ID         int64      `json:"id,omitzero"`
	ProjectID  ProjectID  `json:"project_id,omitzero"`
	TemplateID TemplateID `json:"template_id,omitzero"`
	VaultKeyID KeyID      `json:"vault_key_id,omitzero"`
	Name       string     `json:"name,omitzero"`
	// Type is "password" or "script", and Script the script; newer servers only.
	Type   string `json:"type,omitzero"`
	Script string `json:"script,omitzero"`
}

// plainTemplate is Template without its methods.
type plainTemplate Template

// wireTemplate has both forms of the environments: one id for servers before 2.16, a list for the others.
type wireTemplate struct {
	plainTemplate
	EnvironmentID EnvironmentID `json:"environment_id,omitzero"`
}

// MarshalJSON writes the template as the server's API has it.
func (t Template) MarshalJSON() ([]byte, error) {
	wire := wireTemplate{plainTemplate: plainTemplate(t)}
	if len(t.EnvironmentIDs) > 0 {
		wire.EnvironmentID = t.EnvironmentIDs[0]
	}
	return json.Marshal(wire)
}

// UnmarshalJSON reads the template as the server's API has it.
func (t *Template) UnmarshalJSON(data []byte) error {
	wire := wireTemplate{plainTemplate: plainTemplate(*t)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*t = Template(wire.plainTemplate)
	if len(t.EnvironmentIDs) == 0 && wire.EnvironmentID != 0 {
		t.EnvironmentIDs = []EnvironmentID{wire.EnvironmentID}
	}
	return nil
}

// TemplatesRequest selects and sorts templates; the zero value means all of them by name.
type TemplatesRequest struct {
	// Sort is a column, as "name", "playbook" or "inventory". Some servers sort by name only.
	Sort string
	// Descending turns the order round.
	Descending bool
}

// Templates lists the templates of a project. Errors: [ErrNotFound]. API: GET /project/{project_id}/templates.
func (c *Client) Templates(ctx context.Context, project ProjectID, req TemplatesRequest) ([]Template, error) {
	query := url.Values{"sort": {"name"}, "order": {"asc"}}
	if req.Sort != "" {
		query.Set("sort", req.Sort)
	}
	if req.Descending {
		query.Set("order", "desc")
	}
	return get[[]Template](ctx, c, call{op: "list templates", path: in(project, "templates"), query: query})
}

// Template fetches one template. Errors: [ErrNotFound]. API: GET /project/{project_id}/templates/{template_id}.
func (c *Client) Template(ctx context.Context, project ProjectID, id TemplateID) (Template, error) {
	return get[Template](ctx, c, call{op: "get template", path: in(project, "templates", id)})
}

// CreateTemplate makes a template. What every server refuses is refused here first, because some store a template and
// refuse it afterwards: an app that the server does not have is such a case. Errors: [ErrNotFound], [ErrForbidden],
// [ErrInvalid]. API: POST /project/{project_id}/templates.
func (c *Client) CreateTemplate(ctx context.Context, project ProjectID, template Template) (Template, error) {
	r := call{op: "create template", path: in(project, "templates")}
	if err := template.check(); err != nil {
		return Template{}, r.wrap(err)
	}
	template.LastTask, template.Tasks = nil, 0
	var out Template
	_, err := c.create(ctx, r, project, template, &out)
	return out, err
}

// check finds what no server takes.
func (t Template) check() error {
	switch {
	case t.Name == "":
		return &ArgumentError{Name: "Name", Problem: "must not be empty"}
	case t.RepositoryID == 0:
		return &ArgumentError{Name: "RepositoryID", Problem: "must be set"}
	case t.App == AppAnsible && t.InventoryID == 0:
		return &ArgumentError{Name: "InventoryID", Problem: "must be set for Ansible"}
	case t.Playbook == "" && !t.App.terraform():
		return &ArgumentError{Name: "Playbook", Problem: "must not be empty"}
	}
	return nil
}

func (a AppID) terraform() bool { return a == AppTerraform || a == AppTofu || a == AppTerragrunt }

// UpdateTemplate changes a template: change gets it as it is, and what it leaves alone stays. Errors: [ErrNotFound],
// [ErrForbidden], [ErrInvalid]. API: GET and PUT /project/{project_id}/templates/{template_id}.
func (c *Client) UpdateTemplate(ctx context.Context, project ProjectID, id TemplateID, change func(*Template)) (Template, error) {
	return update(ctx, c, call{op: "update template", path: in(project, "templates", id)}, change, "last_task", "tasks")
}

// DeleteTemplate deletes a template with its tasks; the build template of another gives [ErrInUse]. Errors:
// [ErrNotFound], [ErrForbidden]. API: DELETE /project/{project_id}/templates/{template_id}.
func (c *Client) DeleteTemplate(ctx context.Context, project ProjectID, id TemplateID) error {
	return c.do(ctx, call{op: "delete template", method: http.MethodDelete, path: in(project, "templates", id)}, nil)
}

// TemplateReferences tells what uses a template. Errors: [ErrNotFound].
// API: GET /project/{project_id}/templates/{template_id}/refs.
func (c *Client) TemplateReferences(ctx context.Context, project ProjectID, id TemplateID) (References, error) {
	return c.references(ctx, "get references of template", in(project, "templates", id))
}

// StopAllTasks stops all tasks of a template that wait or run. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid],
// [ErrUnsupported]. API: POST /project/{project_id}/templates/{template_id}/stop_all_tasks, 2.16 and later.
func (c *Client) StopAllTasks(ctx context.Context, project ProjectID, id TemplateID, force bool) error {
	return c.do(ctx, call{
		op: "stop all tasks of template", method: http.MethodPost, path: in(project, "templates", id, "stop_all_tasks"),
		since: "2.16", body: map[string]bool{"force": force}, safe: true,
	}, nil)
}
