package zuliptest

import (
	"regexp"
	"slices"
	"strings"
)

// A linkifier makes links of a pattern in messages.
type linkifier struct {
	ID      int    `json:"id"`
	Pattern string `json:"pattern"`
	URL     string `json:"url_template"`
}

func (s *Server) getLinkifiers(*call) answer {
	return ok(map[string]any{"linkifiers": append([]linkifier{}, s.linkifiers...)})
}

// readLinkifier reads and checks pattern and template; id is the one that changes, if any.
func (s *Server) readLinkifier(c *call, id int) linkifier {
	l := linkifier{ID: id, Pattern: c.need("pattern"), URL: c.need("url_template")}
	taken := slices.ContainsFunc(s.linkifiers, func(x linkifier) bool { return x.ID != id && x.Pattern == l.Pattern })
	re, err := regexp.Compile(l.Pattern)
	switch {
	case c.bad != nil:
		return l
	case err != nil:
		c.reject(badRequest("Bad regular expression: " + l.Pattern))
		return l
	case taken:
		c.reject(badRequest("This pattern already exists."))
		return l
	}
	for _, name := range re.SubexpNames() {
		if name != "" && !strings.Contains(l.URL, name) {
			c.reject(badRequest("Group '" + name + "' in linkifier pattern is not present in URL template."))
		}
	}
	return l
}

func (s *Server) postLinkifier(c *call) answer {
	l := s.readLinkifier(c, 0)
	if c.bad != nil {
		return *c.bad
	}
	s.lastLinkifier++
	l.ID = s.lastLinkifier
	s.linkifiers = append(s.linkifiers, l)
	s.emitLinkifiers()
	return ok(map[string]any{"id": l.ID})
}

func (s *Server) linkifier(c *call) int {
	return slices.IndexFunc(s.linkifiers, func(l linkifier) bool { return l.ID == c.id("id") })
}

func (s *Server) patchLinkifier(c *call) answer {
	i := s.linkifier(c)
	if i < 0 {
		return badRequest("Linkifier not found.")
	}
	l := s.readLinkifier(c, s.linkifiers[i].ID)
	if c.bad != nil {
		return *c.bad
	}
	s.linkifiers[i] = l
	s.emitLinkifiers()
	return ok(nil)
}

func (s *Server) removeLinkifier(c *call) answer {
	i := s.linkifier(c)
	if i < 0 {
		return badRequest("Linkifier not found.")
	}
	s.linkifiers = slices.Delete(s.linkifiers, i, i+1)
	s.emitLinkifiers()
	return ok(nil)
}

func (s *Server) reorderLinkifiers(c *call) answer {
	var order []int
	c.need("ordered_linkifier_ids")
	c.json("ordered_linkifier_ids", &order)
	id := func(l linkifier) int { return l.ID }
	if c.bad == nil && !samePermutation(order, s.linkifiers, id) {
		return badRequest("The ordered list must enumerate all existing linkifiers exactly once")
	}
	if c.bad != nil {
		return *c.bad
	}
	s.linkifiers = reorder(s.linkifiers, order, id)
	s.emitLinkifiers()
	return ok(nil)
}

func (s *Server) emitLinkifiers() {
	list := append([]linkifier{}, s.linkifiers...)
	s.emit("realm_linkifiers", everyone, func(*queue) event { return event{"realm_linkifiers": list} })
}
