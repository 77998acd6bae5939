package matrixtest

import "maunium.net/go/mautrix/id"

// defaultVersions are those of which the server offers what bots use.
var defaultVersions = []string{"r0.6.1", "v1.1", "v1.2", "v1.3", "v1.4", "v1.5", "v1.6", "v1.7", "v1.8", "v1.9", "v1.10", "v1.11"}

// unstableFeatures are features of the specification under their names before they were in it.
var unstableFeatures = map[string]any{
	"org.matrix.e2e_cross_signing": true, "org.matrix.msc2285.stable": true, "org.matrix.msc3916.stable": true,
}

func (s *Server) handleVersions(*call) answer {
	return ok(map[string]any{"versions": s.versions, "unstable_features": unstableFeatures})
}

func (s *Server) handleWellKnown(c *call) answer {
	return ok(map[string]any{"m.homeserver": map[string]any{"base_url": s.origin(c)}})
}

func (s *Server) handleCapabilities(*call) answer {
	available := map[string]any{}
	for _, v := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"} {
		available[v] = "stable"
	}
	return ok(map[string]any{"capabilities": map[string]any{
		"m.change_password": map[string]any{"enabled": true},
		"m.room_versions":   map[string]any{"default": s.roomVersion, "available": available},
	}})
}

// noPushRules are the rules of everybody: nobody is told.
var noPushRules = map[string]any{"global": map[string]any{
	"content": []any{}, "override": []any{}, "underride": []any{},
}}

func (s *Server) handlePushRules(*call) answer { return ok(noPushRules) }

func (s *Server) handlePutPresence(c *call) answer {
	if c.vars["user"] != string(c.user.id) {
		return *forbidden("Unable to set presence state for another user.")
	}
	switch c.text("presence") {
	case "online", "offline", "unavailable":
	default:
		return *badJSON("the presence is unknown")
	}
	c.user.presence = c.body
	return empty()
}

func (s *Server) handleGetPresence(c *call) answer {
	u := s.users[id.UserID(c.vars["user"])]
	if u == nil {
		return *notFound("The user is unknown.")
	}
	presence := "offline"
	if text := str(u.presence, "presence"); text != "" {
		presence = text
	}
	v := map[string]any{"presence": presence}
	if text := str(u.presence, "status_msg"); text != "" {
		v["status_msg"] = text
	}
	return ok(v)
}

// handleEmpty answers what bots ask and nobody here needs.
func (s *Server) handleEmpty(*call) answer { return empty() }

func (s *Server) handleReport(c *call) answer {
	if _, _, bad := s.visible(c.room(), id.EventID(c.vars["event"]), c.user); bad != nil {
		return *bad
	}
	return empty()
}
