package zuliptest

import "strconv"

func (s *Server) getStatus(c *call) answer {
	u, bad := s.pathUser(c)
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"status": u.status.object()})
}

// object is the status with the keys that say something.
func (st status) object() map[string]any {
	o := map[string]any{}
	if st.text != "" {
		o["status_text"] = st.text
	}
	if st.away {
		o["away"] = true
	}
	if st.emojiName != "" {
		o["emoji_name"], o["emoji_code"], o["reaction_type"] = st.emojiName, st.emojiCode, st.reactionType
	}
	return o
}

func (s *Server) postStatus(c *call) answer { return s.changeStatus(c, c.user) }

// postStatusOf lets an administrator set the status of another person.
func (s *Server) postStatusOf(c *call) answer {
	u, bad := s.pathUser(c)
	switch {
	case bad != nil:
		return *bad
	case !u.active:
		return badRequest("User is deactivated")
	case u.IsBot && s.featureLevel < 473:
		return badRequest("No such user")
	case !administers(c.user, u):
		return badRequest("Insufficient permission")
	}
	return s.changeStatus(c, u)
}

func (s *Server) changeStatus(c *call, u *userState) answer {
	st := u.status
	st.text, st.away = c.str("status_text", st.text), c.flag("away", st.away)
	name, code, kind := c.str("emoji_name", st.emojiName), c.str("emoji_code", ""), c.str("reaction_type", "")
	switch {
	case c.bad != nil:
		return *c.bad
	case !c.has("emoji_name") && (code != "" || kind != ""):
		return badRequest("Client must pass emoji_name if they pass either emoji_code or reaction_type.")
	case !c.has("status_text") && !c.has("away") && !c.has("emoji_name"):
		return badRequest("Client did not pass any new values.")
	case len([]rune(st.text)) > maxTopic:
		return badRequest("status_text is too long (limit: " + strconv.Itoa(maxTopic) + " characters)")
	}
	if c.has("emoji_name") {
		st.emojiName, st.emojiCode, st.reactionType = name, "", ""
		if name != "" {
			r, bad := s.emojiReaction(u, name, code, kind)
			if bad != nil {
				return *bad
			}
			st.emojiCode, st.reactionType = r.EmojiCode, r.Type
		}
	}
	s.setStatus(u, st)
	return ok(nil)
}

func (s *Server) setStatus(u *userState, st status) {
	st.text = cut(st.text, maxTopic, "")
	u.status = st
	s.emit("user_status", everyone, func(*queue) event {
		return event{
			"user_id": u.ID, "status_text": st.text, "emoji_name": st.emojiName,
			"emoji_code": st.emojiCode, "reaction_type": reactionTypeOr(st.reactionType), "away": st.away,
		}
	})
}

// reactionTypeOr names the kind of no emoji at all as Zulip does.
func reactionTypeOr(kind string) string {
	if kind == "" {
		return "unicode_emoji"
	}
	return kind
}
