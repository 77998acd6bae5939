package semaphoretest

import (
	"net/http"
	"slices"
	"time"
)

// A project is a project with everything in it.
type project struct {
	ID               int       `json:"id"`
	Name             string    `json:"name"`
	Created          time.Time `json:"created"`
	Alert            bool      `json:"alert"`
	AlertChat        *string   `json:"alert_chat" gen:"omit"`
	MaxParallelTasks int       `json:"max_parallel_tasks" gen:"omit"`
	Type             string    `json:"type"`

	members      []member
	roles        []*role
	invites      []*invite
	keys         []*accessKey
	repositories []*repository
	inventories  []*inventory
	environments []*environment
	views        []*view
	templates    []*template
	schedules    []*schedule
	integrations []*integration
	matchers     []*matcher
	values       []*extractValue
	aliases      []*alias
	runners      []*runner
	storages     []*secretStorage
	workflows    []*workflow
	runs         []*workflowRun
	cloned       map[int]bool // templates whose repository is on the server's disk
}

type member struct {
	userID int
	role   string
}

// role is the role of a user in the project; empty if he is no member.
func (p *project) role(userID int) string {
	for _, m := range p.members {
		if m.userID == userID {
			return m.role
		}
	}
	return ""
}

func (p *project) leave(userID int) {
	p.members = slices.DeleteFunc(p.members, func(m member) bool { return m.userID == userID })
}

// What members may do. The numbers are the API's.
const (
	mayRun       = 1
	mayUpdate    = 2
	mayManage    = 4
	mayManageAll = 8 // members too
)

// permissions are those of a role in a project.
func (s *Server) permissions(p *project, name string) int {
	switch name {
	case RoleOwner:
		return mayRun | mayUpdate | mayManage | mayManageAll
	case RoleManager:
		return mayRun | mayManage
	case RoleTaskRunner:
		return mayRun
	}
	for _, r := range p.roles {
		if r.Slug == name {
			return r.Permissions
		}
	}
	return 0
}

// isRole reports whether members may have a role of that name.
func (s *Server) isRole(p *project, name string) bool {
	return slices.Contains([]string{RoleOwner, RoleManager, RoleTaskRunner, RoleGuest}, name) ||
		slices.ContainsFunc(p.roles, func(r *role) bool { return r.Slug == name })
}

func (s *Server) projectByID(id int) *project {
	for _, p := range s.projects {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// addProject makes a project with the two things that every project has.
func (s *Server) addProject(p *project, owner int) {
	p.ID, p.Created, p.cloned = s.nextID("project", nil), s.t, map[int]bool{}
	s.projects = append(s.projects, p)
	p.members = []member{{owner, RoleOwner}}
	p.keys = append(p.keys, &accessKey{ID: s.nextID("key", p), Name: "None", Type: "none", ProjectID: &p.ID})
	p.environments = append(p.environments, &environment{ID: s.nextID("environment", p), ProjectID: p.ID, Name: "Empty", JSON: "{}"})
	s.note(p, owner, "project", p.ID, "Project created")
}

func projectRoutes() []route {
	const one = "/project/{project_id}"
	return []route{
		{method: "GET", path: "/projects", handle: getProjects},
		{method: "POST", path: "/projects", handle: postProject},
		{method: "POST", path: "/projects/restore", handle: postRestore},
		{method: "GET", path: one, handle: getProject},
		{method: "PUT", path: one, handle: putProject, may: mayUpdate},
		{method: "DELETE", path: one, handle: deleteProject, may: mayUpdate},
		{method: "DELETE", path: one + "/me", handle: deleteMe},
		{method: "GET", path: one + "/role", handle: getRole},
		{method: "GET", path: one + "/events", handle: getEvents},
		{method: "GET", path: one + "/events/last", handle: getLastEvents},
		{method: "GET", path: one + "/backup", handle: getBackup},
		{method: "GET", path: one + "/users", handle: getMembers},
		{method: "POST", path: one + "/users", handle: postMember, may: mayManageAll},
		{method: "GET", path: one + "/users/{user_id}", handle: withMember(getMember)},
		{method: "PUT", path: one + "/users/{user_id}", handle: withMember(putMember), may: mayManageAll},
		{method: "DELETE", path: one + "/users/{user_id}", handle: withMember(removeMember), may: mayManageAll},
	}
}

func getProjects(s *Server, c *call) answer {
	list := []*project{}
	for _, p := range s.projects {
		if c.user.Admin || p.role(c.user.ID) != "" {
			list = append(list, p)
		}
	}
	if s.db != Bolt {
		slices.SortStableFunc(list, func(a, b *project) int { return s.compareNames(a.Name, b.Name) })
	}
	return s.reply(http.StatusOK, list)
}

func postProject(s *Server, c *call) answer {
	if !c.user.Admin {
		return empty(http.StatusUnauthorized)
	}
	var body struct {
		project
		Demo bool `json:"demo"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	p := &body.project
	s.addProject(p, c.user.ID)
	if body.Demo {
		s.addDemo(p)
	}
	return s.replyFresh(http.StatusCreated, p)
}

// addDemo fills a project with the kinds of things that the server's demonstration project has.
func (s *Server) addDemo(p *project) {
	repo := &repository{ID: s.nextID("repository", p), ProjectID: p.ID, Name: "Demo", GitURL: "https://git.example/demo.git", GitBranch: "main", SSHKeyID: p.keys[0].ID}
	p.repositories = append(p.repositories, repo)
	inv := &inventory{ID: s.nextID("inventory", p), ProjectID: p.ID, Name: "Build", Inventory: "localhost ansible_connection=local", Type: "static", SSHKeyID: &p.keys[0].ID}
	p.inventories = append(p.inventories, inv)
	for _, name := range []string{"Build", "Ping Site"} {
		p.templates = append(p.templates, &template{
			ID: s.nextID("template", p), ProjectID: p.ID, Name: name, Playbook: "demo.yml", App: "ansible",
			RepositoryID: repo.ID, InventoryID: &inv.ID, EnvironmentID: &p.environments[0].ID, Vaults: []vault{},
		})
	}
}

func getProject(s *Server, c *call) answer { return s.reply(http.StatusOK, c.project) }

const otherProject = "Project ID in body and URL must be the same"

// putProject overwrites everything. Bolt forgets when the project was made.
func putProject(s *Server, c *call) answer {
	var body project
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	p := c.project
	if body.ID != p.ID {
		return refuse(http.StatusBadRequest, otherProject)
	}
	p.Name, p.Alert, p.AlertChat, p.MaxParallelTasks = body.Name, body.Alert, body.AlertChat, body.MaxParallelTasks
	if s.db == Bolt {
		p.Created, p.Type = body.Created, body.Type
	}
	return noContent()
}

func deleteProject(s *Server, c *call) answer {
	for _, t := range slices.Clone(s.byAge) {
		if t.ProjectID == c.project.ID {
			s.forget(t)
		}
	}
	s.projects = slices.DeleteFunc(s.projects, func(p *project) bool { return p == c.project })
	return noContent()
}

func getRole(s *Server, c *call) answer {
	return s.reply(http.StatusOK, struct {
		Role        string `json:"role"`
		Permissions int    `json:"permissions"`
	}{c.role, s.permissions(c.project, c.role)})
}
