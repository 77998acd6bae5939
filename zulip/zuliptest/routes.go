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
	open     bool // needs no authentication
	webhooks bool // also for incoming webhook bots
}

// routes lists what the server can do; of two that fit, the first counts.
func routes() []route {
	return []route{
		{method: "GET", path: "/server_settings", handle: (*Server).getServerSettings, open: true},
		{method: "POST", path: "/register", handle: (*Server).register},
		{method: "GET", path: "/events", handle: (*Server).getEvents},
		{method: "DELETE", path: "/events", handle: (*Server).deleteQueue},

		{method: "GET", path: "/messages", handle: (*Server).getMessages},
		{method: "POST", path: "/messages", handle: (*Server).postMessage, webhooks: true},
		{method: "GET", path: "/messages/matches_narrow", handle: (*Server).getMatchesNarrow},
		{method: "POST", path: "/messages/flags", handle: (*Server).postFlags},
		{method: "POST", path: "/messages/render", handle: (*Server).postRender},
		{method: "GET", path: "/messages/{id}", handle: (*Server).getMessage},
		{method: "PATCH", path: "/messages/{id}", handle: (*Server).patchMessage},
		{method: "DELETE", path: "/messages/{id}", handle: (*Server).removeMessage},
		{method: "GET", path: "/messages/{id}/history", handle: (*Server).getHistory},
		{method: "GET", path: "/messages/{id}/read_receipts", handle: (*Server).getReadReceipts},
		{method: "POST", path: "/messages/{id}/reactions", handle: (*Server).postReaction},
		{method: "DELETE", path: "/messages/{id}/reactions", handle: (*Server).removeReaction},
		{method: "POST", path: "/typing", handle: (*Server).postTyping},

		{method: "POST", path: "/user_uploads", handle: (*Server).postUpload},
		{method: "GET", path: "/user_uploads/{realm}/{name...}", handle: (*Server).getUploadURL},

		{method: "GET", path: "/users", handle: (*Server).getUsers},
		{method: "GET", path: "/users/me", handle: (*Server).getOwnUser},
		{method: "GET", path: "/users/me/subscriptions", handle: (*Server).getSubscriptions},
		{method: "POST", path: "/users/me/subscriptions", handle: (*Server).postSubscriptions},
		{method: "DELETE", path: "/users/me/subscriptions", handle: (*Server).removeSubscriptions},
		{method: "POST", path: "/users/me/status", handle: (*Server).postStatus},
		{method: "GET", path: "/users/me/{id}/topics", handle: (*Server).getTopics},
		{method: "GET", path: "/users/{id}", handle: (*Server).getUser},
		{method: "GET", path: "/users/{id}/status", handle: (*Server).getStatus},
		{method: "GET", path: "/users/{id}/subscriptions/{channel}", handle: (*Server).getIsSubscribed},

		{method: "GET", path: "/streams", handle: (*Server).getChannels},
		{method: "GET", path: "/streams/{id}", handle: (*Server).getChannel},
		{method: "GET", path: "/streams/{id}/members", handle: (*Server).getMembers},
		{method: "GET", path: "/get_stream_id", handle: (*Server).getChannelID},
	}
}

// findRoute finds the operation for a call and fills in the parts of its path.
// When only the method does not fit, the route is nil and methods names those that would.
func (s *Server) findRoute(c *call) (found *route, methods []string) {
	parts := strings.Split(c.path, "/")
	for _, rt := range s.routes {
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
