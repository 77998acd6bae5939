package semaphoretest

import (
	"encoding/json"
	"net/http"
)

// A backup is a project without its secrets, in which things name each other. Names that are nil are left out.
type backup struct {
	Environments       []backupEnvironment `json:"environments"`
	IntegrationAliases []string            `json:"integration_aliases"`
	Integrations       []backupIntegration `json:"integrations"`
	Inventories        []backupInventory   `json:"inventories"`
	Keys               []backupKey         `json:"keys"`
	Meta               backupMeta          `json:"meta"`
	Repositories       []backupRepository  `json:"repositories"`
	Schedules          []backupSchedule    `json:"schedules,omitempty"`
	Templates          []backupTemplate    `json:"templates"`
	Views              []backupView        `json:"views"`
}

type backupMeta struct {
	Alert            bool    `json:"alert"`
	AlertChat        *string `json:"alert_chat,omitempty"`
	MaxParallelTasks int     `json:"max_parallel_tasks"`
	Name             string  `json:"name"`
	Type             string  `json:"type"`
}

type backupEnvironment struct {
	Env  *string `json:"env,omitempty"`
	JSON string  `json:"json"`
	Name string  `json:"name"`
}

type backupInventory struct {
	Inventory string  `json:"inventory"`
	Name      string  `json:"name"`
	SSHKey    *string `json:"ssh_key,omitempty"`
	BecomeKey *string `json:"become_key,omitempty"`
	Type      string  `json:"type"`
}

type backupKey struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type backupRepository struct {
	GitBranch string  `json:"git_branch"`
	GitURL    string  `json:"git_url"`
	Name      string  `json:"name"`
	SSHKey    *string `json:"ssh_key,omitempty"`
}

type backupSchedule struct {
	Active     bool    `json:"active"`
	CronFormat string  `json:"cron_format"`
	Name       string  `json:"name"`
	Template   *string `json:"template,omitempty"`
}

type backupTemplate struct {
	AllowOverrideArgsInTask bool           `json:"allow_override_args_in_task"`
	App                     string         `json:"app"`
	Arguments               *string        `json:"arguments,omitempty"`
	Autorun                 bool           `json:"autorun"`
	BuildTemplate           *string        `json:"build_template,omitempty"`
	Cron                    *string        `json:"cron,omitempty"`
	Description             *string        `json:"description,omitempty"`
	Environment             *string        `json:"environment,omitempty"`
	GitBranch               *string        `json:"git_branch,omitempty"`
	Inventory               *string        `json:"inventory,omitempty"`
	Name                    string         `json:"name"`
	Playbook                string         `json:"playbook"`
	Repository              *string        `json:"repository,omitempty"`
	StartVersion            *string        `json:"start_version,omitempty"`
	SuppressSuccessAlerts   bool           `json:"suppress_success_alerts"`
	SurveyVars              []backupSurvey `json:"survey_vars"`
	Type                    string         `json:"type"`
	Vaults                  []backupVault  `json:"vaults"`
	View                    *string        `json:"view,omitempty"`
}

type backupSurvey struct {
	Description string      `json:"description"`
	Name        string      `json:"name"`
	Required    bool        `json:"required"`
	Title       string      `json:"title"`
	Type        string      `json:"type"`
	Values      []enumValue `json:"values"`
}

type backupVault struct {
	Name     *string `json:"name,omitempty"`
	VaultKey *string `json:"vault_key,omitempty"`
}

type backupView struct {
	Position int    `json:"position"`
	Title    string `json:"title"`
}

type backupIntegration struct {
	AuthHeader string  `json:"auth_header"`
	AuthMethod string  `json:"auth_method"`
	Name       string  `json:"name"`
	Searchable bool    `json:"searchable"`
	Template   *string `json:"template,omitempty"`
}

// nameOf is the name of the thing with an id, nil when there is none.
func nameOf[T any, P thing[T]](things []*T, id *int) *string {
	if id == nil {
		return nil
	}
	v := find[T, P](things, *id)
	if v == nil {
		return nil
	}
	return new(P(v).title())
}

