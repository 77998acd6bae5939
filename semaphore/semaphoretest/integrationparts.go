package semaphoretest

import (
	"net/http"
	"slices"
)

func matchersOf(p *project) *[]*matcher    { return &p.matchers }
func valuesOf(p *project) *[]*extractValue { return &p.values }

// withPart finds the matcher or the value of the path.
func withPart[T any, P thing[T]](
	list func(*project) *[]*T, handle func(*Server, *call, *T) answer,
) func(*Server, *call) answer {
	return func(s *Server, c *call) answer {
		owner, _ := c.id("id")
		if find(c.project.integrations, owner) == nil {
			return empty(http.StatusNotFound)
		}
		id, ok := c.id("part_id")
		if !ok {
			return refuse(http.StatusBadRequest, "Invalid ID")
		}
		v := find[T, P](*list(c.project), id)
		if v == nil {
			return empty(http.StatusNotFound)
		}
		return handle(s, c, v)
	}
}

func getPart[T any](s *Server, _ *call, v *T) answer { return s.reply(http.StatusOK, v) }

func deletePart[T any](list func(*project) *[]*T) func(*Server, *call, *T) answer {
	return func(_ *Server, c *call, v *T) answer {
		rows := list(c.project)
		*rows = slices.DeleteFunc(*rows, func(other *T) bool { return other == v })
		return noContent()
	}
}

// partOf lists those rows that belong to an integration.
func partOf[T any](rows []*T, belongs func(*T) bool) []T {
	list := []T{}
	for _, v := range rows {
		if belongs(v) {
			list = append(list, *v)
		}
	}
	return list
}

func getMatchers(s *Server, c *call, v *integration) answer {
	return s.reply(http.StatusOK, partOf(c.project.matchers, func(m *matcher) bool { return m.IntegrationID == v.ID }))
}

func getValues(s *Server, c *call, v *integration) answer {
	return s.reply(http.StatusOK, partOf(c.project.values, func(x *extractValue) bool { return x.IntegrationID == v.ID }))
}

const otherIntegration = "Extractor ID in body and URL must be the same"

func postMatcher(s *Server, c *call, v *integration) answer {
	body := new(matcher)
	if !c.bind(body) {
		return empty(http.StatusBadRequest)
	}
	switch {
	case body.IntegrationID != v.ID:
		return refuse(http.StatusBadRequest, otherIntegration)
	case body.MatchType == "":
		return refuse(http.StatusBadRequest, "No Match Type set")
	case body.Key == "":
		return refuse(http.StatusBadRequest, "No key set")
	case body.Value == "":
		return refuse(http.StatusBadRequest, "No value set")
	case body.Name == "":
		return refuse(http.StatusBadRequest, "No Name set for integration")
	}
	body.ID = s.nextID("matcher", c.project)
	c.project.matchers = append(c.project.matchers, body)
	return s.reply(http.StatusOK, body)
}

func putMatcher(_ *Server, c *call, v *matcher) answer {
	body := *v
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	body.ID, body.IntegrationID = v.ID, v.IntegrationID
	*v = body
	return noContent()
}

func postValue(s *Server, c *call, v *integration) answer {
	body := new(extractValue)
	if !c.bind(body) {
		return empty(http.StatusBadRequest)
	}
	switch {
	case body.IntegrationID != v.ID:
		return refuse(http.StatusBadRequest, otherIntegration)
	case body.ValueSource == "":
		return refuse(http.StatusBadRequest, "No Value Source defined")
	case body.Name == "":
		return refuse(http.StatusBadRequest, "No Name set for integration")
	case body.ValueSource == "body" && body.BodyDataType == "":
		return refuse(http.StatusBadRequest, "Value Source but no body data type set")
	case body.ValueSource == "body" && body.BodyDataType == "json" && body.Key == "":
		return refuse(http.StatusBadRequest, "No Key set for JSON Body Data extraction.")
	case body.ValueSource == "header" && body.Key == "":
		return refuse(http.StatusBadRequest, "Value Source set but no Key set")
	}
	body.ID = s.nextID("value", c.project)
	c.project.values = append(c.project.values, body)
	return s.reply(http.StatusCreated, body)
}

func putValue(_ *Server, c *call, v *extractValue) answer {
	body := *v
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	if body.ID != v.ID {
		return refuse(http.StatusBadRequest, "Value ID in body and URL must be the same")
	}
	*v = body
	return noContent()
}
