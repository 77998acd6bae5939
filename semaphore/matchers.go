package semaphore

import (
	"context"
	"net/http"
)

// Matcher is a condition that a webhook must meet to start the template of an integration.
type Matcher struct {
	ID            MatcherID     `json:"id,omitzero"`
	IntegrationID IntegrationID `json:"integration_id,omitzero"`
	Name          string        `json:"name"`
	// MatchType is "header" or "body".
	MatchType string `json:"match_type"`
	// Method is "equals", "unequals" or "contains".
	Method string `json:"method"`
	// BodyDataType is "json", "xml" or "string"; it counts for bodies.
	BodyDataType string `json:"body_data_type"`
	// Key is the name of a header or the path of a field.
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Matchers lists the matchers of an integration. Errors: [ErrNotFound].
// API: GET /project/{project_id}/integrations/{integration_id}/matchers.
func (c *Client) Matchers(ctx context.Context, project ProjectID, integration IntegrationID) ([]Matcher, error) {
	return get[[]Matcher](ctx, c, call{op: "list matchers", path: in(project, "integrations", integration, "matchers")})
}

// Matcher fetches one matcher. Errors: [ErrNotFound].
// API: GET /project/{project_id}/integrations/{integration_id}/matchers/{matcher_id}.
func (c *Client) Matcher(ctx context.Context, project ProjectID, integration IntegrationID, id MatcherID) (Matcher, error) {
	return get[Matcher](ctx, c, call{op: "get matcher", path: in(project, "integrations", integration, "matchers", id)})
}

// CreateMatcher adds a matcher to an integration. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: POST /project/{project_id}/integrations/{integration_id}/matchers.
func (c *Client) CreateMatcher(
	ctx context.Context, project ProjectID, integration IntegrationID, matcher Matcher,
) (Matcher, error) {
	matcher.IntegrationID = integration
	var out Matcher
	r := call{op: "create matcher", path: in(project, "integrations", integration, "matchers")}
	_, err := c.create(ctx, r, 0, matcher, &out)
	return out, err
}

// UpdateMatcher changes a matcher: change gets it as it is. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: GET and PUT /project/{project_id}/integrations/{integration_id}/matchers/{matcher_id}.
func (c *Client) UpdateMatcher(
	ctx context.Context, project ProjectID, integration IntegrationID, id MatcherID, change func(*Matcher),
) (Matcher, error) {
	r := call{op: "update matcher", path: in(project, "integrations", integration, "matchers", id)}
	return update(ctx, c, r, change)
}

// DeleteMatcher deletes a matcher. Errors: [ErrNotFound], [ErrForbidden].
// API: DELETE /project/{project_id}/integrations/{integration_id}/matchers/{matcher_id}.
func (c *Client) DeleteMatcher(ctx context.Context, project ProjectID, integration IntegrationID, id MatcherID) error {
	return c.do(ctx, call{
		op: "delete matcher", method: http.MethodDelete, path: in(project, "integrations", integration, "matchers", id),
	}, nil)
}
