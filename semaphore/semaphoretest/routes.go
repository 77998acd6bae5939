package semaphoretest

import (
	"net/http"
	"slices"
	"strings"
)

// Who may call a route at all.
type audience int

const (
	users  audience = iota // everybody with a valid token or session
	anyone                 // without authentication
	admins                 // administrators; others are answered 403
)

// A route is an operation of the API. Its path is below /api; {name} stands for one part.
// Below {project_id} the project must exist, the user must see it and, to change something, have the permissions in may.
type route struct {
	method string
	path   string
	handle func(*Server, *call) answer
	who    audience
	may    int
	socket bool

	pattern []string // of the path
}

// routes lists the operations of a generation. Of several that fit the first counts, so that fixed paths come before ids.
func routes(g Generation) []route {
	all := slices.Concat(
		systemRoutes(), userRoutes(), projectRoutes(), resourceRoutes(), templateRoutes(), taskRoutes(),
		scheduleRoutes(), integrationRoutes(), runnerRoutes(),
	)
	if g == Gen216 {
		all = slices.Concat(newRoutes(), all)
	}
	for i := range all {
		all[i].pattern = strings.Split(all[i].path, "/")
	}
	return all
}

// resourceRoutes are the operations on what templates need.
func resourceRoutes() []route {
	return slices.Concat(
		keys.routes("keys"), repositories.routes("repositories"), inventories.routes("inventory"),
		environments.routes("environment"), viewRoutes(),
	)
}

// findRoute finds the operation for a call and fills in the parts of its path; HEAD is served as GET.
// A path that exists is not enough: the wrong method is answered as no route at all.
func (s *Server) findRoute(c *call) *route {
	parts := strings.Split(c.path, "/")
	method := c.r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i := range s.routes {
		rt := &s.routes[i]
		if rt.method != method {
			continue
		}
		if vars, fits := matchPath(rt.pattern, parts); fits {
			c.vars = vars
			return rt
		}
	}
	return nil
}

func matchPath(pattern, parts []string) (map[string]string, bool) {
	if len(pattern) != len(parts) {
		return nil, false
	}
	vars := map[string]string{}
	for i, p := range pattern {
		if name, isVar := strings.CutPrefix(p, "{"); isVar && parts[i] != "" {
			vars[strings.TrimSuffix(name, "}")] = parts[i]
		} else if p != parts[i] {
			return nil, false
		}
	}
	return vars, true
}
