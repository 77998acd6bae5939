package matrixtest

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"

	"maunium.net/go/mautrix/id"
)

// presets are the join rule, the history visibility and the guest access that a preset sets.
var presets = map[string][3]string{
	"private_chat":         {"invite", "shared", "can_join"},
	"trusted_private_chat": {"invite", "shared", "can_join"},
	"public_chat":          {"public", "shared", "forbidden"},
}

var aliasName = regexp.MustCompile(`^[^:\s]+$`)

// creation is the request of POST /createRoom, on its way to a room.
type creation struct {
	s       *Server
	u       *User
	req     map[string]any
	version roomVersion
	preset  string
	alias   id.RoomAlias
	invite  []id.UserID
	state   []draft
}

func (s *Server) createRoom(u *User, req map[string]any) (*room, *answer) {
	c := &creation{s: s, u: u, req: req}
	if bad := c.read(); bad != nil {
		return nil, bad
	}
	return c.make()
}

// read checks everything, so that a refused request leaves no half-made room behind.
func (c *creation) read() *answer {
	var known bool
	if c.version, known = versionOf(cmp.Or(str(c.req, "room_version"), c.s.roomVersion)); !known {
		return refuse(http.StatusBadRequest, "M_UNSUPPORTED_ROOM_VERSION", "The room version is unknown.")
	}
	c.preset = str(c.req, "preset")
	if c.preset == "" {
		c.preset = map[bool]string{true: "public_chat", false: "private_chat"}[str(c.req, "visibility") == "public"]
	}
	if _, known := presets[c.preset]; !known {
		return badJSON("The preset is unknown.")
	}
	if name := str(c.req, "room_alias_name"); name != "" {
		if !aliasName.MatchString(name) {
			return badJSON("room_alias_name contains a colon or white space.")
		}
		c.alias = id.NewRoomAlias(name, c.s.serverName)
		if c.s.aliases[c.alias] != nil {
			return refuse(http.StatusBadRequest, "M_ROOM_IN_USE", "The alias is taken.")
		}
	}
	for _, guest := range texts(c.req["invite"]) {
		if _, _, err := id.UserID(guest).Parse(); err != nil {
			return badJSON("invite contains what is no user id")
		}
		c.invite = append(c.invite, id.UserID(guest))
	}
	if c.version.idIsHash {
		for user := range object(object(c.req, "power_level_content_override"), "users") {
			if user == string(c.u.id) {
				return badJSON("The creator of a room of version 12 has no entry in users.")
			}
		}
	}
	for _, raw := range list(c.req, "initial_state") {
		item, isObject := raw.(map[string]any)
		if !isObject || str(item, "type") == "" || object(item, "content") == nil {
			return badJSON("initial_state contains an event without type or content")
		}
		key := str(item, "state_key")
		d := draft{sender: c.u, typ: str(item, "type"), stateKey: &key, content: object(item, "content")}
		if bad := (&room{version: c.version}).checkShape(d); bad != nil {
			return bad
		}
		c.state = append(c.state, d)
	}
	return nil
}

func (c *creation) make() (*room, *answer) {
	r := c.s.newRoom(c.version, c.u.id)
	r.public = str(c.req, "visibility") == "public"
	r.direct, _ = c.req["is_direct"].(bool)
	c.add(r, "m.room.create", "", c.createContent())
	c.join(r)
	c.add(r, "m.room.power_levels", "", c.powerLevels())
	if c.alias != "" {
		c.s.aliases[c.alias] = &alias{room: r, owner: c.u.id}
		c.add(r, "m.room.canonical_alias", "", map[string]any{"alias": string(c.alias)})
	}
	p := presets[c.preset]
	c.add(r, "m.room.join_rules", "", map[string]any{"join_rule": p[0]})
	c.add(r, "m.room.history_visibility", "", map[string]any{"history_visibility": p[1]})
	c.add(r, "m.room.guest_access", "", map[string]any{"guest_access": p[2]})
	for _, d := range c.state {
		if r.unchanged(d) == nil {
			c.s.add(r, d)
		}
	}
	if name := str(c.req, "name"); name != "" {
		c.add(r, "m.room.name", "", map[string]any{"name": name})
	}
	if topic := str(c.req, "topic"); topic != "" {
		c.add(r, "m.room.topic", "", map[string]any{"topic": topic})
	}
	for _, guest := range c.invite {
		if bad := c.s.setMembership(r.id, c.u, guest, "invite", ""); bad != nil {
			return nil, bad
		}
	}
	return r, nil
}

func (c *creation) add(r *room, typ, key string, content map[string]any) {
	c.s.add(r, draft{sender: c.u, typ: typ, stateKey: &key, content: content})
}

func (c *creation) join(r *room) {
	content := map[string]any{"membership": "join", "displayname": c.u.name}
	if c.u.avatar != "" {
		content["avatar_url"] = c.u.avatar
	}
	c.add(r, "m.room.member", string(c.u.id), content)
}

func (c *creation) createContent() map[string]any {
	content := map[string]any{}
	maps.Copy(content, object(c.req, "creation_content"))
	content["room_version"] = c.version.name
	if !c.version.noCreatorField {
		content["creator"] = string(c.u.id)
	}
	if c.version.idIsHash && c.preset == "trusted_private_chat" && len(c.invite) > 0 {
		more := list(content, "additional_creators")
		for _, guest := range c.invite {
			more = append(more, string(guest))
		}
		content["additional_creators"] = more
	}
	return content
}

func (c *creation) powerLevels() map[string]any {
	users := map[string]any{}
	if !c.version.idIsHash {
		users[string(c.u.id)] = jsonInt(100)
		if c.preset == "trusted_private_chat" {
			for _, guest := range c.invite {
				users[string(guest)] = jsonInt(100)
			}
		}
	}
	tombstone := jsonInt(100)
	if c.version.idIsHash {
		tombstone = jsonInt(150)
	}
	levels := map[string]any{
		"users": users, "users_default": jsonInt(0), "events_default": jsonInt(0), "state_default": jsonInt(50),
		"ban": jsonInt(50), "kick": jsonInt(50), "redact": jsonInt(50), "invite": jsonInt(0),
		"events": map[string]any{
			"m.room.name": jsonInt(50), "m.room.avatar": jsonInt(50), "m.room.canonical_alias": jsonInt(50),
			"m.room.power_levels": jsonInt(100), "m.room.history_visibility": jsonInt(100),
			"m.room.encryption": jsonInt(100), "m.room.server_acl": jsonInt(100), "m.room.tombstone": tombstone,
		},
		"notifications": map[string]any{"room": jsonInt(50)},
	}
	maps.Copy(levels, object(c.req, "power_level_content_override"))
	return levels
}

func (s *Server) handleCreateRoom(c *call) answer {
	r, bad := s.createRoom(c.user, c.body)
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"room_id": r.id})
}
