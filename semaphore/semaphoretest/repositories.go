package semaphoretest

import (
	"net/http"
	"strings"
)

// A repository is where templates come from.
type repository struct {
	ID        int    `json:"id"`
	Name      string `json:"name"`
	ProjectID int    `json:"project_id"`
	GitURL    string `json:"git_url"`
	GitBranch string `json:"git_branch"`
	SSHKeyID  int    `json:"ssh_key_id"`
}

func (r *repository) key() *int     { return &r.ID }
func (r *repository) title() string { return r.Name }

var repositories = collection[repository, *repository]{
	kind: "repository", name: "Repository", silent: true,
	called: func(r *repository) string { return "Repository " + r.GitURL },
	list:   func(p *project) *[]*repository { return &p.repositories },
	check:  checkRepository,
	users: func(p *project, id int) refs {
		r := noRefs()
		r.Templates = pick(p.templates, func(v *template) bool { return v.RepositoryID == id })
		r.Inventories = pick(p.inventories, func(v *inventory) bool { return is(v.RepositoryID, id) })
		return r
	},
}

func checkRepository(_ *Server, c *call, body, old *repository) *answer {
	if refused := sameIDs(c, body.ProjectID, body, old, "Repository"); refused != nil {
		return refused
	}
	local := strings.HasPrefix(body.GitURL, "/")
	switch {
	case find(c.project.keys, body.SSHKeyID) == nil:
		return bare(http.StatusNotFound) // is looked at first, even without a name
	case body.Name == "":
		return badRequest("repository name can't be empty")
	case body.GitURL == "":
		return badRequest("repository url can't be empty")
	case body.GitBranch == "" && !local:
		return badRequest("repository branch can't be empty")
	}
	return nil
}
