package matrixtest

import (
	"net/http"
	"slices"
	"strings"

	"maunium.net/go/mautrix/id"
)

// alias is a name for a room.
type alias struct {
	room  *room
	owner id.UserID
}

// findRoom finds a room by id or alias.
func (s *Server) findRoom(name string) *room {
	if strings.HasPrefix(name, "#") {
		if a := s.aliases[id.RoomAlias(name)]; a != nil {
			return a.room
		}
		return nil
	}
	return s.rooms[id.RoomID(name)]
}

// sortedRooms are all rooms, the oldest first.
func (s *Server) sortedRooms() []*room {
	var all []*room
	for _, r := range s.rooms {
		if len(r.timeline) > 0 {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *room) int { return int(a.timeline[0].pos - b.timeline[0].pos) })
	return all
}

func (s *Server) handleGetAlias(c *call) answer {
	a := s.aliases[id.RoomAlias(c.vars["alias"])]
	if a == nil {
		return *notFound("Room alias " + c.vars["alias"] + " not found.")
	}
	return ok(map[string]any{"room_id": a.room.id, "servers": []string{s.serverName}})
}

func (s *Server) handlePutAlias(c *call) answer {
	name := id.RoomAlias(c.vars["alias"])
	local, server, found := strings.Cut(strings.TrimPrefix(string(name), "#"), ":")
	switch {
	case !strings.HasPrefix(string(name), "#") || !found || local == "":
		return *badJSON("The alias is malformed.")
	case server != s.serverName:
		return *forbidden("The alias is not on this server.")
	case s.aliases[name] != nil:
		return fail(http.StatusConflict, "M_UNKNOWN", "The alias "+string(name)+" already exists.")
	}
	r := s.rooms[id.RoomID(c.text("room_id"))]
	if r == nil || r.membership(c.user.id) != "join" {
		return *forbidden("You aren't a member of the room.")
	}
	s.aliases[name] = &alias{room: r, owner: c.user.id}
	return empty()
}

func (s *Server) handleDeleteAlias(c *call) answer {
	name := id.RoomAlias(c.vars["alias"])
	a := s.aliases[name]
	switch {
	case a == nil:
		return *notFound("The alias is unknown.")
	case a.owner != c.user.id && a.room.power(c.user.id) < a.room.needed("m.room.canonical_alias", true):
		return *forbidden("You do not have permission to remove this alias.")
	}
	delete(s.aliases, name)
	return empty()
}

func (s *Server) handleRoomAliases(c *call) answer {
	r, bad := s.joinedRoom(c.room(), c.user)
	if bad != nil {
		return *bad
	}
	names := []string{}
	for name, a := range s.aliases {
		if a.room == r {
			names = append(names, string(name))
		}
	}
	slices.Sort(names)
	return ok(map[string]any{"aliases": names})
}

func (s *Server) handlePublicRooms(*call) answer {
	chunk := []any{}
	for _, r := range s.sortedRooms() {
		if r.public {
			chunk = append(chunk, map[string]any{
				"room_id": r.id, "name": r.get("m.room.name")["name"], "topic": r.get("m.room.topic")["topic"],
				"num_joined_members": r.count("join"), "guest_can_join": false, "join_rule": "public",
				"world_readable": str(r.get("m.room.history_visibility"), "history_visibility") == "world_readable",
			})
		}
	}
	return ok(map[string]any{"chunk": chunk, "total_room_count_estimate": len(chunk)})
}
