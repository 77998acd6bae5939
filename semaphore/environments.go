package semaphore

import (
	"context"
	"encoding/json"
	"net/http"
)

// Environment is a set of variables for templates; newer servers call it a variable group.
type Environment struct {
	ID        EnvironmentID `json:"id,omitzero"`
	Name      string        `json:"name"`
	ProjectID ProjectID     `json:"project_id,omitzero"`
	// Variables are extra variables for Ansible and Terraform. To change them in an update, assign a new map.
	Variables Variables `json:"json"`
	// Env are environment variables; their values must be scalars.
	Env Variables `json:"env,omitzero"`
	// Secrets are the secret variables, without their values. A list of environments does not have them.
	// They are changed with [Client.SetEnvironmentSecrets] and [Client.RemoveEnvironmentSecrets].
	Secrets []EnvironmentSecret `json:"secrets,omitzero"`
	// SecretStorageID and SecretStorageKeyPrefix say where newer servers keep the secrets.
	SecretStorageID        SecretStorageID `json:"secret_storage_id,omitzero"`
	SecretStorageKeyPrefix string          `json:"secret_storage_key_prefix,omitzero"`
}

// SecretType says where a secret variable goes.
type SecretType string

// The types of secret variables.
const (
	SecretVariable SecretType = "var" // an extra variable
	SecretEnv      SecretType = "env" // an environment variable
)

// EnvironmentSecret is a secret variable of an environment.
type EnvironmentSecret struct {
	ID   SecretID   `json:"id"`
	Type SecretType `json:"type"`
	Name string     `json:"name"`
	// Value is never read back.
	Value Secret `json:"-"`
}

// secretOperation is what the server does about one secret.
type secretOperation struct {
	ID        SecretID   `json:"id,omitzero"`
	Type      SecretType `json:"type"`
	Name      string     `json:"name"`
	Secret    string     `json:"secret"`
	Operation string     `json:"operation"`
}

// Environments lists the environments of a project, without their secrets. Errors: [ErrNotFound].
// API: GET /project/{project_id}/environment.
func (c *Client) Environments(ctx context.Context, project ProjectID) ([]Environment, error) {
	return get[[]Environment](ctx, c, call{op: "list environments", path: in(project, "environment")})
}

// Environment fetches one environment. Errors: [ErrNotFound].
// API: GET /project/{project_id}/environment/{environment_id}.
func (c *Client) Environment(ctx context.Context, project ProjectID, id EnvironmentID) (Environment, error) {
	return get[Environment](ctx, c, call{op: "get environment", path: in(project, "environment", id)})
}

// CreateEnvironment makes an environment with its secrets. Servers before 2.16 do not say which environment they made;
// it is then looked up by its name. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: POST /project/{project_id}/environment.
func (c *Client) CreateEnvironment(ctx context.Context, project ProjectID, environment Environment) (Environment, error) {
	r := call{op: "create environment", path: in(project, "environment")}
	if environment.Variables == nil {
		environment.Variables = Variables{} // the server wants an object
	}
	body, err := toRaw(environment)
	if err != nil {
		return Environment{}, r.wrap(err)
	}
	if body["secrets"], err = json.Marshal(setOperations(environment.Secrets, nil)); err != nil { //nolint:gosec // The server is to get them.
		return Environment{}, r.wrap(err)
	}
	var out Environment
	created, err := c.create(ctx, r, project, body, &out)
	if err != nil || created {
		return out, err
	}
	list, err := c.Environments(ctx, project)
	found, err := newest(r, list, err, func(e Environment) (string, int64) { return e.Name, int64(e.ID) }, environment.Name)
	if err != nil {
		return found, err
	}
	return c.Environment(ctx, project, found.ID)
}

