package semaphoretest

import (
	"net/http"
	"slices"
)

// A role is a role that a project has made for itself.
type role struct {
	ID          int    `json:"id"`
	Slug        string `json:"slug"`
	Name        string `json:"name"`
	Permissions int    `json:"permissions"`
	ProjectID   *int   `json:"project_id"`
}

func roleRoutes() []route {
	const base = "/project/{project_id}/roles"
	return []route{
		{method: "GET", path: base, handle: getRoles},
		{method: "POST", path: base, handle: postRole, may: mayManageAll},
		{method: "GET", path: base + "/{slug}", handle: withRole(getOneRole)},
		{method: "PUT", path: base + "/{slug}", handle: withRole(putRole), may: mayManageAll},
		{method: "DELETE", path: base + "/{slug}", handle: withRole(deleteRole), may: mayManageAll},
	}
}

func getRoles(s *Server, c *call) answer {
	return s.reply(http.StatusOK, append([]*role{}, c.project.roles...))
}

func postRole(s *Server, c *call) answer {
	var body role
	if !c.bind(&body) || body.Slug == "" || s.isRole(c.project, body.Slug) {
		return empty(http.StatusBadRequest)
	}
	body.ID, body.ProjectID = s.nextID("role", nil), &c.project.ID
	c.project.roles = append(c.project.roles, &body)
	return s.reply(http.StatusCreated, body)
}

func withRole(handle func(*Server, *call, *role) answer) func(*Server, *call) answer {
	return func(s *Server, c *call) answer {
		for _, r := range c.project.roles {
			if r.Slug == c.vars["slug"] {
				return handle(s, c, r)
			}
		}
		return empty(http.StatusNotFound)
	}
}

func getOneRole(s *Server, _ *call, r *role) answer { return s.reply(http.StatusOK, r) }

func putRole(_ *Server, c *call, r *role) answer {
	var body role
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	r.Name, r.Permissions = body.Name, body.Permissions
	return noContent()
}

func deleteRole(_ *Server, c *call, r *role) answer {
	c.project.roles = slices.DeleteFunc(c.project.roles, func(other *role) bool { return other == r })
	return noContent()
}
