package semaphoretest

import (
	"net/http"
	"slices"
)

func templatePartRoutes() []route {
	const base = "/project/{project_id}/templates/{id}"
	return []route{
		{method: "GET", path: base + "/stats", handle: templates.with(getTemplateStats)},
		{method: "POST", path: base + "/stop_all_tasks", handle: templates.with(postStopAll), may: mayRun},
		{method: "PUT", path: base + "/description", handle: templates.with(putDescription), may: mayManage},
		{method: "POST", path: base + "/inventory/{inventory_id}/attach", handle: withTemplateInventory(attachInventory), may: mayManage},
		{method: "POST", path: base + "/inventory/{inventory_id}/detach", handle: withTemplateInventory(detachInventory), may: mayManage},
		{method: "POST", path: base + "/inventory/{inventory_id}/set_default", handle: withTemplateInventory(setInventory), may: mayManage},
	}
}

func postStopAll(s *Server, c *call, tpl *template) answer {
	var body struct {
		Force bool `json:"force"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	for _, t := range slices.Clone(s.byAge) {
		if t.project == c.project && t.TemplateID == tpl.ID && t.active() {
			s.stop(t, body.Force)
		}
	}
	return noContent()
}

func putDescription(_ *Server, c *call, t *template) answer {
	var body struct {
		Description string `json:"description"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	t.Description = &body.Description
	return noContent()
}

// withTemplateInventory finds the template and the inventory of a path, which must be of a type that the template can use.
func withTemplateInventory(handle func(*template, *inventory) *answer) func(*Server, *call) answer {
	return templates.with(func(_ *Server, c *call, t *template) answer {
		id, _ := c.id("inventory_id")
		v := find(c.project.inventories, id)
		switch {
		case v == nil:
			return empty(http.StatusNotFound)
		case !slices.Contains(inventoryTypes(t.App), v.Type):
			return refuse(http.StatusBadRequest, "Inventory type is not supported for this template")
		}
		if refused := handle(t, v); refused != nil {
			return *refused
		}
		return noContent()
	})
}

func inventoryTypes(app string) []string {
	switch app {
	case "ansible":
		return []string{"static", "static-yaml", "file"}
	case "terraform", "tofu", "terragrunt":
		return []string{app + "-workspace"}
	}
	return nil
}

func attachInventory(t *template, v *inventory) *answer {
	if v.TemplateID != nil {
		return badRequest("Inventory is already attached to another template")
	}
	v.TemplateID = &t.ID
	return nil
}

func detachInventory(t *template, v *inventory) *answer {
	if !is(v.TemplateID, t.ID) {
		return badRequest("Inventory is not attached to this template")
	}
	v.TemplateID = nil
	return nil
}

func setInventory(t *template, v *inventory) *answer {
	if t.App != "ansible" && !is(v.TemplateID, t.ID) {
		return badRequest("Inventory is not attached to this template")
	}
	t.InventoryID = &v.ID
	return nil
}
