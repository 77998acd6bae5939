package semaphoretest

import (
	"encoding/json"
	"slices"
)

// An environment, or variable group, holds variables for templates.
type environment struct {
	ID        int              `json:"id"`
	Name      string           `json:"name"`
	ProjectID int              `json:"project_id"`
	Password  *string          `json:"password" gen:"omit"`
	JSON      string           `json:"json"`
	Env       *string          `json:"env" gen:"omit"`
	Secrets   []environmentVar `json:"secrets"`

	secrets []environmentVar // what the server keeps; shown by GET of one environment only
}

// An environmentVar is a secret variable.
type environmentVar struct {
	ID        int    `json:"id"`
	Type      string `json:"type"`
	Name      string `json:"name"`
	Secret    string `json:"secret" gen:"omit"`
	Operation string `json:"operation" gen:"omit"`
}

func (v *environment) key() *int     { return &v.ID }
func (v *environment) title() string { return v.Name }

var environments = collection[environment, *environment]{
	kind: "environment", name: "Environment", silent: true,
	list:  func(p *project) *[]*environment { return &p.environments },
	check: checkEnvironment,
	saved: saveSecrets,
	item: func(_ *Server, _ *project, v environment) environment {
		v.Secrets = []environmentVar{}
		for _, secret := range v.secrets {
			v.Secrets = append(v.Secrets, environmentVar{ID: secret.ID, Type: secret.Type, Name: secret.Name})
		}
		return v
	},
	users: func(p *project, id int) refs {
		r := noRefs()
		r.Templates = pick(p.templates, func(v *template) bool {
			return is(v.EnvironmentID, id) || slices.Contains(v.EnvironmentIDs, id)
		})
		return r
	},
}

func checkEnvironment(s *Server, c *call, body, old *environment) *answer {
	if old != nil {
		if refused := sameIDs(c, body.ProjectID, body, old, "Environment"); refused != nil {
			return refused
		}
		body.secrets = old.secrets
	}
	switch {
	case body.Name == "":
		return badRequest("Environment name can not be empty")
	case !json.Valid([]byte(body.JSON)):
		return badRequest("Extra variables must be valid JSON")
	case body.Env != nil && !json.Valid([]byte(*body.Env)):
		return badRequest("Environment variables must be valid JSON")
	}
	if body.ProjectID != c.project.ID { // only a new one gets here: it is refused, and stored where it says nevertheless
		if other := s.projectByID(body.ProjectID); other != nil && s.gen == Gen210 {
			body.ID = s.nextID("environment", other)
			other.environments = append(other.environments, body)
		}
		return badRequest(otherProject)
	}
	return nil
}

// saveSecrets does what the secrets of a request ask for. Secrets are numbered with the access keys.
func saveSecrets(s *Server, c *call, stored, body *environment) {
	stored.Secrets = nil
	for _, v := range body.Secrets {
		switch v.Operation {
		case "create":
			v.ID = s.nextID("key", c.project)
			stored.secrets = append(stored.secrets, v)
		case "delete":
			stored.secrets = slices.DeleteFunc(stored.secrets, func(old environmentVar) bool { return old.ID == v.ID })
		case "update":
			for i := range stored.secrets {
				if stored.secrets[i].ID == v.ID {
					stored.secrets[i] = v
				}
			}
		}
	}
}
