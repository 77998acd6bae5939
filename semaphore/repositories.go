package semaphore

import (
	"context"
	"net/http"
)

// Repository is where playbooks and scripts come from.
type Repository struct {
	ID        RepositoryID `json:"id,omitzero"`
	Name      string       `json:"name"`
	ProjectID ProjectID    `json:"project_id,omitzero"`
	// GitURL is a Git address, or an absolute path of a directory on the server that is used as it is.
	GitURL string `json:"git_url"`
	// GitBranch is empty for a path.
	GitBranch string `json:"git_branch"`
	// KeyID is the key for Git; it must be one of [KeyNone] where none is needed.
	KeyID KeyID `json:"ssh_key_id,omitzero"`
}

// Repositories lists the repositories of a project. Errors: [ErrNotFound]. API: GET /project/{project_id}/repositories.
func (c *Client) Repositories(ctx context.Context, project ProjectID) ([]Repository, error) {
	return get[[]Repository](ctx, c, call{op: "list repositories", path: in(project, "repositories")})
}

// Repository fetches one repository. Errors: [ErrNotFound].
// API: GET /project/{project_id}/repositories/{repository_id}.
func (c *Client) Repository(ctx context.Context, project ProjectID, id RepositoryID) (Repository, error) {
	return get[Repository](ctx, c, call{op: "get repository", path: in(project, "repositories", id)})
}

// CreateRepository makes a repository. A key that does not exist gives [ErrNotFound]. Servers before 2.16 do not say
// which repository they made; it is then looked up by its name. Errors: [ErrForbidden], [ErrInvalid].
// API: POST /project/{project_id}/repositories.
func (c *Client) CreateRepository(ctx context.Context, project ProjectID, repository Repository) (Repository, error) {
	r := call{op: "create repository", path: in(project, "repositories")}
	var out Repository
	created, err := c.create(ctx, r, project, repository, &out)
	if err != nil || created {
		return out, err
	}
	list, err := c.Repositories(ctx, project)
	return newest(r, list, err, func(r Repository) (string, int64) { return r.Name, int64(r.ID) }, repository.Name)
}

// UpdateRepository changes a repository: change gets it as it is. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: GET and PUT /project/{project_id}/repositories/{repository_id}.
func (c *Client) UpdateRepository(
	ctx context.Context, project ProjectID, id RepositoryID, change func(*Repository),
) (Repository, error) {
	return update(ctx, c, call{op: "update repository", path: in(project, "repositories", id)}, change)
}

// DeleteRepository deletes a repository; one that something uses gives [ErrInUse]. Errors: [ErrNotFound],
// [ErrForbidden]. API: DELETE /project/{project_id}/repositories/{repository_id}.
func (c *Client) DeleteRepository(ctx context.Context, project ProjectID, id RepositoryID) error {
	return c.do(ctx, call{op: "delete repository", method: http.MethodDelete, path: in(project, "repositories", id)}, nil)
}

// RepositoryReferences tells what uses a repository. Errors: [ErrNotFound].
// API: GET /project/{project_id}/repositories/{repository_id}/refs.
func (c *Client) RepositoryReferences(ctx context.Context, project ProjectID, id RepositoryID) (References, error) {
	return c.references(ctx, "get references of repository", in(project, "repositories", id))
}

// RepositoryBranches lists the branches of a repository. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/repositories/{repository_id}/branches, 2.16 and later.
func (c *Client) RepositoryBranches(ctx context.Context, project ProjectID, id RepositoryID) ([]string, error) {
	return get[[]string](ctx, c, call{
		op: "list branches of repository", path: in(project, "repositories", id, "branches"), since: "2.16",
	})
}
