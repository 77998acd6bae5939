package semaphoretest

import (
	"net/http"
	"strings"
)

// idOf is the opposite of nameOf.
func idOf[T any, P thing[T]](things []*T, name *string) *int {
	for _, v := range things {
		if name != nil && P(v).title() == *name {
			id := P(v).key()
			return new(*id)
		}
	}
	return nil
}

// postRestore makes a project of a backup. Everybody may, and an empty object is a backup too.
func postRestore(s *Server, c *call) answer {
	var b backup
	if !c.bind(&b) {
		return empty(http.StatusBadRequest)
	}
	p := &project{Name: b.Meta.Name, Alert: b.Meta.Alert, AlertChat: b.Meta.AlertChat, MaxParallelTasks: b.Meta.MaxParallelTasks, Type: b.Meta.Type}
	s.addProject(p, c.user.ID)
	p.keys, p.environments = nil, nil // they come with the backup
	for _, v := range b.Keys {
		p.keys = append(p.keys, &accessKey{ID: s.nextID("key", p), Name: v.Name, Type: v.Type, ProjectID: &p.ID})
	}
	for _, v := range b.Environments {
		p.environments = append(p.environments, &environment{ID: s.nextID("environment", p), ProjectID: p.ID, Name: v.Name, JSON: v.JSON, Env: v.Env})
	}
	for _, v := range b.Repositories {
		row := &repository{ID: s.nextID("repository", p), ProjectID: p.ID, Name: v.Name, GitURL: v.GitURL, GitBranch: v.GitBranch}
		if key := idOf(p.keys, v.SSHKey); key != nil {
			row.SSHKeyID = *key
		}
		p.repositories = append(p.repositories, row)
	}
	for _, v := range b.Inventories {
		p.inventories = append(p.inventories, &inventory{
			ID: s.nextID("inventory", p), ProjectID: p.ID, Name: v.Name, Inventory: v.Inventory, Type: v.Type,
			SSHKeyID: idOf(p.keys, v.SSHKey), BecomeKeyID: idOf(p.keys, v.BecomeKey),
		})
	}
	for _, v := range b.Views {
		p.views = append(p.views, &view{ID: s.nextID("view", p), ProjectID: p.ID, Title: v.Title, Position: v.Position})
	}
	for _, v := range b.Templates {
		s.restoreTemplate(p, v)
	}
	for i, v := range b.Templates {
		p.templates[i].BuildTemplateID = idOf(p.templates, v.BuildTemplate)
	}
	for _, v := range b.Schedules {
		if id := idOf(p.templates, v.Template); id != nil {
			p.schedules = append(p.schedules, &schedule{ID: s.nextID("schedule", p), ProjectID: p.ID, TemplateID: *id, Name: v.Name, CronFormat: v.CronFormat, Active: v.Active})
		}
	}
	for _, v := range p.schedules {
		s.planSchedule(p, v)
	}
	for _, v := range b.Integrations {
		if id := idOf(p.templates, v.Template); id != nil {
			p.integrations = append(p.integrations, &integration{
				ID: s.nextID("integration", p), ProjectID: p.ID, TemplateID: *id, Name: v.Name,
				AuthMethod: v.AuthMethod, AuthHeader: v.AuthHeader, Searchable: v.Searchable,
			})
		}
	}
	return s.replyFresh(http.StatusOK, p)
}

func (s *Server) restoreTemplate(p *project, v backupTemplate) {
	t := &template{
		ID: s.nextID("template", p), ProjectID: p.ID, Name: v.Name, Playbook: v.Playbook, App: v.App, Type: v.Type,
		Arguments: v.Arguments, Autorun: v.Autorun, Description: v.Description, GitBranch: v.GitBranch,
		StartVersion: v.StartVersion, SuppressSuccessAlerts: v.SuppressSuccessAlerts,
		AllowOverrideArgsInTask: v.AllowOverrideArgsInTask,
		EnvironmentID:           idOf(p.environments, v.Environment), InventoryID: idOf(p.inventories, v.Inventory),
		ViewID: idOf(p.views, v.View), Vaults: []vault{},
	}
	if id := idOf(p.repositories, v.Repository); id != nil {
		t.RepositoryID = *id
	}
	for _, q := range v.SurveyVars {
		t.SurveyVars = append(t.SurveyVars, surveyVar{Name: q.Name, Title: q.Title, Required: q.Required, Type: q.Type, Description: q.Description, Values: q.Values})
	}
	if v.Cron != nil && strings.TrimSpace(*v.Cron) != "" {
		p.schedules = append(p.schedules, &schedule{ID: s.nextID("schedule", p), ProjectID: p.ID, TemplateID: t.ID, CronFormat: *v.Cron, Active: true})
	}
	p.templates = append(p.templates, t)
}
