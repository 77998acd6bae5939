package matrixtest

import (
	"maps"
	"strings"

	"maunium.net/go/mautrix/id"
)

// setProfile changes a field of a profile; name and picture go into all rooms.
func (s *Server) setProfile(u *User, field string, value any) {
	text, _ := value.(string)
	switch field {
	case "displayname":
		u.name = text
	case "avatar_url":
		u.avatar = text
	default:
		u.profile[field] = value
		return
	}
	for _, r := range s.sortedRooms() {
		if r.membership(u.id) != "join" {
			continue
		}
		content := maps.Clone(r.member(u.id).content)
		content[field] = text
		if text == "" {
			delete(content, field)
		}
		key := string(u.id)
		d := draft{sender: u, typ: "m.room.member", stateKey: &key, content: content}
		if r.unchanged(d) == nil {
			s.add(r, d)
		}
	}
}

func (u *User) profileFields() map[string]any {
	fields := maps.Clone(u.profile)
	if u.name != "" {
		fields["displayname"] = u.name
	}
	if u.avatar != "" {
		fields["avatar_url"] = u.avatar
	}
	return fields
}

func (s *Server) handleProfile(c *call) answer {
	u := s.users[id.UserID(c.vars["user"])]
	if u == nil {
		return *notFound("The user does not exist or does not have a profile")
	}
	fields := u.profileFields()
	field := c.vars["field"]
	if field == "" {
		return ok(fields)
	}
	v, has := fields[field]
	if !has && field != "displayname" && field != "avatar_url" {
		return *notFound("The profile has no such field")
	}
	if !has {
		return empty()
	}
	return ok(map[string]any{field: v})
}

func (s *Server) handlePutProfile(c *call) answer {
	field := c.vars["field"]
	v, has := c.body[field]
	switch {
	case c.vars["user"] != string(c.user.id):
		return *forbidden("userID does not match the current user")
	case !has:
		return *badJSON("the body has no field " + field)
	}
	if _, isText := v.(string); !isText && (field == "displayname" || field == "avatar_url") {
		return *badJSON(field + " is not text")
	}
	s.setProfile(c.user, field, v)
	return empty()
}

func (s *Server) handleDeleteProfile(c *call) answer {
	if c.vars["user"] != string(c.user.id) {
		return *forbidden("userID does not match the current user")
	}
	switch field := c.vars["field"]; field {
	case "displayname", "avatar_url":
		s.setProfile(c.user, field, "")
	default:
		delete(c.user.profile, field)
	}
	return empty()
}

// handleUserSearch finds people by a part of their id or name.
func (s *Server) handleUserSearch(c *call) answer {
	want := strings.ToLower(c.text("search_term"))
	found := []any{}
	for _, u := range s.users {
		if u != c.user && (strings.Contains(string(u.id), want) || strings.Contains(strings.ToLower(u.name), want)) {
			v := map[string]any{"user_id": u.id, "display_name": u.name}
			if u.avatar != "" {
				v["avatar_url"] = u.avatar
			}
			found = append(found, v)
		}
	}
	return ok(map[string]any{"results": found, "limited": false})
}
