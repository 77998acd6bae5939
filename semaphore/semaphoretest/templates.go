package semaphoretest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// A template says what a task runs.
type template struct {
	ID                        int            `json:"id"`
	ProjectID                 int            `json:"project_id"`
	InventoryID               *int           `json:"inventory_id" gen:"omit"`
	RepositoryID              int            `json:"repository_id"`
	EnvironmentID             *int           `json:"environment_id" gen:"omit"`
	EnvironmentIDs            []int          `json:"environment_ids" gen:"216,omit"`
	Name                      string         `json:"name"`
	Playbook                  string         `json:"playbook"`
	Arguments                 *string        `json:"arguments" gen:"omit"`
	AllowOverrideArgsInTask   bool           `json:"allow_override_args_in_task" gen:"omit"`
	Description               *string        `json:"description" gen:"omit"`
	Vaults                    []vault        `json:"vaults" gen:"omit"`
	Type                      string         `json:"type" gen:"omit"`
	StartVersion              *string        `json:"start_version" gen:"omit"`
	BuildTemplateID           *int           `json:"build_template_id" gen:"omit"`
	ViewID                    *int           `json:"view_id" gen:"omit"`
	LastTask                  *listedTask    `json:"last_task" gen:"omit"`
	Autorun                   bool           `json:"autorun" gen:"omit"`
	GitBranch                 *string        `json:"git_branch" gen:"omit"`
	SurveyVars                []surveyVar    `json:"survey_vars" gen:"omit"`
	SuppressSuccessAlerts     bool           `json:"suppress_success_alerts" gen:"omit"`
	SuppressErrorAlerts       bool           `json:"suppress_error_alerts" gen:"216,omit"`
	App                       string         `json:"app" gen:"omit"`
	Tasks                     int            `json:"tasks"`
	TaskParams                map[string]any `json:"task_params" gen:"216,omit"`
	RunnerTag                 *string        `json:"runner_tag" gen:"216,omit"`
	WorkingDirectory          string         `json:"working_directory" gen:"216,omit"`
	ExecutorImage             string         `json:"executor_image" gen:"216,omit"`
	AllowOverrideBranchInTask bool           `json:"allow_override_branch_in_task" gen:"216,omit"`
	AllowParallelTasks        bool           `json:"allow_parallel_tasks" gen:"216,omit"`
}

// A vault is a password with which Ansible opens files.
type vault struct {
	ID         int     `json:"id"`
	ProjectID  int     `json:"project_id"`
	TemplateID int     `json:"template_id"`
	VaultKeyID *int    `json:"vault_key_id"`
	Name       *string `json:"name"`
	Type       string  `json:"type" gen:"216"`
	Script     *string `json:"script" gen:"216"`
}

// A surveyVar is a question that is asked before a task starts. The server keeps it for the user interface only.
type surveyVar struct {
	Name         string      `json:"name"`
	Title        string      `json:"title"`
	Required     bool        `json:"required" gen:"omit"`
	Type         string      `json:"type" gen:"omit"`
	Description  string      `json:"description" gen:"omit"`
	Values       []enumValue `json:"values" gen:"omit"`
	DefaultValue string      `json:"default_value" gen:"216,omit"`
	Target       string      `json:"target" gen:"216,omit"`
}

type enumValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (t *template) key() *int     { return &t.ID }
func (t *template) title() string { return t.Name }

var templates = collection[template, *template]{
	kind: "template", name: "Template",
	called: func(t *template) string { return "Template ID " + strconv.Itoa(t.ID) },
	sorts: map[string]func(p *project, v *template) string{
		"playbook":    func(_ *project, t *template) string { return t.Playbook },
		"inventory":   func(p *project, t *template) string { return optional(nameOf(p.inventories, t.InventoryID)) },
		"environment": func(p *project, t *template) string { return optional(nameOf(p.environments, t.EnvironmentID)) },
		"repository":  func(p *project, t *template) string { return optional(nameOf(p.repositories, &t.RepositoryID)) },
	},
	list:  func(p *project) *[]*template { return &p.templates },
	check: checkTemplate,
	saved: saveVaults,
	item: func(s *Server, p *project, t template) template {
		t.LastTask = s.lastTask(p, &t)
		if t.Vaults == nil {
			t.Vaults = []vault{}
		}
		return t
	},
	row: func(s *Server, p *project, t template) template {
		t.LastTask = s.lastTask(p, &t)
		t.Vaults = nil // a list does not look for them
		return t
	},
	users: func(p *project, id int) refs {
		r := noRefs()
		r.Templates = pick(p.templates, func(t *template) bool { return is(t.BuildTemplateID, id) })
		return r
	},
}

