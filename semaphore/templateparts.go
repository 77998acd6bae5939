package semaphore

import (
	"context"
	"net/http"
)

// SetTemplateDescription changes the description of a template and nothing else, in one request. Errors: [ErrNotFound],
// [ErrForbidden], [ErrInvalid], [ErrUnsupported].
// API: PUT /project/{project_id}/templates/{template_id}/description, 2.16 and later.
func (c *Client) SetTemplateDescription(ctx context.Context, project ProjectID, id TemplateID, text string) error {
	return c.do(ctx, call{
		op: "set description of template", method: http.MethodPut, path: in(project, "templates", id, "description"),
		since: "2.16", body: map[string]string{"description": text}, safe: true,
	}, nil)
}

// AttachInventory gives a workspace of Terraform to a template. One that belongs to a template already, and one of a
// type that the template's app cannot use, give [ErrInvalid]. Errors: [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: POST /project/{project_id}/templates/{template_id}/inventory/{inventory_id}/attach, 2.16 and later.
func (c *Client) AttachInventory(ctx context.Context, project ProjectID, id TemplateID, inventory InventoryID) error {
	return c.templateInventory(ctx, "attach inventory", project, id, inventory, "attach")
}

// DetachInventory takes a workspace from a template; one that the template does not have gives [ErrInvalid]. Errors:
// [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: POST /project/{project_id}/templates/{template_id}/inventory/{inventory_id}/detach, 2.16 and later.
func (c *Client) DetachInventory(ctx context.Context, project ProjectID, id TemplateID, inventory InventoryID) error {
	return c.templateInventory(ctx, "detach inventory", project, id, inventory, "detach")
}

// SetDefaultInventory makes an inventory the one that the template's tasks use. With Terraform it must be attached to
// the template, or gives [ErrInvalid]. Errors: [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: POST /project/{project_id}/templates/{template_id}/inventory/{inventory_id}/set_default, 2.16 and later.
func (c *Client) SetDefaultInventory(ctx context.Context, project ProjectID, id TemplateID, inventory InventoryID) error {
	return c.templateInventory(ctx, "set default inventory", project, id, inventory, "set_default")
}

func (c *Client) templateInventory(
	ctx context.Context, op string, project ProjectID, id TemplateID, inventory InventoryID, what string,
) error {
	return c.do(ctx, call{
		op: op, method: http.MethodPost, path: in(project, "templates", id, "inventory", inventory, what), since: "2.16",
		body: struct{}{},
	}, nil)
}
