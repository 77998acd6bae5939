package matrixtest

import (
	"path"
	"slices"
	"strconv"
)

// defaultLimit is how many events a timeline has when the filter says nothing.
const (
	defaultLimit = 20
	maxLimit     = 1000
)

// filter says which events a program wants. Its zero value wants all.
type filter struct {
	limit                int
	types, notTypes      []string
	senders, notSenders  []string
	rooms, notRooms      []string
	hasTypes, hasSenders bool // an empty list wants nothing, an absent one everything
	hasRooms             bool
	lazy                 bool
}

func readFilter(v map[string]any) filter {
	f := filter{
		limit: defaultLimit, types: texts(v["types"]), notTypes: texts(v["not_types"]), senders: texts(v["senders"]),
		notSenders: texts(v["not_senders"]), rooms: texts(v["rooms"]), notRooms: texts(v["not_rooms"]),
	}
	_, f.hasTypes = v["types"].([]any)
	_, f.hasSenders = v["senders"].([]any)
	_, f.hasRooms = v["rooms"].([]any)
	if n, found := number(v["limit"]); found && n >= 0 {
		f.limit = int(min(n, maxLimit))
	}
	f.lazy, _ = v["lazy_load_members"].(bool)
	return f
}

func (f filter) wants(e *event) bool {
	return f.wantsType(e.typ) && f.wantsRoom(string(e.room.id)) &&
		(!f.hasSenders || slices.Contains(f.senders, string(e.sender))) && !slices.Contains(f.notSenders, string(e.sender))
}

func (f filter) wantsRoom(room string) bool {
	return (!f.hasRooms || slices.Contains(f.rooms, room)) && !slices.Contains(f.notRooms, room)
}

func (f filter) wantsType(typ string) bool {
	fits := func(pattern string) bool {
		ok, err := path.Match(pattern, typ) // "*" is the only wildcard that event types meet
		return err == nil && ok
	}
	return (!f.hasTypes || slices.ContainsFunc(f.types, fits)) && !slices.ContainsFunc(f.notTypes, fits)
}

// syncFilter is the filter of a sync.
type syncFilter struct {
	room, timeline, state, ephemeral, roomData, accountData filter
	includeLeave                                            bool
}

func readSyncFilter(v map[string]any) syncFilter {
	rooms := object(v, "room")
	leave, _ := rooms["include_leave"].(bool)
	return syncFilter{
		room: readFilter(rooms), timeline: readFilter(object(rooms, "timeline")), state: readFilter(object(rooms, "state")),
		ephemeral: readFilter(object(rooms, "ephemeral")), roomData: readFilter(object(rooms, "account_data")),
		accountData: readFilter(object(v, "account_data")), includeLeave: leave,
	}
}

func (s *Server) handlePostFilter(c *call) answer {
	if c.vars["user"] != string(c.user.id) {
		return *forbidden("Cannot create filters for other users")
	}
	c.user.filters = append(c.user.filters, c.body)
	return ok(map[string]any{"filter_id": strconv.Itoa(len(c.user.filters) - 1)})
}

func (s *Server) handleGetFilter(c *call) answer {
	if v := c.user.filter(c.vars["filter"]); v != nil && c.vars["user"] == string(c.user.id) {
		return ok(v)
	}
	return *notFound("No such filter")
}

func (u *User) filter(name string) map[string]any {
	n, err := strconv.Atoi(name)
	if err != nil || n < 0 || n >= len(u.filters) {
		return nil
	}
	return u.filters[n]
}
