package matrixtest

import (
	"net/http"
	"slices"

	"maunium.net/go/mautrix/id"
)

// setMembership changes what somebody is in a room. "leave" of another is a kick, or ends a ban.
func (s *Server) setMembership(roomID id.RoomID, by *User, target id.UserID, membership, reason string) *answer {
	r := s.rooms[roomID]
	if r == nil {
		return notFound("the room is unknown")
	}
	content := map[string]any{"membership": membership}
	if reason != "" {
		content["reason"] = reason
	}
	return s.change(r, by, target, content)
}

// sendMember is a member event that was sent as state: the profile in it may differ.
func (s *Server) sendMember(r *room, d draft) (*event, *answer) {
	if bad := r.checkShape(d); bad != nil {
		return nil, bad
	}
	if _, _, err := id.UserID(*d.stateKey).Parse(); err != nil {
		return nil, badJSON("the state key is no user id")
	}
	if same := r.unchanged(d); same != nil {
		return same, nil
	}
	if bad := r.allows(d.sender, id.UserID(*d.stateKey), d.content); bad != nil {
		return nil, bad
	}
	return s.add(r, d), nil
}

// change adds a member event with the profile of the target.
func (s *Server) change(r *room, by *User, target id.UserID, content map[string]any) *answer {
	now := r.membership(target)
	membership := str(content, "membership")
	if bad := r.allows(by, target, content); bad != nil {
		return bad
	}
	if now == membership && membership == "join" {
		return nil
	}
	if u := s.users[target]; u != nil && membership != "invite" {
		if u.name != "" {
			content["displayname"] = u.name
		}
		if u.avatar != "" {
			content["avatar_url"] = u.avatar
		}
	}
	if membership == "invite" && r.direct {
		content["is_direct"] = true
	}
	key := string(target)
	s.add(r, draft{sender: by, typ: "m.room.member", stateKey: &key, content: content})
	if membership != "join" {
		s.stopTyping(r, target)
	}
	return nil
}

// allows applies the rules for member events.
func (r *room) allows(by *User, target id.UserID, content map[string]any) *answer {
	own, was, mine := by.id == target, r.membership(target), r.membership(by.id)
	switch str(content, "membership") {
	case "join":
		return r.allowsJoin(own, was)
	case "invite":
		switch {
		case mine != "join":
			return forbidden("You aren't a member of the room.")
		case was == "join":
			return forbidden("The user is already in the room.")
		case was == "ban":
			return forbidden("The user is banned from the room.")
		case r.power(by.id) < r.level("invite", 0):
			return forbidden("You don't have permission to invite.")
		}
	case "leave":
		switch {
		case own && (was == "join" || was == "invite" || was == "knock"):
		case own && was == "ban":
			return forbidden("You are banned from the room.")
		case own:
			return forbidden("You aren't a member of the room.")
		case mine != "join":
			return forbidden("You aren't a member of the room.")
		case was != "join" && was != "invite" && was != "knock" && was != "ban":
			return refuse(http.StatusForbidden, "M_UNKNOWN", "Who is not in the room cannot be kicked.")
		case was == "ban" && r.power(by.id) < r.level("ban", 50):
			return forbidden("You don't have permission to unban.")
		case r.power(by.id) < r.level("kick", 50) || r.power(by.id) <= r.power(target):
			return forbidden("You don't have permission to kick.")
		}
	case "ban":
		switch {
		case mine != "join":
			return forbidden("You aren't a member of the room.")
		case r.power(by.id) < r.level("ban", 50) || !own && r.power(by.id) <= r.power(target):
			return forbidden("You don't have permission to ban.")
		}
	default:
		return badJSON("the membership is unknown")
	}
	return nil
}

func (r *room) allowsJoin(own bool, was string) *answer {
	rules := r.get("m.room.join_rules")
	switch {
	case !own:
		return forbidden("Nobody joins for another.")
	case was == "ban":
		return forbidden("You are banned from the room.")
	case was == "join" || was == "invite" || str(rules, "join_rule") == "public":
		return nil
	}
	return forbidden("The room is not public and you are not invited.")
}

