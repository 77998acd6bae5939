package semaphoretest

import "net/http"

// A view is a tab of templates.
type view struct {
	ID          int     `json:"id"`
	ProjectID   int     `json:"project_id"`
	Title       string  `json:"title"`
	Position    int     `json:"position"`
	Hidden      bool    `json:"hidden" gen:"216"`
	Type        string  `json:"type" gen:"216"`
	SortColumn  *string `json:"sort_column" gen:"216"`
	SortReverse bool    `json:"sort_reverse" gen:"216"`
}

func (v *view) key() *int     { return &v.ID }
func (v *view) title() string { return v.Title }

var views = collection[view, *view]{
	kind: "view", name: "View",
	list:  func(p *project) *[]*view { return &p.views },
	check: checkView,
}

func checkView(_ *Server, c *call, body, old *view) *answer {
	if old != nil && body.ID != old.ID {
		return badRequest("View ID in URL and in body must be the same")
	}
	if old == nil && body.ProjectID != c.project.ID {
		return badRequest(otherProject)
	}
	if body.Title == "" {
		return badRequest("title can not be empty")
	}
	body.ProjectID = c.project.ID
	return nil
}

func viewRoutes() []route {
	const base = "/project/{project_id}/views"
	own := []route{
		{method: "POST", path: base + "/positions", handle: postPositions, may: mayManage},
		{method: "GET", path: base + "/{id}/templates", handle: views.with(getViewTemplates)},
	}
	for _, rt := range views.routes("views") {
		if rt.path != base+"/{id}/refs" { // views have none
			own = append(own, rt)
		}
	}
	return own
}

// postPositions takes an object of ids and positions.
func postPositions(_ *Server, c *call) answer {
	var body map[int]int
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	for id, position := range body {
		if v := find(c.project.views, id); v != nil {
			v.Position = position
		}
	}
	return noContent()
}

func getViewTemplates(s *Server, c *call, v *view) answer {
	return s.reply(http.StatusOK, templates.rows(s, c, func(t *template) bool { return is(t.ViewID, v.ID) }))
}