func templateRoutes() []route {
	const base = "/project/{project_id}/templates"
	own := []route{
		{method: "POST", path: base, handle: postTemplate, may: mayManage},
		{method: "DELETE", path: base + "/{id}", handle: templates.with(deleteTemplate), may: mayManage},
		{method: "GET", path: base + "/{id}/tasks", handle: templates.with(getTemplateTasks)},
		{method: "GET", path: base + "/{id}/tasks/last", handle: templates.with(getLastTemplateTasks)},
		{method: "GET", path: base + "/{id}/schedules", handle: templates.with(getTemplateSchedules)},
	}
	return append(own, templates.routes("templates")...)
}

func checkTemplate(s *Server, c *call, body, old *template) *answer {
	if old != nil {
		switch {
		case s.app(body.App) == nil:
			return badRequest("Invalid app id: " + body.App)
		case body.ID != old.ID:
			return badRequest("template id in URL and in body must be the same")
		case body.ProjectID != old.ProjectID:
			return badRequest("You can not move template to other project")
		}
		if body.Arguments != nil && *body.Arguments == "" {
			body.Arguments = nil
		}
		if body.Type != "deploy" {
			body.BuildTemplateID = nil
		}
		if body.Type != "build" {
			body.StartVersion = nil
		}
	}
	body.ProjectID, body.LastTask, body.Tasks = c.project.ID, nil, 0
	if s.gen == Gen216 {
		body.oneEnvironment()
	}
	terraform := body.App == "terraform" || body.App == "tofu" || body.App == "terragrunt"
	switch {
	case body.App == "ansible" && body.InventoryID == nil:
		return badRequest("template inventory can not be empty")
	case body.Name == "":
		return badRequest("template name can not be empty")
	case !terraform && body.Playbook == "":
		return badRequest("template playbook can not be empty")
	case body.Arguments != nil && !json.Valid([]byte(*body.Arguments)):
		return badRequest("template arguments must be valid JSON")
	}
	return nil
}

// oneEnvironment keeps the old field and the new one, which is a list, alike.
func (t *template) oneEnvironment() {
	switch {
	case len(t.EnvironmentIDs) > 0:
		t.EnvironmentID = &t.EnvironmentIDs[0]
	case t.EnvironmentID != nil:
		t.EnvironmentIDs = []int{*t.EnvironmentID}
	}
}

// optional is an optional text.
func optional(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func saveVaults(s *Server, c *call, stored, _ *template) {
	stored.Vaults = slices.Clone(stored.Vaults)
	for i := range stored.Vaults {
		v := &stored.Vaults[i]
		if v.ID == 0 {
			v.ID = s.nextID("vault", c.project)
		}
		v.ProjectID, v.TemplateID = c.project.ID, stored.ID
	}
}

func postTemplate(s *Server, c *call) answer {
	body := new(template)
	if !c.bind(body) {
		return empty(http.StatusBadRequest)
	}
	if refused := checkTemplate(s, c, body, nil); refused != nil {
		return *refused
	}
	known := s.app(body.App) != nil
	if !known && s.gen == Gen216 {
		return refuse(http.StatusBadRequest, "Invalid app id: "+body.App)
	}
	if s.db != Bolt && find(c.project.repositories, body.RepositoryID) == nil {
		s.nextID("template", c.project) // the number is lost
		return empty(http.StatusBadRequest)
	}
	t := templates.add(s, c, body)
	if !known { // too late: the template is there
		return refuse(http.StatusBadRequest, "Invalid app id: "+body.App)
	}
	if (t.App == "terraform" || t.App == "tofu" || t.App == "terragrunt") && t.InventoryID == nil {
		workspace := &inventory{
			ID: s.nextID("inventory", c.project), ProjectID: c.project.ID, Name: t.Name + " - default",
			Inventory: "default", Type: "terraform-workspace", HolderID: &t.ID, TemplateID: &t.ID,
		}
		c.project.inventories = append(c.project.inventories, workspace)
		t.InventoryID = &workspace.ID
	}
	shown := *t
	if s.db == Bolt && shown.Vaults == nil {
		shown.Vaults = []vault{}
	}
	return s.reply(http.StatusCreated, shown)
}

func deleteTemplate(s *Server, c *call, t *template) answer {
	if templates.refs(c.project, t).any() {
		if s.gen == Gen216 {
			return refuse(http.StatusConflict, "template is in use")
		}
		return empty(http.StatusConflict)
	}
	for _, old := range slices.Clone(s.byAge) {
		if old.ProjectID == c.project.ID && old.TemplateID == t.ID {
			s.forget(old)
		}
	}
	c.project.templates = slices.DeleteFunc(c.project.templates, func(other *template) bool { return other == t })
	if s.db != Bolt {
		c.project.schedules = slices.DeleteFunc(c.project.schedules, func(v *schedule) bool { return v.TemplateID == t.ID })
	}
	templates.note(s, c, t, "deleted")
	return noContent()
}
