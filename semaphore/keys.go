package semaphore

import (
	"context"
	"net/http"
)

// KeyType says what a key is made of.
type KeyType string

// The types of keys.
const (
	KeyNone          KeyType = "none"
	KeyLoginPassword KeyType = "login_password"
	KeySSH           KeyType = "ssh"
	KeyString        KeyType = "string"
)

// Key is a credential that the server keeps. Its secret part is never read back.
type Key struct {
	ID        KeyID     `json:"id,omitzero"`
	Name      string    `json:"name"`
	Type      KeyType   `json:"type"`
	ProjectID ProjectID `json:"project_id,omitzero"`
	// Owner says what the key belongs to on newer servers; "" means that the whole project can use it.
	Owner string `json:"owner,omitzero"`
	// Empty is set by newer servers when the key has no secret.
	Empty bool `json:"empty,omitzero"`
}

// KeySecret is the secret part of a key. Its type follows from the field that is set; none is [KeyNone].
type KeySecret struct {
	LoginPassword *LoginPassword
	SSH           *SSHKey
	String        Secret
}

// LoginPassword is a name and a password. The name may be empty, for tokens and for vaults.
type LoginPassword struct {
	Login    string
	Password Secret
}

// SSHKey is a private key for SSH.
type SSHKey struct {
	Login string
	// Passphrase opens the key; empty if there is none.
	Passphrase Secret
	// PrivateKey is in PEM form.
	PrivateKey Secret
}

// wire gives the type and the field that goes with it.
func (s KeySecret) wire() (KeyType, map[string]any, error) {
	set := 0
	kind, fields := KeyNone, map[string]any{}
	if s.LoginPassword != nil {
		set++
		kind = KeyLoginPassword
		fields["login_password"] = map[string]string{
			"login": s.LoginPassword.Login, "password": s.LoginPassword.Password.Reveal(),
		}
	}
	if s.SSH != nil {
		set++
		kind = KeySSH
		fields["ssh"] = map[string]string{
			"login": s.SSH.Login, "passphrase": s.SSH.Passphrase.Reveal(), "private_key": s.SSH.PrivateKey.Reveal(),
		}
	}
	if !s.String.IsZero() {
		set++
		kind, fields["string"] = KeyString, s.String.Reveal()
	}
	if set > 1 {
		return "", nil, &ArgumentError{Name: "KeySecret", Problem: "must have one of LoginPassword, SSH and String"}
	}
	return kind, fields, nil
}

// Keys lists the keys of a project. Errors: [ErrNotFound]. API: GET /project/{project_id}/keys.
func (c *Client) Keys(ctx context.Context, project ProjectID) ([]Key, error) {
	return get[[]Key](ctx, c, call{op: "list keys", path: in(project, "keys")})
}

// Key fetches one key without its secret. Errors: [ErrNotFound]. API: GET /project/{project_id}/keys/{key_id}.
func (c *Client) Key(ctx context.Context, project ProjectID, id KeyID) (Key, error) {
	return get[Key](ctx, c, call{op: "get key", path: in(project, "keys", id)})
}

// CreateKey stores a credential. Servers before 2.16 do not say which key they made; it is then looked up by its name,
// and the newest counts. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid]. API: POST /project/{project_id}/keys.
func (c *Client) CreateKey(ctx context.Context, project ProjectID, name string, secret KeySecret) (Key, error) {
	r := call{op: "create key", path: in(project, "keys")}
	kind, fields, err := secret.wire()
	if err != nil {
		return Key{}, r.wrap(err)
	}
	fields["name"], fields["type"] = name, kind
	var out Key
	created, err := c.create(ctx, r, project, fields, &out)
	if err != nil || created {
		return out, err
	}
	keys, err := c.Keys(ctx, project)
	return newest(r, keys, err, func(k Key) (string, int64) { return k.Name, int64(k.ID) }, name)
}

// UpdateKey renames a key: change gets the key as it is. The secret stays. Errors: [ErrNotFound], [ErrForbidden],
// [ErrInvalid]. API: GET and PUT /project/{project_id}/keys/{key_id}.
func (c *Client) UpdateKey(ctx context.Context, project ProjectID, id KeyID, change func(*Key)) (Key, error) {
	r := call{op: "update key", path: in(project, "keys", id)}
	// Without project_id the server of 2.10 breaks the connection, so it is not left to the answer to have it.
	return update(ctx, c, r, func(k *Key) {
		change(k)
		k.ID, k.ProjectID = id, project
	}, "string", "login_password", "ssh", "override_secret")
}

// SetKeySecret replaces the secret of a key, and its type with it. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: GET and PUT /project/{project_id}/keys/{key_id}.
func (c *Client) SetKeySecret(ctx context.Context, project ProjectID, id KeyID, secret KeySecret) error {
	r := call{op: "set secret of key", path: in(project, "keys", id)}
	kind, fields, err := secret.wire()
	if err != nil {
		return r.wrap(err)
	}
	key, err := c.Key(ctx, project, id)
	if err != nil {
		return r.wrap(err)
	}
	fields["id"], fields["project_id"], fields["name"], fields["type"] = id, project, key.Name, kind
	fields["override_secret"] = true
	r.method, r.body, r.safe = http.MethodPut, fields, true
	return c.do(ctx, r, nil)
}

// DeleteKey deletes a key; one that something uses gives [ErrInUse]. Errors: [ErrNotFound], [ErrForbidden].
// API: DELETE /project/{project_id}/keys/{key_id}.
func (c *Client) DeleteKey(ctx context.Context, project ProjectID, id KeyID) error {
	return c.do(ctx, call{op: "delete key", method: http.MethodDelete, path: in(project, "keys", id)}, nil)
}

// KeyReferences tells what uses a key. Errors: [ErrNotFound]. API: GET /project/{project_id}/keys/{key_id}/refs.
func (c *Client) KeyReferences(ctx context.Context, project ProjectID, id KeyID) (References, error) {
	return c.references(ctx, "get references of key", in(project, "keys", id))
}
