package semaphoretest

import (
	"net/http"
	"slices"
	"strconv"
)

// A memberRow is a member as the list shows him.
type memberRow struct {
	userName
	Role string `json:"role"`
}

func getMembers(s *Server, c *call) answer {
	list := []memberRow{}
	for _, m := range c.project.members {
		if u := s.userByID(m.userID); u != nil {
			list = append(list, memberRow{userName{u.ID, u.Username, u.Name}, m.role})
		}
	}
	if s.db != Bolt {
		slices.SortStableFunc(list, func(a, b memberRow) int { return s.compareNames(a.Name, b.Name) })
	}
	return s.reply(http.StatusOK, list)
}

func postMember(s *Server, c *call) answer {
	var body struct {
		UserID int    `json:"user_id"`
		Role   string `json:"role"`
	}
	if !c.bind(&body) || !s.isRole(c.project, body.Role) {
		return empty(http.StatusBadRequest)
	}
	known := c.project.role(body.UserID) != ""
	if s.db != Bolt && (known || s.userByID(body.UserID) == nil) {
		return empty(http.StatusConflict)
	}
	c.project.leave(body.UserID)
	c.project.members = append(c.project.members, member{body.UserID, body.Role})
	slices.SortFunc(c.project.members, func(a, b member) int { return a.userID - b.userID })
	s.note(c.project, c.user.ID, "user", body.UserID, "User ID "+strconv.Itoa(body.UserID)+" added to team")
	return noContent()
}

// withMember finds the member of the path.
func withMember(handle func(*Server, *call, *user) answer) func(*Server, *call) answer {
	return func(s *Server, c *call) answer {
		id, ok := c.id("user_id")
		if !ok {
			return empty(http.StatusBadRequest)
		}
		u := s.userByID(id)
		if u == nil || c.project.role(id) == "" {
			return empty(http.StatusNotFound)
		}
		return handle(s, c, u)
	}
}

func getMember(s *Server, _ *call, u *user) answer { return s.reply(http.StatusOK, u) }

func putMember(s *Server, c *call, u *user) answer {
	if !c.user.Admin && u == c.user && c.role == RoleOwner {
		return empty(http.StatusBadRequest) // an owner stays one
	}
	var body struct {
		Role string `json:"role"`
	}
	if !c.bind(&body) || !s.isRole(c.project, body.Role) {
		return empty(http.StatusBadRequest)
	}
	for i := range c.project.members {
		if c.project.members[i].userID == u.ID {
			c.project.members[i].role = body.Role
		}
	}
	return noContent()
}

func removeMember(s *Server, c *call, u *user) answer {
	if !c.user.Admin && u == c.user && c.role == RoleOwner {
		return empty(http.StatusBadRequest) // an owner stays
	}
	c.project.leave(u.ID)
	s.note(c.project, c.user.ID, "user", u.ID, "User ID "+strconv.Itoa(u.ID)+" removed from team")
	return noContent()
}

func deleteMe(s *Server, c *call) answer { return removeMember(s, c, c.user) }
