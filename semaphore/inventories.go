package semaphore

import (
	"context"
	"net/http"
)

// InventoryType says what the text of an inventory is. Later servers may add values.
type InventoryType string

// The types of inventories.
const (
	InventoryStatic             InventoryType = "static"
	InventoryStaticYAML         InventoryType = "static-yaml"
	InventoryFile               InventoryType = "file"
	InventoryTerraformWorkspace InventoryType = "terraform-workspace"
	InventoryTofuWorkspace      InventoryType = "tofu-workspace" // 2.16 and later
)

// Inventory is the list of hosts that a template works on, or a workspace of Terraform.
type Inventory struct {
	ID        InventoryID `json:"id,omitzero"`
	Name      string      `json:"name"`
	ProjectID ProjectID   `json:"project_id,omitzero"`
	// Inventory is the inventory itself, a path in the repository or the name of a workspace, according to Type.
	Inventory string        `json:"inventory"`
	Type      InventoryType `json:"type"`
	// KeyID is for logging in on the hosts, BecomeKeyID for becoming root there.
	KeyID       KeyID `json:"ssh_key_id,omitzero"`
	BecomeKeyID KeyID `json:"become_key_id,omitzero"`
	// HolderID is the template that a workspace belongs to.
	HolderID TemplateID `json:"holder_id,omitzero"`
	// RepositoryID is where an inventory of the type file lies; 0 means in the template's repository.
	RepositoryID RepositoryID `json:"repository_id,omitzero"`
	// TemplateID is the holder's name on newer servers.
	TemplateID TemplateID `json:"template_id,omitzero"`
	// RunnerTag selects runners; newer servers only.
	RunnerTag string `json:"runner_tag,omitzero"`
}

// Inventories lists the inventories of a project. Errors: [ErrNotFound]. API: GET /project/{project_id}/inventory.
func (c *Client) Inventories(ctx context.Context, project ProjectID) ([]Inventory, error) {
	return get[[]Inventory](ctx, c, call{op: "list inventories", path: in(project, "inventory")})
}

// Inventory fetches one inventory. Errors: [ErrNotFound]. API: GET /project/{project_id}/inventory/{inventory_id}.
func (c *Client) Inventory(ctx context.Context, project ProjectID, id InventoryID) (Inventory, error) {
	return get[Inventory](ctx, c, call{op: "get inventory", path: in(project, "inventory", id)})
}

// CreateInventory makes an inventory. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: POST /project/{project_id}/inventory.
func (c *Client) CreateInventory(ctx context.Context, project ProjectID, inventory Inventory) (Inventory, error) {
	var out Inventory
	_, err := c.create(ctx, call{op: "create inventory", path: in(project, "inventory")}, project, inventory, &out)
	return out, err
}

// UpdateInventory changes an inventory: change gets it as it is. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: GET and PUT /project/{project_id}/inventory/{inventory_id}.
func (c *Client) UpdateInventory(
	ctx context.Context, project ProjectID, id InventoryID, change func(*Inventory),
) (Inventory, error) {
	return update(ctx, c, call{op: "update inventory", path: in(project, "inventory", id)}, change)
}

// DeleteInventory deletes an inventory; one that something uses gives [ErrInUse]. Errors: [ErrNotFound],
// [ErrForbidden]. API: DELETE /project/{project_id}/inventory/{inventory_id}.
func (c *Client) DeleteInventory(ctx context.Context, project ProjectID, id InventoryID) error {
	return c.do(ctx, call{op: "delete inventory", method: http.MethodDelete, path: in(project, "inventory", id)}, nil)
}

// InventoryReferences tells what uses an inventory. Errors: [ErrNotFound].
// API: GET /project/{project_id}/inventory/{inventory_id}/refs.
func (c *Client) InventoryReferences(ctx context.Context, project ProjectID, id InventoryID) (References, error) {
	return c.references(ctx, "get references of inventory", in(project, "inventory", id))
}
