package zuliptest

import (
	"slices"
	"strings"
	"time"
)

// A folder groups channels for everybody.
type folder struct {
	id          int
	name        string
	description string
	creator     int
	created     time.Time
	archived    bool
}

func (s *Server) folder(id int) *folder {
	i := slices.IndexFunc(s.folders, func(f *folder) bool { return f.id == id })
	if i < 0 {
		return nil
	}
	return s.folders[i]
}

func (s *Server) folderObject(f *folder) map[string]any {
	return map[string]any{
		"id": f.id, "name": f.name, "description": f.description, "rendered_description": s.render(f.description),
		"creator_id": f.creator, "date_created": f.created.Unix(), "is_archived": f.archived, "order": slices.Index(s.folders, f),
	}
}

func (s *Server) getFolders(c *call) answer {
	archived := c.flag("include_archived", false)
	if c.bad != nil {
		return *c.bad
	}
	return ok(map[string]any{"channel_folders": s.folderObjects(archived)})
}

func (s *Server) folderObjects(archived bool) []any {
	list := []any{}
	for _, f := range s.folders {
		if archived || !f.archived {
			list = append(list, s.folderObject(f))
		}
	}
	return list
}

func (s *Server) checkFolderName(name string) *answer {
	taken := func(f *folder) bool { return !f.archived && strings.EqualFold(f.name, name) }
	switch {
	case name == "":
		return refuse("Channel folder name can't be empty.")
	case len([]rune(name)) > 60:
		return refuse("name is too long (limit: 60 characters)")
	case slices.ContainsFunc(s.folders, taken):
		return refuse("Channel folder name already in use")
	}
	return nil
}

// notGuests chooses whose queues hear of folders.
func notGuests(u *userState) bool { return u.Role != RoleGuest }

func (s *Server) postFolder(c *call) answer {
	name, about := strings.TrimSpace(c.need("name")), c.str("description", "")
	if c.bad != nil {
		return *c.bad
	}
	if bad := s.checkFolderName(name); bad != nil {
		return *bad
	}
	s.lastFolder++
	f := &folder{id: s.lastFolder, name: name, description: about, creator: c.user.ID, created: s.now()}
	s.folders = append(s.folders, f)
	s.emit("channel_folder", notGuests, func(*queue) event {
		return event{"op": "add", "channel_folder": s.folderObject(f)}
	})
	return ok(map[string]any{"channel_folder_id": f.id})
}

func (s *Server) patchFolder(c *call) answer {
	f := s.folder(c.id("id"))
	if f == nil {
		return badRequest("Invalid channel folder ID")
	}
	name, about := strings.TrimSpace(c.str("name", f.name)), c.str("description", f.description)
	archived := c.flag("is_archived", f.archived)
	if c.bad != nil {
		return *c.bad
	}
	if !strings.EqualFold(name, f.name) {
		if bad := s.checkFolderName(name); bad != nil {
			return *bad
		}
	}
	inUse := func(ch *channelState) bool { return !ch.archived && ch.folder != nil && *ch.folder == f.id }
	if archived && !f.archived && slices.ContainsFunc(s.sortedChannels(), inUse) {
		return badRequest("You need to remove all the channels from this folder to archive it.")
	}
	data := map[string]any{}
	if name != f.name {
		data["name"] = name
	}
	if about != f.description {
		data["description"], data["rendered_description"] = about, s.render(about)
	}
	if archived != f.archived {
		data["is_archived"] = archived
	}
	f.name, f.description, f.archived = name, about, archived
	if len(data) > 0 {
		s.emit("channel_folder", notGuests, func(*queue) event {
			return event{"op": "update", "channel_folder_id": f.id, "data": data}
		})
	}
	return ok(nil)
}

func (s *Server) reorderFolders(c *call) answer {
	var order []int
	c.need("order")
	c.json("order", &order)
	id := func(f *folder) int { return f.id }
	if c.bad == nil && !samePermutation(order, s.folders, id) {
		return badRequest("Invalid order mapping.")
	}
	if c.bad != nil {
		return *c.bad
	}
	s.folders = reorder(s.folders, order, id)
	if s.featureLevel >= 418 {
		s.emit("channel_folder", notGuests, func(*queue) event { return event{"op": "reorder", "order": order} })
	}
	return ok(nil)
}
