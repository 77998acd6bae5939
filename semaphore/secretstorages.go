package semaphore

import (
	"context"
	"net/http"
)

// SecretStorageType says what keeps the secrets. Later servers have more.
type SecretStorageType string

// The types of secret storages.
const (
	SecretStorageLocal SecretStorageType = "local"  // the server's database
	SecretStorageVault SecretStorageType = "vault"  // HashiCorp Vault or OpenBao
	SecretStorageDVLS  SecretStorageType = "dvls"   // Devolutions Server
	SecretStorageAWS   SecretStorageType = "aws_sm" // AWS Secrets Manager
)

// SecretStorage is a place outside of the server where a project's keys are kept. The server of the community has the
// calls, and [SecretStorageLocal] alone.
type SecretStorage struct {
	ID        SecretStorageID   `json:"id,omitzero"`
	ProjectID ProjectID         `json:"project_id,omitzero"`
	Name      string            `json:"name"`
	Type      SecretStorageType `json:"type"`
	// Params depend on the type, as "url" and "mount" for Vault.
	Params map[string]any `json:"params"`
	// ReadOnly keeps the server from writing to the storage.
	ReadOnly bool `json:"readonly"`
	// SourceType says how the server gets the secret that opens the storage: "" or "local" from its database, "env" from
	// an environment variable, "file" from a file.
	SourceType string `json:"source_storage_type,omitzero"`
}

// SecretStorages lists the secret storages of a project. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/secret_storages, 2.16 and later.
func (c *Client) SecretStorages(ctx context.Context, project ProjectID) ([]SecretStorage, error) {
	return get[[]SecretStorage](ctx, c, call{
		op: "list secret storages", path: in(project, "secret_storages"), since: "2.16",
	})
}

// SecretStorage fetches one secret storage. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/secret_storages/{storage_id}, 2.16 and later.
func (c *Client) SecretStorage(ctx context.Context, project ProjectID, id SecretStorageID) (SecretStorage, error) {
	return get[SecretStorage](ctx, c, call{
		op: "get secret storage", path: in(project, "secret_storages", id), since: "2.16",
	})
}

// CreateSecretStorage makes a secret storage. The secret opens it, as a token of Vault, or names the environment
// variable or the file where the server finds it; it is never read back. Errors: [ErrNotFound], [ErrForbidden],
// [ErrInvalid], [ErrUnsupported]. API: POST /project/{project_id}/secret_storages, 2.16 and later.
func (c *Client) CreateSecretStorage(
	ctx context.Context, project ProjectID, storage SecretStorage, secret Secret,
) (SecretStorage, error) {
	r := call{op: "create secret storage", path: in(project, "secret_storages"), since: "2.16"}
	if storage.Name == "" {
		return SecretStorage{}, r.wrap(&ArgumentError{Name: "Name", Problem: "must not be empty"})
	}
	var out SecretStorage
	_, err := c.create(ctx, r, project, struct {
		SecretStorage
		Secret string `json:"secret,omitzero"`
	}{storage, secret.Reveal()}, &out)
	return out, err
}

// UpdateSecretStorage changes a secret storage, but not its secret: change gets it as it is. Errors: [ErrNotFound],
// [ErrForbidden], [ErrInvalid], [ErrUnsupported].
// API: GET and PUT /project/{project_id}/secret_storages/{storage_id}, 2.16 and later.
func (c *Client) UpdateSecretStorage(
	ctx context.Context, project ProjectID, id SecretStorageID, change func(*SecretStorage),
) (SecretStorage, error) {
	return update(ctx, c, call{
		op: "update secret storage", path: in(project, "secret_storages", id), since: "2.16",
	}, change)
}

// DeleteSecretStorage deletes a secret storage, not what it keeps; one that something uses gives [ErrInUse]. Errors:
// [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: DELETE /project/{project_id}/secret_storages/{storage_id}, 2.16 and later.
func (c *Client) DeleteSecretStorage(ctx context.Context, project ProjectID, id SecretStorageID) error {
	return c.do(ctx, call{
		op: "delete secret storage", method: http.MethodDelete, path: in(project, "secret_storages", id), since: "2.16",
	}, nil)
}

// SecretStorageReferences tells what uses a secret storage. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/secret_storages/{storage_id}/refs, 2.16 and later.
func (c *Client) SecretStorageReferences(ctx context.Context, project ProjectID, id SecretStorageID) (References, error) {
	return get[References](ctx, c, call{
		op: "get references of secret storage", path: in(project, "secret_storages", id, "refs"), since: "2.16",
	})
}
