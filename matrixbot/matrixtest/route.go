package matrixtest

import "strings"

// A route is one operation. Patterns are below /_matrix/client, unless they start with a slash.
type route struct {
	method  string
	pattern []string
	handle  func(s *Server, c *call) answer
	open    bool // needs no access token
	body    bool // needs a JSON object
}

func get(pattern string, handle func(*Server, *call) answer) route {
	return newRoute("GET", pattern, handle)
}

func put(pattern string, handle func(*Server, *call) answer) route {
	r := newRoute("PUT", pattern, handle)
	r.body = true
	return r
}

func post(pattern string, handle func(*Server, *call) answer) route {
	r := newRoute("POST", pattern, handle)
	r.body = true
	return r
}

// poke is a POST whose body may be absent.
func poke(pattern string, handle func(*Server, *call) answer) route {
	return newRoute("POST", pattern, handle)
}

func del(pattern string, handle func(*Server, *call) answer) route {
	return newRoute("DELETE", pattern, handle)
}

// public lets everybody in.
func public(r route) route {
	r.open = true
	return r
}

func newRoute(method, pattern string, handle func(*Server, *call) answer) route {
	if !strings.HasPrefix(pattern, "/") {
		pattern = "/_matrix/client/" + pattern
	}
	return route{method: method, pattern: strings.Split(pattern[1:], "/"), handle: handle}
}

// findRoute finds the route of a call and fills its vars. known is true when only the method is wrong.
func (s *Server) findRoute(c *call) (found *route, known bool) {
	for i := range s.routes {
		vars, fits := s.routes[i].fits(c.path)
		if !fits {
			continue
		}
		known = true
		if s.routes[i].method == c.method || s.routes[i].method == "GET" && c.method == "HEAD" {
			c.vars = vars
			return &s.routes[i], true
		}
	}
	return nil, known
}

func (r *route) fits(path []string) (map[string]string, bool) {
	if len(r.pattern) != len(path) {
		return nil, false
	}
	var vars map[string]string
	for i, p := range r.pattern {
		name, isVar := strings.CutPrefix(p, ":")
		switch {
		case !isVar && p != path[i]:
			return nil, false
		case isVar:
			if vars == nil {
				vars = map[string]string{}
			}
			vars[name] = path[i]
		}
	}
	return vars, true
}
