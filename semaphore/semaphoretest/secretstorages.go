package semaphoretest

import "net/http"

// A secretStorage is a place for secrets outside of the server. This server asks none.
type secretStorage struct {
	ID         int            `json:"id"`
	ProjectID  int            `json:"project_id"`
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Params     map[string]any `json:"params"`
	ReadOnly   bool           `json:"readonly"`
	SourceType *string        `json:"source_storage_type" gen:"omit"`
}

func (v *secretStorage) key() *int     { return &v.ID }
func (v *secretStorage) title() string { return v.Name }

var secretStorages = collection[secretStorage, *secretStorage]{
	kind: "secret_storage", name: "Secret storage",
	list: func(p *project) *[]*secretStorage { return &p.storages },
	check: func(_ *Server, c *call, body, old *secretStorage) *answer {
		return sameIDs(c, body.ProjectID, body, old, "Secret storage")
	},
}

func secretStorageRoutes() []route {
	own := []route{{
		method: "PUT", path: "/project/{project_id}/secret_storages/{id}", may: mayManage,
		handle: secretStorages.with(putSecretStorage),
	}}
	return append(own, secretStorages.routes("secret_storages")...)
}

// putSecretStorage answers what it stored, as no other change does.
func putSecretStorage(s *Server, c *call, v *secretStorage) answer {
	if a := secretStorages.put(s, c, v); a.status != http.StatusNoContent {
		return a
	}
	return s.reply(http.StatusOK, v)
}
