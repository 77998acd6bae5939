package zuliptest

import (
	"fmt"
	"time"
)

// offlineAfter is how long after the last sign of life a user counts as offline.
const offlineAfter = 200 * time.Second

// SetPresence tells the server that a person is there, active or merely connected, as an open web app does.
// It panics when the user is unknown or a bot, which has no presence.
func (s *Server) SetPresence(user *User, active bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.mustUser("SetPresence", user)
	if u.IsBot {
		panic("zuliptest: SetPresence: a bot has no presence")
	}
	s.setPresence(u, active)
}

func (s *Server) setPresence(u *userState, active bool) {
	now := s.now()
	came := now.Sub(u.lastThere) > offlineAfter || active && now.Sub(u.lastActive) > offlineAfter
	u.lastThere = now
	if active {
		u.lastActive = now
	}
	s.presences++
	if !came {
		return // those who are there are not announced again
	}
	s.emit("presence", everyone, func(q *queue) event {
		if q.knows["simplified_presence_events"] && s.featureLevel >= 419 {
			return event{"presences": map[string]any{itoa(u.ID): u.modernPresence()}}
		}
		e := event{
			"user_id": u.ID, "email": u.Email, "server_timestamp": stamp(now),
			"presence": map[string]any{"website": u.legacyPresence()["website"]},
		}
		if q.slimPresence {
			delete(e, "email")
		}
		return e
	})
}

// stamp is a time in seconds with a fraction.
func stamp(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func (u *userState) lastActiveOrJoined() time.Time {
	if u.lastActive.IsZero() {
		return u.joined
	}
	return u.lastActive
}

func (u *userState) modernPresence() map[string]any {
	return map[string]any{"active_timestamp": u.lastActiveOrJoined().Unix(), "idle_timestamp": u.lastThere.Unix()}
}

// legacyPresence has one client only, as Zulip's own answers do.
func (u *userState) legacyPresence() map[string]map[string]any {
	kind, at := "active", u.lastActive
	if u.lastActiveOrJoined().Add(70 * time.Second).Before(u.lastThere) {
		kind, at = "idle", u.lastThere
	}
	return map[string]map[string]any{
		"website":    {"client": "website", "status": kind, "timestamp": at.Unix(), "pushable": false},
		"aggregated": {"client": "website", "status": kind, "timestamp": at.Unix()},
	}
}

// presentUsers returns the people of whom something is known of the last two weeks.
func (s *Server) presentUsers() []*userState {
	var list []*userState
	for _, u := range sorted(s.users) {
		if u.active && !u.IsBot && !u.lastThere.IsZero() && s.now().Sub(u.lastThere) < 14*24*time.Hour {
			list = append(list, u)
		}
	}
	return list
}

// legacyPresences is everybody's presence by e-mail address.
func (s *Server) legacyPresences() map[string]any {
	all := map[string]any{}
	for _, u := range s.presentUsers() {
		all[u.Email] = u.legacyPresence()
	}
	return all
}

// modernPresences is everybody's presence by id.
func (s *Server) modernPresences() map[string]any {
	all := map[string]any{}
	for _, u := range s.presentUsers() {
		all[itoa(u.ID)] = u.modernPresence()
	}
	return all
}

func (s *Server) getPresences(*call) answer {
	return ok(map[string]any{"presences": s.legacyPresences(), "server_timestamp": stamp(s.now())})
}

func (s *Server) getPresence(c *call) answer {
	u, bad := s.pathUser(c)
	switch {
	case bad != nil:
		return *bad
	case !u.active:
		return badRequest("No such user")
	case u.IsBot:
		return badRequest("Presence is not supported for bot users.")
	case u.lastThere.IsZero():
		return badRequest(fmt.Sprintf("No presence data for %s", c.vars["id"]))
	}
	p := u.legacyPresence()
	if s.now().Sub(u.lastThere) > offlineAfter {
		p["aggregated"]["status"] = "offline"
	}
	for _, client := range p {
		delete(client, "client")
		delete(client, "pushable")
	}
	return ok(map[string]any{"presence": p})
}

func (s *Server) postPresence(c *call) answer {
	status, pingOnly, slim := c.need("status"), c.flag("ping_only", false), c.flag("slim_presence", false)
	known := c.integer("last_update_id", 0)
	modern := c.has("last_update_id")
	c.flag("new_user_input", false)
	c.accept("history_limit_days")
	if c.bad != nil {
		return *c.bad
	}
	if status != "active" && status != "idle" {
		return badRequest("Invalid status: " + status)
	}
	if on, set := c.user.settings["presence_enabled"].(bool); !set || on {
		s.setPresence(c.user, status == "active")
	}
	o := s.keep(map[string]any{"presence_last_update_id": s.presences}, stateKeys)
	switch {
	case pingOnly:
		return ok(o)
	case modern && known >= s.presences:
		o["presences"] = map[string]any{}
	case modern || slim:
		o["presences"] = s.modernPresences()
	default:
		o["presences"] = s.legacyPresences()
	}
	o["server_timestamp"] = stamp(s.now())
	return ok(o)
}
