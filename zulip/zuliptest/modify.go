package zuliptest

import (
	"net/http"
	"slices"
)

func (s *Server) patchMessage(c *call) answer {
	var ch change
	if c.has("content") {
		ch.content = new(c.str("content", ""))
	}
	if c.has("topic") {
		ch.topic = new(c.str("topic", ""))
	}
	ch.mode = c.str("propagate_mode", "change_one")
	expected := ""
	if s.featureLevel >= 379 {
		expected = c.str("prev_content_sha256", "")
	}
	target := c.integer("stream_id", 0)
	c.accept("send_notification_to_old_thread", "send_notification_to_new_thread")
	m, bad := s.pathMessage(c)
	if bad != nil {
		return *bad
	}
	if !slices.Contains([]string{"change_one", "change_later", "change_all"}, ch.mode) {
		return badRequest("Invalid propagate_mode")
	}
	if target != 0 {
		if ch.channel = s.channels[target]; ch.channel == nil || !s.mayKnow(c.user, ch.channel) {
			return badRequest("Invalid channel ID")
		}
	}
	if ch.content == nil && ch.topic == nil && ch.channel == nil {
		return badRequest("Nothing to change")
	}
	if ch.topic != nil {
		if bad := s.checkTopic(*ch.topic); bad != nil {
			return *bad
		}
	}
	if expected != "" && expected != sha(m.content) {
		return fail(http.StatusBadRequest, "EXPECTATION_MISMATCH", "'prev_content_sha256' value does not match the expected value.")
	}
	old := m.content
	if bad := s.editMessage(c.user, m, ch); bad != nil {
		return *bad
	}
	if s.featureLevel < 285 {
		return ok(nil)
	}
	return ok(map[string]any{"detached_uploads": s.detached(c.user, old)})
}

func (s *Server) removeMessage(c *call) answer {
	m, bad := s.pathMessage(c)
	if bad == nil {
		bad = s.deleteMessage(c.user, m)
	}
	return done(bad)
}

// done is the empty success, or the refusal.
func done(bad *answer) answer {
	if bad != nil {
		return *bad
	}
	return ok(nil)
}

func (s *Server) postReaction(c *call) answer {
	name := c.need("emoji_name")
	code, kind := c.str("emoji_code", ""), c.str("reaction_type", "")
	m, bad := s.pathMessage(c)
	if bad == nil {
		bad = s.react(c.user, m, name, code, kind)
	}
	return done(bad)
}

func (s *Server) removeReaction(c *call) answer {
	name, code, kind := c.str("emoji_name", ""), c.str("emoji_code", ""), c.str("reaction_type", "")
	m, bad := s.pathMessage(c)
	if bad == nil && name == "" && code == "" {
		bad = refuse("At least one of the following arguments must be present: emoji_name, emoji_code")
	}
	if bad == nil {
		bad = s.unreact(c.user, m, name, code, kind)
	}
	return done(bad)
}