func getBackup(s *Server, c *call) answer {
	p := c.project
	b := backup{
		Meta:         backupMeta{p.Alert, p.AlertChat, p.MaxParallelTasks, p.Name, p.Type},
		Environments: []backupEnvironment{}, IntegrationAliases: []string{}, Integrations: []backupIntegration{},
		Inventories: []backupInventory{}, Keys: []backupKey{}, Repositories: []backupRepository{},
		Templates: []backupTemplate{}, Views: []backupView{},
	}
	for _, v := range p.environments {
		b.Environments = append(b.Environments, backupEnvironment{v.Env, v.JSON, v.Name})
	}
	for _, v := range p.aliases {
		if v.integrationID == 0 {
			b.IntegrationAliases = append(b.IntegrationAliases, v.name)
		}
	}
	for _, v := range p.integrations {
		b.Integrations = append(b.Integrations, backupIntegration{v.AuthHeader, v.AuthMethod, v.Name, v.Searchable, nameOf(p.templates, &v.TemplateID)})
	}
	for _, v := range p.inventories {
		b.Inventories = append(b.Inventories, backupInventory{v.Inventory, v.Name, nameOf(p.keys, v.SSHKeyID), nameOf(p.keys, v.BecomeKeyID), v.Type})
	}
	for _, v := range p.keys {
		b.Keys = append(b.Keys, backupKey{v.Name, v.Type})
	}
	for _, v := range p.repositories {
		b.Repositories = append(b.Repositories, backupRepository{v.GitBranch, v.GitURL, v.Name, nameOf(p.keys, &v.SSHKeyID)})
	}
	for _, v := range p.templates {
		b.Templates = append(b.Templates, s.backupOf(p, v))
	}
	for _, v := range p.views {
		b.Views = append(b.Views, backupView{v.Position, v.Title})
	}
	if s.gen == Gen216 {
		for _, v := range p.schedules {
			b.Schedules = append(b.Schedules, backupSchedule{v.Active, v.CronFormat, v.Name, nameOf(p.templates, &v.TemplateID)})
		}
	}
	text, err := json.Marshal(b)
	if err != nil {
		panic("semaphoretest: " + err.Error()) // nothing but texts and numbers
	}
	return answer{status: http.StatusOK, mime: jsonType, raw: append(text, '\n')}
}

func (s *Server) backupOf(p *project, v *template) backupTemplate {
	t := backupTemplate{
		AllowOverrideArgsInTask: v.AllowOverrideArgsInTask, App: v.App, Arguments: v.Arguments, Autorun: v.Autorun,
		BuildTemplate: nameOf(p.templates, v.BuildTemplateID), Description: v.Description,
		Environment: nameOf(p.environments, v.EnvironmentID), GitBranch: v.GitBranch,
		Inventory: nameOf(p.inventories, v.InventoryID), Name: v.Name, Playbook: v.Playbook,
		Repository: nameOf(p.repositories, &v.RepositoryID), StartVersion: v.StartVersion,
		SuppressSuccessAlerts: v.SuppressSuccessAlerts, Type: v.Type, View: nameOf(p.views, v.ViewID),
		SurveyVars: []backupSurvey{}, Vaults: []backupVault{},
	}
	for _, q := range v.SurveyVars {
		t.SurveyVars = append(t.SurveyVars, backupSurvey{q.Description, q.Name, q.Required, q.Title, q.Type, append([]enumValue{}, q.Values...)})
	}
	for _, x := range v.Vaults {
		t.Vaults = append(t.Vaults, backupVault{x.Name, nameOf(p.keys, x.VaultKeyID)})
	}
	if s.gen == Gen210 {
		for _, other := range p.schedules {
			if other.TemplateID == v.ID {
				t.Cron = &other.CronFormat
			}
		}
	}
	return t
}
