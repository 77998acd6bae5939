package zuliptest

import (
	"slices"
	"strings"
	"time"
)

func (s *Server) getAlertWords(c *call) answer {
	return ok(map[string]any{"alert_words": append([]string{}, c.user.alerts...)})
}

func (s *Server) postAlertWords(c *call) answer {
	return s.changeAlertWords(c, func(word string) {
		if i := findWord(c.user.alerts, word); i < 0 {
			c.user.alerts = append(c.user.alerts, word)
		}
	})
}

func (s *Server) removeAlertWords(c *call) answer {
	return s.changeAlertWords(c, func(word string) {
		if i := findWord(c.user.alerts, word); i >= 0 {
			c.user.alerts = slices.Delete(c.user.alerts, i, i+1)
		}
	})
}

func (s *Server) changeAlertWords(c *call, change func(word string)) answer {
	var words []string
	c.need("alert_words")
	c.json("alert_words", &words)
	if slices.ContainsFunc(words, func(w string) bool { return len([]rune(w)) > 100 }) {
		c.reject(badRequest("alert_words is too long (limit: 100 characters)"))
	}
	if c.bad != nil {
		return *c.bad
	}
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			change(w)
		}
	}
	s.emit("alert_words", only(c.user.ID), func(*queue) event {
		return event{"alert_words": append([]string{}, c.user.alerts...)}
	})
	return s.getAlertWords(c)
}

func findWord(words []string, word string) int {
	return slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
}

func (s *Server) postMutedUser(c *call) answer {
	u, bad := s.pathUser(c)
	switch {
	case bad != nil:
		return *bad
	case u == c.user:
		return badRequest("Cannot mute self")
	case !c.user.muted[u.ID].IsZero():
		return badRequest("User already muted")
	}
	c.user.muted[u.ID] = s.now()
	s.emitMuted(c.user)
	return ok(nil)
}

func (s *Server) removeMutedUser(c *call) answer {
	u, bad := s.pathUser(c)
	switch {
	case bad != nil:
		return *bad
	case c.user.muted[u.ID].IsZero():
		return badRequest("User is not muted")
	}
	delete(c.user.muted, u.ID)
	s.emitMuted(c.user)
	return ok(nil)
}

func (s *Server) emitMuted(u *userState) {
	s.emit("muted_users", only(u.ID), func(*queue) event { return event{"muted_users": u.mutedObjects()} })
}

func (u *userState) mutedObjects() []any {
	list := []any{}
	for id, at := range sortedPairs(u.muted) {
		list = append(list, map[string]any{"id": id, "timestamp": time.Time.Unix(at)})
	}
	return list
}
