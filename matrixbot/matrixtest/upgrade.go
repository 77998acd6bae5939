package matrixtest

import (
	"maps"
	"net/http"

	"maunium.net/go/mautrix/id"
)

// carried are the pieces of state that an upgrade takes along.
var carried = []string{
	"m.room.name", "m.room.topic", "m.room.avatar", "m.room.join_rules", "m.room.history_visibility",
	"m.room.guest_access", "m.room.encryption", "m.room.server_acl",
}

// upgrade makes the successor of a room and closes the old one with a tombstone.
func (s *Server) upgrade(roomID id.RoomID, u *User, version string) (*room, *answer) {
	v, known := versionOf(version)
	if !known {
		return nil, refuse(http.StatusBadRequest, "M_UNSUPPORTED_ROOM_VERSION", "The room version is unknown.")
	}
	old, bad := s.joinedRoom(roomID, u)
	if bad != nil {
		return nil, bad
	}
	if r := old.power(u.id); r < old.needed("m.room.tombstone", true) {
		return nil, forbidden("You don't have permission to upgrade the room, power level too low.")
	}
	predecessor := map[string]any{"room_id": string(old.id)}
	if !v.idIsHash { // else the tombstone can only come after the new room's id
		predecessor["event_id"] = string(old.timeline[len(old.timeline)-1].id)
	}
	req := map[string]any{
		"room_version":     version,
		"creation_content": map[string]any{"predecessor": predecessor},
	}
	var state []any
	for _, typ := range carried {
		if content := old.get(typ); content != nil {
			state = append(state, map[string]any{"type": typ, "state_key": "", "content": content})
		}
	}
	req["initial_state"] = state
	if levels := old.get("m.room.power_levels"); levels != nil {
		levels = maps.Clone(levels)
		if v.idIsHash {
			users := maps.Clone(object(levels, "users"))
			delete(users, string(u.id))
			levels["users"] = users
		}
		req["power_level_content_override"] = levels
	}
	r, bad := s.createRoom(u, req)
	if bad != nil {
		return nil, bad
	}
	key := ""
	s.add(old, draft{sender: u, typ: "m.room.tombstone", stateKey: &key, content: map[string]any{
		"body": "This room has been replaced", "replacement_room": string(r.id),
	}})
	for _, a := range s.aliases {
		if a.room == old {
			a.room = r
		}
	}
	return r, nil
}

func (s *Server) handleUpgrade(c *call) answer {
	r, bad := s.upgrade(c.room(), c.user, c.text("new_version"))
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"replacement_room": r.id})
}