func (s *Server) handleJoin(c *call) answer {
	r := s.findRoom(c.vars["room"])
	if r == nil {
		return *notFound("The room ID or alias is unknown.")
	}
	return s.answerMembership(c, r, c.user.id, "join", map[string]any{"room_id": r.id})
}

func (s *Server) handleInvite(c *call) answer { return s.handleOther(c, "invite") }
func (s *Server) handleKick(c *call) answer   { return s.handleOther(c, "leave") }
func (s *Server) handleBan(c *call) answer    { return s.handleOther(c, "ban") }

func (s *Server) handleUnban(c *call) answer {
	if r := s.rooms[c.room()]; r != nil && r.membership(id.UserID(c.text("user_id"))) != "ban" {
		return fail(http.StatusBadRequest, "M_UNKNOWN", "The user is not banned.")
	}
	return s.handleOther(c, "leave")
}

func (s *Server) handleOther(c *call, membership string) answer {
	target := id.UserID(c.text("user_id"))
	if target == "" {
		return *badJSON("user_id is missing")
	}
	if _, _, err := target.Parse(); err != nil {
		return *invalidParam("user_id is malformed")
	}
	r := s.rooms[c.room()]
	if r == nil {
		return *forbidden("You aren't a member of the room.")
	}
	return s.answerMembership(c, r, target, membership, map[string]any{})
}

func (s *Server) handleLeave(c *call) answer {
	r := s.rooms[c.room()]
	if r == nil {
		return *notFound("The room is unknown.")
	}
	if was := r.membership(c.user.id); was == "leave" || was == "" {
		return fail(http.StatusBadRequest, "M_UNKNOWN", "You are not joined to the room.")
	}
	return s.answerMembership(c, r, c.user.id, "leave", map[string]any{})
}

func (s *Server) answerMembership(c *call, r *room, target id.UserID, membership string, body map[string]any) answer {
	if bad := s.setMembership(r.id, c.user, target, membership, c.text("reason")); bad != nil {
		return *bad
	}
	return ok(body)
}

func (s *Server) handleForget(c *call) answer {
	r := s.rooms[c.room()]
	if r != nil && r.membership(c.user.id) == "join" {
		return fail(http.StatusBadRequest, "M_UNKNOWN", "You are still a member of the room.")
	}
	return empty()
}

func (s *Server) handleJoinedRooms(c *call) answer {
	joined := []any{}
	for _, r := range s.sortedRooms() {
		if r.membership(c.user.id) == "join" {
			joined = append(joined, r.id)
		}
	}
	return ok(map[string]any{"joined_rooms": joined})
}

func (s *Server) handleMembers(c *call) answer {
	r, pos, bad := s.readable(c.room(), c.user)
	if bad != nil {
		return *bad
	}
	if at := c.query.Get("at"); at != "" {
		if p, err := parseToken(at); err == nil {
			pos = min(pos, p)
		}
	}
	want, not := c.query["membership"], c.query["not_membership"]
	var found []*event
	for _, key := range r.order {
		if key.typ != "m.room.member" {
			continue
		}
		e := r.at(key, pos)
		if e == nil {
			continue
		}
		m := str(e.content, "membership")
		if (len(want) == 0 || slices.Contains(want, m)) && !slices.Contains(not, m) {
			found = append(found, e)
		}
	}
	return ok(map[string]any{"chunk": forClient(c.dev, found, viewState)})
}

func (s *Server) handleJoinedMembers(c *call) answer {
	r, bad := s.joinedRoom(c.room(), c.user)
	if bad != nil {
		return *bad
	}
	joined := map[string]any{}
	for _, e := range r.members("join") {
		joined[*e.stateKey] = map[string]any{"display_name": e.content["displayname"], "avatar_url": str(e.content, "avatar_url")}
	}
	return ok(map[string]any{"joined": joined})
}
