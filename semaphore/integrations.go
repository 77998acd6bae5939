package semaphore

import (
	"context"
	"net/http"
	"net/url"
)

// Integration starts a template when a webhook arrives.
type Integration struct {
	ID         IntegrationID `json:"id,omitzero"`
	Name       string        `json:"name"`
	ProjectID  ProjectID     `json:"project_id,omitzero"`
	TemplateID TemplateID    `json:"template_id"`
	// AuthMethod says how senders prove themselves: "" for not at all, "token", "hmac", "github" and others.
	AuthMethod   string `json:"auth_method"`
	AuthSecretID KeyID  `json:"auth_secret_id,omitzero"`
	AuthHeader   string `json:"auth_header"`
	// Searchable integrations are found by the aliases of the project, through their matchers.
	Searchable bool           `json:"searchable"`
	TaskParams map[string]any `json:"task_params,omitzero"`
}

// Alias is a public address to which webhooks are sent.
type Alias struct {
	ID AliasID `json:"id"`
	// URL is absolute; where the server does not know its own address, it is made from the client's.
	URL string `json:"url"`
}

// Integrations lists the integrations of a project. Errors: [ErrNotFound]. API: GET /project/{project_id}/integrations.
func (c *Client) Integrations(ctx context.Context, project ProjectID) ([]Integration, error) {
	return get[[]Integration](ctx, c, call{op: "list integrations", path: in(project, "integrations")})
}

// Integration fetches one integration. Errors: [ErrNotFound].
// API: GET /project/{project_id}/integrations/{integration_id}.
func (c *Client) Integration(ctx context.Context, project ProjectID, id IntegrationID) (Integration, error) {
	return get[Integration](ctx, c, call{op: "get integration", path: in(project, "integrations", id)})
}

// CreateIntegration makes an integration. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: POST /project/{project_id}/integrations.
func (c *Client) CreateIntegration(ctx context.Context, project ProjectID, integration Integration) (Integration, error) {
	var out Integration
	_, err := c.create(ctx, call{op: "create integration", path: in(project, "integrations")}, project, integration, &out)
	return out, err
}

// UpdateIntegration changes an integration: change gets it as it is. Errors: [ErrNotFound], [ErrForbidden],
// [ErrInvalid]. API: GET and PUT /project/{project_id}/integrations/{integration_id}.
func (c *Client) UpdateIntegration(
	ctx context.Context, project ProjectID, id IntegrationID, change func(*Integration),
) (Integration, error) {
	return update(ctx, c, call{op: "update integration", path: in(project, "integrations", id)}, change)
}

// DeleteIntegration deletes an integration. Errors: [ErrNotFound], [ErrForbidden].
// API: DELETE /project/{project_id}/integrations/{integration_id}.
func (c *Client) DeleteIntegration(ctx context.Context, project ProjectID, id IntegrationID) error {
	return c.do(ctx, call{op: "delete integration", method: http.MethodDelete, path: in(project, "integrations", id)}, nil)
}

// Aliases lists the addresses of an integration, or of the whole project when the integration is 0. Errors:
// [ErrNotFound].
// API: GET /project/{project_id}/integrations/{integration_id}/aliases and /project/{project_id}/integrations/aliases.
func (c *Client) Aliases(ctx context.Context, project ProjectID, integration IntegrationID) ([]Alias, error) {
	list, err := get[[]Alias](ctx, c, call{op: "list aliases", path: aliases(project, integration)})
	for i := range list {
		list[i].URL = c.absolute(list[i].URL)
	}
	return list, err
}

// CreateAlias makes an address for an integration, or for the whole project when the integration is 0. Errors:
// [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: POST /project/{project_id}/integrations/{integration_id}/aliases and /project/{project_id}/integrations/aliases.
func (c *Client) CreateAlias(ctx context.Context, project ProjectID, integration IntegrationID) (Alias, error) {
	var out Alias
	err := c.do(ctx, call{
		op: "create alias", method: http.MethodPost, path: aliases(project, integration), body: struct{}{},
	}, &out)
	out.URL = c.absolute(out.URL)
	return out, err
}

// DeleteAlias deletes an address of an integration, or of the whole project when the integration is 0. Errors:
// [ErrNotFound], [ErrForbidden].
// API: DELETE /project/{project_id}/integrations/{integration_id}/aliases/{alias_id} and
// /project/{project_id}/integrations/aliases/{alias_id}.
func (c *Client) DeleteAlias(ctx context.Context, project ProjectID, integration IntegrationID, id AliasID) error {
	return c.do(ctx, call{
		op: "delete alias", method: http.MethodDelete, path: append(aliases(project, integration), path(id)...),
	}, nil)
}

func aliases(project ProjectID, integration IntegrationID) []string {
	if integration == 0 {
		return in(project, "integrations", "aliases")
	}
	return in(project, "integrations", integration, "aliases")
}

// absolute completes an address that the server gave relative to itself.
func (c *Client) absolute(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || address == "" {
		return address
	}
	base := *c.root
	return base.JoinPath(u.Path).String()
}
