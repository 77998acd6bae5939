package zuliptest

import (
	"slices"
	"strings"
)

// A route is one operation of the API. Its handler runs with the lock held.
type route struct {
	method   string
	path     string // parts in braces match one part, with three dots all that follow
	handle   func(*Server, *call) answer
	since    int  // feature level of the first server that has it; zero is all
	open     bool // needs no authentication
	webhooks bool // also for incoming webhook bots
	who      who
	newer    map[string]int // feature level of the first server that knows the parameter, where not all do
}

// routes lists what a server of this feature level can do; of two that fit, the first counts.
func routes(level int) []route {
	all := slices.Concat(serverRoutes(), messageRoutes(), peopleRoutes())
	return slices.DeleteFunc(all, func(rt route) bool { return rt.since > level })
}

func serverRoutes() []route {
	return []route{
		{method: "GET", path: "/server_settings", handle: (*Server).getServerSettings, open: true},
		{method: "POST", path: "/register", handle: (*Server).register},
		{method: "GET", path: "/events", handle: (*Server).getEvents},
		{method: "DELETE", path: "/events", handle: (*Server).deleteQueue},
	}
}

// findRoute finds the operation for a call and fills in the parts of its path.
// When only the method does not fit, the route is nil and methods names those that would.
func (s *Server) findRoute(c *call) (found *route, methods []string) {
	s.mu.Lock()
	all := s.routes
	s.mu.Unlock()
	parts := strings.Split(c.path, "/")
	for _, rt := range all {
		vars, fits := matchPath(strings.Split(rt.path, "/"), parts)
		if !fits {
			continue
		}
		if rt.method == c.method {
			c.vars = vars
			return &rt, []string{rt.method}
		}
		methods = append(methods, rt.method)
	}
	slices.Sort(methods)
	return nil, slices.Compact(methods)
}

func matchPath(pattern, parts []string) (map[string]string, bool) {
	vars := map[string]string{}
	if last := len(pattern) - 1; strings.HasSuffix(pattern[last], "...}") && len(parts) > last {
		parts = append(slices.Clone(parts[:last]), strings.Join(parts[last:], "/"))
	}
	if len(pattern) != len(parts) {
		return nil, false
	}
	for i, p := range pattern {
		if name, isVar := strings.CutPrefix(p, "{"); isVar {
			vars[strings.TrimRight(name, ".}")] = parts[i]
		} else if p != parts[i] {
			return nil, false
		}
	}
	return vars, true
}
