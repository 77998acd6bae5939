package semaphore

import (
	"context"
	"net/http"
)

// ExtractValue takes a value out of a webhook and gives it to the task as a variable.
type ExtractValue struct {
	ID            ExtractValueID `json:"id,omitzero"`
	IntegrationID IntegrationID  `json:"integration_id,omitzero"`
	Name          string         `json:"name"`
	// ValueSource is "header" or "body".
	ValueSource string `json:"value_source"`
	// BodyDataType is "json", "xml" or "string"; it counts for bodies.
	BodyDataType string `json:"body_data_type"`
	// Key is the name of a header or the path of a field.
	Key      string `json:"key"`
	Variable string `json:"variable"`
	// VariableType is "environment" or "task"; newer servers only.
	VariableType string `json:"variable_type,omitzero"`
}

// ExtractValues lists the values that an integration extracts. Errors: [ErrNotFound].
// API: GET /project/{project_id}/integrations/{integration_id}/values.
func (c *Client) ExtractValues(ctx context.Context, project ProjectID, integration IntegrationID) ([]ExtractValue, error) {
	return get[[]ExtractValue](ctx, c, call{
		op: "list extracted values", path: in(project, "integrations", integration, "values"),
	})
}

// ExtractValue fetches one extracted value. Errors: [ErrNotFound].
// API: GET /project/{project_id}/integrations/{integration_id}/values/{value_id}.
func (c *Client) ExtractValue(
	ctx context.Context, project ProjectID, integration IntegrationID, id ExtractValueID,
) (ExtractValue, error) {
	return get[ExtractValue](ctx, c, call{
		op: "get extracted value", path: in(project, "integrations", integration, "values", id),
	})
}

// CreateExtractValue makes an integration extract a value. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: POST /project/{project_id}/integrations/{integration_id}/values.
func (c *Client) CreateExtractValue(
	ctx context.Context, project ProjectID, integration IntegrationID, value ExtractValue,
) (ExtractValue, error) {
	value.IntegrationID = integration
	var out ExtractValue
	r := call{op: "create extracted value", path: in(project, "integrations", integration, "values")}
	_, err := c.create(ctx, r, 0, value, &out)
	return out, err
}

// UpdateExtractValue changes an extracted value: change gets it as it is. Errors: [ErrNotFound], [ErrForbidden],
// [ErrInvalid]. API: GET and PUT /project/{project_id}/integrations/{integration_id}/values/{value_id}.
func (c *Client) UpdateExtractValue(
	ctx context.Context, project ProjectID, integration IntegrationID, id ExtractValueID, change func(*ExtractValue),
) (ExtractValue, error) {
	r := call{op: "update extracted value", path: in(project, "integrations", integration, "values", id)}
	return update(ctx, c, r, change)
}

// DeleteExtractValue deletes an extracted value. Errors: [ErrNotFound], [ErrForbidden].
// API: DELETE /project/{project_id}/integrations/{integration_id}/values/{value_id}.
func (c *Client) DeleteExtractValue(
	ctx context.Context, project ProjectID, integration IntegrationID, id ExtractValueID,
) error {
	return c.do(ctx, call{
		op: "delete extracted value", method: http.MethodDelete, path: in(project, "integrations", integration, "values", id),
	}, nil)
}