// UpdateEnvironment changes an environment: change gets it as it is. The secrets stay. Errors: [ErrNotFound],
// [ErrForbidden], [ErrInvalid]. API: GET and PUT /project/{project_id}/environment/{environment_id}.
func (c *Client) UpdateEnvironment(
	ctx context.Context, project ProjectID, id EnvironmentID, change func(*Environment),
) (Environment, error) {
	return update(ctx, c, call{op: "update environment", path: in(project, "environment", id)}, change, "secrets")
}

// SetEnvironmentSecrets adds secret variables, and replaces those that exist with the same type and name. A replaced
// secret gets a new id. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: GET and PUT /project/{project_id}/environment/{environment_id}.
func (c *Client) SetEnvironmentSecrets(
	ctx context.Context, project ProjectID, id EnvironmentID, secrets ...EnvironmentSecret,
) error {
	return c.changeSecrets(ctx, "set secrets of environment", project, id, func(existing []EnvironmentSecret) []secretOperation {
		return setOperations(secrets, existing)
	})
}

// RemoveEnvironmentSecrets removes secret variables. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: GET and PUT /project/{project_id}/environment/{environment_id}.
func (c *Client) RemoveEnvironmentSecrets(ctx context.Context, project ProjectID, id EnvironmentID, secrets ...SecretID) error {
	return c.changeSecrets(ctx, "remove secrets of environment", project, id, func(existing []EnvironmentSecret) []secretOperation {
		var operations []secretOperation
		for _, secret := range existing {
			for _, unwanted := range secrets {
				if secret.ID == unwanted {
					operations = append(operations, deletion(secret))
				}
			}
		}
		return operations
	})
}

// changeSecrets writes an environment back as it is, with operations on its secrets.
func (c *Client) changeSecrets(
	ctx context.Context, op string, project ProjectID, id EnvironmentID, operations func([]EnvironmentSecret) []secretOperation,
) error {
	r := call{op: op, path: in(project, "environment", id)}
	raw, err := get[rawObject](ctx, c, r)
	if err != nil {
		return err
	}
	var existing []EnvironmentSecret
	if secrets := raw["secrets"]; secrets != nil {
		if err := json.Unmarshal(secrets, &existing); err != nil {
			return r.wrap(r.malformed(err))
		}
	}
	wanted := operations(existing)
	if len(wanted) == 0 {
		return nil
	}
	if raw["secrets"], err = json.Marshal(wanted); err != nil { //nolint:gosec // The server is to get them.
		return r.wrap(err)
	}
	r.method, r.body = http.MethodPut, raw
	return c.do(ctx, r, nil)
}

// setOperations brings secrets into an environment. An update is a deletion and a creation, because the server of
// 2.10 takes an operation "update" and does nothing.
func setOperations(wanted, existing []EnvironmentSecret) []secretOperation {
	var operations []secretOperation
	for _, secret := range wanted {
		for _, old := range existing {
			if old.Type == secret.Type && old.Name == secret.Name {
				operations = append(operations, deletion(old))
			}
		}
		operations = append(operations, secretOperation{
			Type: secret.Type, Name: secret.Name, Secret: secret.Value.Reveal(), Operation: "create",
		})
	}
	return operations
}

func deletion(secret EnvironmentSecret) secretOperation {
	return secretOperation{ID: secret.ID, Type: secret.Type, Name: secret.Name, Operation: "delete"}
}

// DeleteEnvironment deletes an environment; one that something uses gives [ErrInUse]. Errors: [ErrNotFound],
// [ErrForbidden]. API: DELETE /project/{project_id}/environment/{environment_id}.
func (c *Client) DeleteEnvironment(ctx context.Context, project ProjectID, id EnvironmentID) error {
	return c.do(ctx, call{op: "delete environment", method: http.MethodDelete, path: in(project, "environment", id)}, nil)
}

// EnvironmentReferences tells what uses an environment. Errors: [ErrNotFound].
// API: GET /project/{project_id}/environment/{environment_id}/refs.
func (c *Client) EnvironmentReferences(ctx context.Context, project ProjectID, id EnvironmentID) (References, error) {
	return c.references(ctx, "get references of environment", in(project, "environment", id))
}
