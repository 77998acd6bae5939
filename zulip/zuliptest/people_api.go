package zuliptest

import (
	"slices"
	"strconv"
)

func (s *Server) sortedUsers() []*userState {
	list := make([]*userState, 0, len(s.users))
	for _, u := range s.users {
		list = append(list, u)
	}
	slices.SortFunc(list, func(a, b *userState) int { return a.ID - b.ID })
	return list
}

func (s *Server) getUsers(c *call) answer {
	gravatar, fields := c.flag("client_gravatar", true), c.flag("include_custom_profile_fields", false)
	var ids []int
	some := c.json("user_ids", &ids)
	if c.bad != nil {
		return *c.bad
	}
	members := []any{}
	for _, u := range s.sortedUsers() {
		if !some || slices.Contains(ids, u.ID) {
			members = append(members, s.userObject(u, gravatar, fields))
		}
	}
	return ok(map[string]any{"members": members})
}

func (s *Server) getOwnUser(c *call) answer {
	o := s.userObject(c.user, false, true)
	delete(o, "bot_type") // this answer has fewer keys than the others
	delete(o, "bot_owner_id")
	o["max_message_id"] = s.lastSeen(c.user)
	return ok(o)
}

func (s *Server) getUser(c *call) answer {
	gravatar, fields := c.flag("client_gravatar", true), c.flag("include_custom_profile_fields", false)
	u, bad := s.pathUser(c)
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"user": s.userObject(u, gravatar, fields)})
}

// pathUser finds the user in the call's path, by id or address.
func (s *Server) pathUser(c *call) (*userState, *answer) {
	if c.bad != nil {
		return nil, c.bad
	}
	u := s.users[c.id("id")]
	if u == nil {
		u = s.userByEmail(c.vars["id"])
	}
	if u == nil {
		return nil, refuse("No such user")
	}
	return u, nil
}

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

func (s *Server) postStatus(c *call) answer {
	if c.user.IsBot {
		return badRequest("This endpoint does not accept bot requests.")
	}
	st := c.user.status
	st.text, st.away = c.str("status_text", st.text), c.flag("away", st.away)
	st.emojiName = c.str("emoji_name", st.emojiName)
	st.emojiCode, st.reactionType = c.str("emoji_code", ""), c.str("reaction_type", "unicode_emoji")
	if c.bad != nil {
		return *c.bad
	}
	if len([]rune(st.text)) > maxTopic {
		return badRequest("status_text is too long (limit: " + strconv.Itoa(maxTopic) + " characters)")
	}
	if st.emojiName == "" {
		st.emojiCode, st.reactionType = "", ""
	} else if st.emojiCode == "" {
		if st.emojiCode = emojiCodes[st.emojiName]; st.emojiCode == "" {
			return badRequest("Emoji '" + st.emojiName + "' does not exist")
		}
	}
	s.setStatus(c.user, st)
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

func (s *Server) getIsSubscribed(c *call) answer {
	u, bad := s.pathUser(c)
	if bad != nil {
		return *bad
	}
	ch := s.channels[c.id("channel")]
	if ch == nil || !s.mayKnow(c.user, ch) {
		return badRequest("Invalid channel ID")
	}
	return ok(map[string]any{"is_subscribed": ch.subs[u.ID]})
}
