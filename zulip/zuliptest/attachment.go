package zuliptest

import (
	"slices"
	"strings"
	"time"
)

// attachmentObject is an uploaded file as its owner sees it.
func (s *Server) attachmentObject(u *upload) map[string]any {
	ids, messages := []int{}, []any{}
	for _, m := range s.messages {
		if !m.deleted && strings.Contains(m.content, u.where) {
			ids = append(ids, m.id)
			messages = append(messages, map[string]any{"id": m.id, "date_sent": s.fileTime(m.at)})
		}
	}
	o := map[string]any{
		"id": u.id, "name": u.name, "path_id": strings.TrimPrefix(u.where, "/user_uploads/"), "size": len(u.content),
		"create_time": s.fileTime(u.at),
	}
	if s.featureLevel >= 472 {
		o["message_ids"] = ids
	} else {
		o["messages"] = messages
	}
	return o
}

// fileTime is in milliseconds before Zulip 12.
func (s *Server) fileTime(t time.Time) int64 {
	if s.featureLevel >= 443 {
		return t.Unix()
	}
	return t.UnixMilli()
}

func (s *Server) spaceUsed() int {
	n := 0
	for _, u := range s.uploads {
		n += len(u.content)
	}
	return n
}

func (s *Server) emitAttachment(op string, owner int, what map[string]any) {
	s.emit("attachment", only(owner), func(*queue) event {
		return event{"op": op, "attachment": what, "upload_space_used": s.spaceUsed()}
	})
}

// linked returns the files that a content links to, ascending by id.
func (s *Server) linked(content string) []*upload {
	var list []*upload
	if !strings.Contains(content, "/user_uploads/") {
		return nil
	}
	for where, u := range s.uploads {
		if strings.Contains(content, where) {
			list = append(list, u)
		}
	}
	slices.SortFunc(list, func(a, b *upload) int { return a.id - b.id })
	return list
}

// claim tells the writer of a message about the files that it links to.
func (s *Server) claim(by *userState, content string) {
	for _, u := range s.linked(content) {
		if s.mayLoad(by, u) {
			s.emitAttachment("update", by.ID, s.attachmentObject(u))
		}
	}
}

// detached returns the user's own files that the old content linked to and no message links to any more.
func (s *Server) detached(by *userState, old string) []any {
	list := []any{}
	for _, u := range s.linked(old) {
		used := slices.ContainsFunc(s.messages, func(m *messageState) bool {
			return !m.deleted && strings.Contains(m.content, u.where)
		})
		if u.owner == by.ID && !used {
			list = append(list, s.attachmentObject(u))
		}
	}
	return list
}

func (s *Server) getAttachments(c *call) answer {
	list := []any{}
	for _, u := range s.ownUploads(c.user) {
		list = append(list, s.attachmentObject(u))
	}
	return ok(map[string]any{"attachments": list, "upload_space_used": s.spaceUsed()})
}

// ownUploads returns the user's files, ascending by id.
func (s *Server) ownUploads(owner *userState) []*upload {
	var list []*upload
	for _, u := range s.uploads {
		if u.owner == owner.ID {
			list = append(list, u)
		}
	}
	slices.SortFunc(list, func(a, b *upload) int { return a.id - b.id })
	return list
}

func (s *Server) removeAttachment(c *call) answer {
	id := c.id("id")
	for where, u := range s.uploads {
		if u.id == id && u.owner == c.user.ID {
			delete(s.uploads, where)
			s.emitAttachment("remove", c.user.ID, map[string]any{"id": id})
			return ok(nil)
		}
	}
	return badRequest("Invalid attachment")
}
