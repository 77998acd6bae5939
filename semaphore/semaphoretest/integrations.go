package semaphoretest

import (
	"net/http"
	"slices"
	"strings"
)

// An integration lets other programs start tasks by a web request.
type integration struct {
	ID           int            `json:"id"`
	Name         string         `json:"name"`
	ProjectID    int            `json:"project_id"`
	TemplateID   int            `json:"template_id"`
	AuthMethod   string         `json:"auth_method"`
	AuthSecretID *int           `json:"auth_secret_id"`
	AuthHeader   string         `json:"auth_header"`
	Searchable   bool           `json:"searchable"`
	TaskParams   map[string]any `json:"task_params"`
}

// A matcher decides whether a request starts a task.
type matcher struct {
	ID            int    `json:"id"`
	IntegrationID int    `json:"integration_id"`
	Name          string `json:"name"`
	MatchType     string `json:"match_type"`
	Method        string `json:"method"`
	BodyDataType  string `json:"body_data_type"`
	Key           string `json:"key"`
	Value         string `json:"value"`
}

// An extractValue takes a variable for the task from a request.
type extractValue struct {
	ID            int    `json:"id"`
	IntegrationID int    `json:"integration_id"`
	Name          string `json:"name"`
	ValueSource   string `json:"value_source"`
	BodyDataType  string `json:"body_data_type"`
	Key           string `json:"key"`
	Variable      string `json:"variable"`
	VariableType  string `json:"variable_type" gen:"216"`
}

// An alias is the last part of the address to which requests are sent.
type alias struct {
	id            int
	name          string
	integrationID int // zero is every searchable one of the project
}

type shownAlias struct {
	ID  int    `json:"id"`
	URL string `json:"url"`
}

func (v *integration) key() *int      { return &v.ID }
func (v *integration) title() string  { return v.Name }
func (v *matcher) key() *int          { return &v.ID }
func (v *matcher) title() string      { return v.Name }
func (v *extractValue) key() *int     { return &v.ID }
func (v *extractValue) title() string { return v.Name }

var integrations = collection[integration, *integration]{
	kind: "integration", name: "Integration",
	called: func(*integration) string { return "" },
	list:   func(p *project) *[]*integration { return &p.integrations },
	check: func(s *Server, c *call, body, old *integration) *answer {
		if refused := sameIDs(c, body.ProjectID, body, old, "Integration"); refused != nil {
			return refused
		}
		if body.Name == "" {
			return badRequest("No Name set for integration")
		}
		if s.db != Bolt && find(c.project.templates, body.TemplateID) == nil {
			return bare(http.StatusBadRequest)
		}
		return nil
	},
}

func integrationRoutes() []route {
	const base = "/project/{project_id}/integrations"
	const one = base + "/{id}"
	own := []route{
		{method: "POST", path: "/integrations/{alias}", handle: fire, who: anyone},
		{method: "GET", path: "/integrations/{alias}", handle: fire, who: anyone},
		{method: "POST", path: base, handle: postIntegration, may: mayManage},
		{method: "DELETE", path: one, handle: integrations.with(deleteIntegration), may: mayManage},
		{method: "GET", path: one + "/refs", handle: integrations.with(getIntegrationRefs)},
		{method: "GET", path: base + "/aliases", handle: getAliases},
		{method: "POST", path: base + "/aliases", handle: postAlias, may: mayManage},
		{method: "DELETE", path: base + "/aliases/{alias_id}", handle: deleteAlias, may: mayManage},
		{method: "GET", path: one + "/aliases", handle: getAliases},
		{method: "POST", path: one + "/aliases", handle: postAlias, may: mayManage},
		{method: "DELETE", path: one + "/aliases/{alias_id}", handle: deleteAlias, may: mayManage},
		{method: "GET", path: one + "/matchers", handle: integrations.with(getMatchers)},
		{method: "POST", path: one + "/matchers", handle: integrations.with(postMatcher), may: mayManage},
		{method: "GET", path: one + "/matchers/{part_id}", handle: withPart(matchersOf, getPart[matcher])},
		{method: "PUT", path: one + "/matchers/{part_id}", handle: withPart(matchersOf, putMatcher), may: mayManage},
		{method: "DELETE", path: one + "/matchers/{part_id}", handle: withPart(matchersOf, deletePart(matchersOf)), may: mayManage},
		{method: "GET", path: one + "/values", handle: integrations.with(getValues)},
		{method: "POST", path: one + "/values", handle: integrations.with(postValue), may: mayManage},
		{method: "GET", path: one + "/values/{part_id}", handle: withPart(valuesOf, getPart[extractValue])},
		{method: "PUT", path: one + "/values/{part_id}", handle: withPart(valuesOf, putValue), may: mayManage},
		{method: "DELETE", path: one + "/values/{part_id}", handle: withPart(valuesOf, deletePart(valuesOf)), may: mayManage},
	}
	return append(own, integrations.routes("integrations")...)
}

// postIntegration refuses a body that is no JSON with a sentence about something else.
func postIntegration(s *Server, c *call) answer {
	if !c.bind(new(integration)) {
		return refuse(http.StatusBadRequest, otherProject)
	}
	return integrations.post(s, c)
}

func deleteIntegration(_ *Server, c *call, v *integration) answer {
	p := c.project
	p.integrations = slices.DeleteFunc(p.integrations, func(other *integration) bool { return other == v })
	p.matchers = slices.DeleteFunc(p.matchers, func(m *matcher) bool { return m.IntegrationID == v.ID })
	p.values = slices.DeleteFunc(p.values, func(x *extractValue) bool { return x.IntegrationID == v.ID })
	p.aliases = slices.DeleteFunc(p.aliases, func(a *alias) bool { return a.integrationID == v.ID })
	return noContent()
}

func getIntegrationRefs(s *Server, _ *call, _ *integration) answer {
	return s.reply(http.StatusOK, struct {
		Matchers []named `json:"matchers"`
		Values   []named `json:"values"`
	}{})
}

func (s *Server) showAlias(a *alias) shownAlias {
	return shownAlias{a.id, s.webHost() + "/api/integrations/" + a.name}
}

// aliasOwner is the integration of the path; zero on the paths for the whole project.
func aliasOwner(c *call) (int, bool) {
	if c.vars["id"] == "" {
		return 0, true
	}
	id, _ := c.id("id")
	return id, find(c.project.integrations, id) != nil
}

func getAliases(s *Server, c *call) answer {
	owner, found := aliasOwner(c)
	if !found {
		return empty(http.StatusNotFound)
	}
	list := []shownAlias{}
	for _, a := range c.project.aliases {
		if a.integrationID == owner {
			list = append(list, s.showAlias(a))
		}
	}
	return s.reply(http.StatusOK, list)
}

func postAlias(s *Server, c *call) answer {
	owner, found := aliasOwner(c)
	if !found {
		return empty(http.StatusNotFound)
	}
	name := strings.ToLower(strings.NewReplacer("-", "x", "_", "y").Replace(secretText()))[:16]
	a := &alias{id: s.nextID("alias", c.project), name: name, integrationID: owner}
	c.project.aliases = append(c.project.aliases, a)
	return s.reply(http.StatusOK, s.showAlias(a))
}

func deleteAlias(_ *Server, c *call) answer {
	id, ok := c.id("alias_id")
	if !ok {
		return empty(http.StatusBadRequest)
	}
	before := len(c.project.aliases)
	c.project.aliases = slices.DeleteFunc(c.project.aliases, func(a *alias) bool { return a.id == id })
	if len(c.project.aliases) == before {
		return empty(http.StatusNotFound)
	}
	return noContent()
}
