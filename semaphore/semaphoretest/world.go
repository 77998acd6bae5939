package semaphoretest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// A scriptKey says whose script it is; a zero is any.
type scriptKey struct{ project, template int }

// Admin returns the administrator that New made, whose username is "admin" and whose password is "secret".
func (s *Server) Admin() *User {
	u := *s.admin
	return &u
}

// AddUser adds an account with an API token. Only Username is worth giving for most tests.
// It panics when the name or the address is taken.
func (s *Server) AddUser(u User) *User {
	s.lock()
	defer s.mu.Unlock()
	row := &user{ID: s.nextID("user", nil), Created: s.t.Truncate(time.Second), Admin: u.Admin}
	u.ID = row.ID
	u.Username = orElse(u.Username, "user"+strconv.Itoa(u.ID))
	u.Name = orElse(u.Name, u.Username)
	u.Email = orElse(u.Email, u.Username+"@semaphore.example")
	u.Password = orElse(u.Password, "secret")
	row.Username, row.Name, row.Email, row.password = u.Username, u.Name, u.Email, u.Password
	if s.nameTaken(row) {
		panic("semaphoretest: AddUser: " + u.Username + " is taken")
	}
	s.users = append(s.users, row)
	u.Token = s.addToken(row, "test").ID
	return &u
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// AddProject adds a project of the administrator, with what templates need, and the given members.
func (s *Server) AddProject(name string, members ...Member) *Project {
	s.lock()
	defer s.mu.Unlock()
	p := &project{Name: name}
	s.addProject(p, s.admin.ID)
	for _, m := range members {
		role := orElse(m.Role, RoleOwner)
		if !s.isRole(p, role) {
			panic("semaphoretest: AddProject: there is no role " + role)
		}
		p.leave(m.User.ID)
		p.members = append(p.members, member{m.User.ID, role})
	}
	key := p.keys[0].ID
	repo := &repository{ID: s.nextID("repository", p), Name: "repo", ProjectID: p.ID, GitURL: "https://git.example/repo.git", GitBranch: "main", SSHKeyID: key}
	p.repositories = append(p.repositories, repo)
	inv := &inventory{ID: s.nextID("inventory", p), Name: "inv", ProjectID: p.ID, Inventory: "localhost", SSHKeyID: &key, Type: "static"}
	p.inventories = append(p.inventories, inv)
	return &Project{ID: p.ID, Name: name, KeyID: key, EnvironmentID: p.environments[0].ID, RepositoryID: repo.ID, InventoryID: inv.ID}
}

// AddTemplate adds a template to a project. It panics when the server would refuse it, or a field is unknown.
func (s *Server) AddTemplate(p *Project, t Template) *Template {
	s.lock()
	defer s.mu.Unlock()
	c := &call{user: s.userByID(s.admin.ID), project: s.projectByID(p.ID)}
	if c.project == nil {
		panic("semaphoretest: AddTemplate: there is no such project")
	}
	t.App = orElse(t.App, "bash")
	t.Playbook = orElse(t.Playbook, t.Name+".sh")
	fields := map[string]any{
		"name": t.Name, "app": t.App, "playbook": t.Playbook,
		"repository_id": p.RepositoryID, "inventory_id": p.InventoryID, "environment_id": p.EnvironmentID,
		"survey_vars": []any{}, "vaults": []any{},
	}
	maps.Copy(fields, t.Fields)
	text, err := json.Marshal(fields)
	body := new(template)
	if err == nil {
		err = json.Unmarshal(text, body)
	}
	if err != nil {
		panic("semaphoretest: AddTemplate: " + err.Error())
	}
	if refused := checkTemplate(s, c, body, nil); refused != nil {
		panic("semaphoretest: AddTemplate: " + string(refused.raw))
	}
	row := templates.add(s, c, body)
	t.ID, t.ProjectID, t.Name, t.App, t.Playbook = row.ID, row.ProjectID, row.Name, row.App, row.Playbook
	s.scripts[scriptKey{row.ProjectID, row.ID}] = t.Script
	return &t
}

// SetScript says what the tasks of a template do that are made from now on. It is for templates that came through the API,
// and for changing one's mind. A templateID of zero is every template of the project without a script of its own,
// and a projectID of zero too is every template.
func (s *Server) SetScript(projectID, templateID int, script Script) {
	s.lock()
	defer s.mu.Unlock()
	s.scripts[scriptKey{projectID, templateID}] = script
}

func (s *Server) scriptFor(t *template) Script {
	for _, k := range []scriptKey{{t.ProjectID, t.ID}, {t.ProjectID, 0}} {
		if script, found := s.scripts[k]; found {
			return script
		}
	}
	return s.scripts[scriptKey{}]
}

// StartTask starts a task as somebody would in the user interface, and returns its id. A nil user is the server itself,
// as when a schedule is due. It panics when there is no such template.
func (s *Server) StartTask(tpl *Template, by *User, message string) int {
	s.lock()
	defer s.mu.Unlock()
	p := s.projectByID(tpl.ProjectID)
	if p == nil || find(p.templates, tpl.ID) == nil {
		panic("semaphoretest: StartTask: there is no such template")
	}
	var starter *user
	if by != nil {
		starter = s.userByID(by.ID)
	}
	t, _ := s.create(p, find(p.templates, tpl.ID), taskRow{TemplateID: tpl.ID, Message: message}, starter)
	return t.ID
}

// Task returns a task, and false when there is none of that id.
func (s *Server) Task(id int) (Task, bool) {
	s.lock()
	defer s.mu.Unlock()
	t := s.tasks[id]
	if t == nil {
		return Task{}, false
	}
	return t.snapshot(), true
}

// Tasks returns all tasks, in the order in which they were made.
func (s *Server) Tasks() []Task {
	s.lock()
	defer s.mu.Unlock()
	all := []Task{}
	for _, t := range s.byAge {
		all = append(all, t.snapshot())
	}
	return all
}

func (t *task) snapshot() Task {
	seen := Task{
		ID: t.ID, TemplateID: t.TemplateID, ProjectID: t.ProjectID, Status: t.Status, Message: t.Message,
		Environment: t.Environment, Limit: t.Limit, Debug: t.Debug, DryRun: t.DryRun, Params: maps.Clone(t.Params),
		Arguments: optional(t.Arguments), GitBranch: optional(t.GitBranch),
		Created: t.Created, Lines: t.log.size(), Orphan: t.orphan,
	}
	if t.UserID != nil {
		seen.UserID = *t.UserID
	}
	if t.ScheduleID != nil {
		seen.ScheduleID = *t.ScheduleID
	}
	if t.Start != nil {
		seen.Start = *t.Start
	}
	if t.End != nil {
		seen.End = *t.End
	}
	return seen
}

// Log returns the lines of a task's log, all that were written, whether they are stored already or not.
// It panics when there is no such task.
func (s *Server) Log(taskID int) []string {
	s.lock()
	t := s.tasks[taskID]
	if t == nil {
		s.mu.Unlock()
		panic(fmt.Sprintf("semaphoretest: Log: there is no task %d", taskID))
	}
	whole := &taskLog{parts: slices.Clone(t.log.parts)}
	s.mu.Unlock()
	lines := []string{}
	for line := range whole.all {
		lines = append(lines, line.text)
	}
	return lines
}
