package matrixtest

import (
	"net/http"

	"maunium.net/go/mautrix/id"
)

func (s *Server) setRoomData(u *User, room id.RoomID, typ string, content map[string]any) {
	if u.roomData[room] == nil {
		u.roomData[room] = map[string]datum{}
	}
	u.roomData[room][typ] = datum{pos: s.next(), content: content}
	if r := s.rooms[room]; r != nil {
		r.touched = s.pos
	}
	s.announce()
}

func (s *Server) handlePutData(c *call) answer {
	switch {
	case c.vars["user"] != string(c.user.id):
		return *forbidden("userID does not match the current user")
	case c.vars["type"] == "m.fully_read" || c.vars["type"] == "m.push_rules":
		return *forbidden("Unable to modify " + c.vars["type"] + " using this API")
	}
	if room := c.room(); room != "" {
		s.setRoomData(c.user, room, c.vars["type"], c.body)
		return empty()
	}
	c.user.data[c.vars["type"]] = datum{pos: s.next(), content: c.body}
	s.announce()
	return empty()
}

func (s *Server) handleGetData(c *call) answer {
	data := c.user.data
	if room := c.room(); room != "" {
		data = c.user.roomData[room]
	}
	if c.vars["user"] != string(c.user.id) {
		return *forbidden("userID does not match the current user")
	}
	d, found := data[c.vars["type"]]
	if !found {
		return *notFound("data not found")
	}
	return ok(d.content)
}

func (s *Server) handleTags(c *call) answer {
	tags := c.user.tags(c.room())
	return ok(map[string]any{"tags": tags})
}

func (u *User) tags(room id.RoomID) map[string]any {
	tags, _ := clone(object(u.roomData[room]["m.tag"].content, "tags")).(map[string]any)
	if tags == nil {
		tags = map[string]any{}
	}
	return tags
}

func (s *Server) handleTag(c *call) answer {
	tags := c.user.tags(c.room())
	if c.method == http.MethodDelete {
		delete(tags, c.vars["tag"])
	} else {
		tags[c.vars["tag"]] = c.body
	}
	s.setRoomData(c.user, c.room(), "m.tag", map[string]any{"tags": tags})
	return empty()
}
