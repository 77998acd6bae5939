package semaphoretest

import (
	"net/http"
	"slices"
)

// An inventory is what templates work on.
type inventory struct {
	ID           int    `json:"id"`
	Name         string `json:"name"`
	ProjectID    int    `json:"project_id"`
	Inventory    string `json:"inventory"`
	SSHKeyID     *int   `json:"ssh_key_id" gen:"omit"`
	BecomeKeyID  *int   `json:"become_key_id" gen:"omit"`
	Type         string `json:"type"`
	HolderID     *int   `json:"holder_id" gen:"210"`
	TemplateID   *int   `json:"template_id" gen:"216,omit"`
	RepositoryID *int   `json:"repository_id" gen:"omit"`
	RunnerTag    string `json:"runner_tag" gen:"216,omit"`
}

func (v *inventory) key() *int     { return &v.ID }
func (v *inventory) title() string { return v.Name }

var inventories = collection[inventory, *inventory]{
	kind: "inventory", name: "Inventory",
	list:  func(p *project) *[]*inventory { return &p.inventories },
	check: checkInventory,
	users: func(p *project, id int) refs {
		r := noRefs()
		r.Templates = pick(p.templates, func(v *template) bool { return is(v.InventoryID, id) })
		return r
	},
}

func checkInventory(s *Server, c *call, body, old *inventory) *answer {
	if refused := sameIDs(c, body.ProjectID, body, old, "Inventory"); refused != nil {
		return refused
	}
	types := []string{"static", "static-yaml", "file", "terraform-workspace"}
	if s.gen == Gen216 {
		types = append(types, "tofu-workspace", "terragrunt-workspace")
	}
	if !slices.Contains(types, body.Type) {
		return badRequest("Not supported inventory type")
	}
	for _, id := range []*int{body.SSHKeyID, body.BecomeKeyID} {
		if id != nil && s.db != Bolt && find(c.project.keys, *id) == nil {
			return bare(http.StatusBadRequest) // a foreign key of the database
		}
	}
	return nil
}
