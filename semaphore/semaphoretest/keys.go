package semaphoretest

import "net/http"

// An accessKey is a key in the key store. Secrets are never shown.
type accessKey struct {
	ID             int           `json:"id"`
	Name           string        `json:"name"`
	Type           string        `json:"type"`
	ProjectID      *int          `json:"project_id"`
	String         string        `json:"string" gen:"omit"`
	LoginPassword  loginPassword `json:"login_password" gen:"omit"`
	SSH            sshKey        `json:"ssh" gen:"omit"`
	OverrideSecret bool          `json:"override_secret" gen:"omit"`

	secret string
}

type loginPassword struct {
	Login    string `json:"login"`
	Password string `json:"password"`
}

type sshKey struct {
	Login      string `json:"login"`
	Passphrase string `json:"passphrase"`
	PrivateKey string `json:"private_key"`
}

func (k *accessKey) key() *int     { return &k.ID }
func (k *accessKey) title() string { return k.Name }

var keys = collection[accessKey, *accessKey]{
	kind: "key", name: "Access Key", silent: true,
	list:  func(p *project) *[]*accessKey { return &p.keys },
	check: checkKey,
	saved: func(_ *Server, _ *call, stored, body *accessKey) { stored.hide(body) },
	users: func(p *project, id int) refs {
		r := noRefs()
		r.Inventories = pick(p.inventories, func(v *inventory) bool { return is(v.SSHKeyID, id) || is(v.BecomeKeyID, id) })
		r.Repositories = pick(p.repositories, func(v *repository) bool { return v.SSHKeyID == id })
		r.Templates = pick(p.templates, func(t *template) bool {
			for _, v := range t.Vaults {
				if is(v.VaultKeyID, id) {
					return true
				}
			}
			return false
		})
		r.Integrations = pick(p.integrations, func(v *integration) bool { return is(v.AuthSecretID, id) })
		return r
	},
}

// hide keeps the secret of a request where no answer shows it.
func (k *accessKey) hide(body *accessKey) {
	for _, text := range []string{body.String, body.LoginPassword.Password, body.SSH.PrivateKey} {
		if text != "" {
			k.secret = text
		}
	}
	k.String, k.LoginPassword, k.SSH, k.OverrideSecret = "", loginPassword{}, sshKey{}, false
}

func checkKey(_ *Server, c *call, body, old *accessKey) *answer {
	if old == nil {
		if !is(body.ProjectID, c.project.ID) {
			return badRequest(otherProject)
		}
	} else {
		if body.ProjectID == nil {
			return &answer{cut: true} // the real server falls over
		}
		body.ID = old.ID
		if !body.OverrideSecret {
			body.secret, body.String, body.LoginPassword, body.SSH = old.secret, "", loginPassword{}, sshKey{}
			return nil
		}
	}
	switch {
	case body.Name == "":
		return badRequest("name can not be empty")
	case body.Type == "ssh" && body.SSH.PrivateKey == "":
		return badRequest("private key can not be empty")
	case body.Type == "login_password" && body.LoginPassword.Password == "":
		return badRequest("password can not be empty")
	}
	switch body.Type {
	case "none", "ssh", "login_password", "string":
		return nil
	}
	return bare(http.StatusBadRequest)
}
