package semaphoretest

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// An invite asks somebody into a project.
type invite struct {
	ID            int        `json:"id"`
	ProjectID     int        `json:"project_id"`
	UserID        *int       `json:"user_id" gen:"omit"`
	Email         *string    `json:"email" gen:"omit"`
	Role          string     `json:"role"`
	Status        string     `json:"status"`
	InviterUserID int        `json:"inviter_user_id"`
	Created       time.Time  `json:"created"`
	ExpiresAt     *time.Time `json:"expires_at" gen:"omit"`
	AcceptedAt    *time.Time `json:"accepted_at" gen:"omit"`

	token string
}

// The statuses of an invitation.
const (
	invitePending  = "pending"
	inviteAccepted = "accepted"
	inviteDeclined = "declined"
	inviteExpired  = "expired"
)

// inviteTime is how long an invitation is good if it does not say so.
const inviteTime = 7 * 24 * time.Hour

// InviteToken is the token of an invitation, which the real server sends by e-mail. It panics when there is none.
func (s *Server) InviteToken(projectID, inviteID int) string {
	s.lock()
	defer s.mu.Unlock()
	if p := s.projectByID(projectID); p != nil {
		for _, v := range p.invites {
			if v.ID == inviteID {
				return v.token
			}
		}
	}
	panic(fmt.Sprintf("semaphoretest: InviteToken: project %d has no invitation %d", projectID, inviteID))
}

func inviteRoutes() []route {
	const base = "/project/{project_id}/invites"
	return []route{
		{method: "GET", path: base, handle: getInvites},
		{method: "POST", path: base, handle: postInvite, may: mayManageAll},
		{method: "GET", path: base + "/{invite_id}", handle: withInvite(getInvite)},
		{method: "PUT", path: base + "/{invite_id}", handle: withInvite(putInvite), may: mayManageAll},
		{method: "DELETE", path: base + "/{invite_id}", handle: withInvite(deleteInvite), may: mayManageAll},
		{method: "POST", path: "/invites/accept", handle: postAccept},
	}
}

func withInvite(handle func(*Server, *call, *invite) answer) func(*Server, *call) answer {
	return func(s *Server, c *call) answer {
		id, _ := c.id("invite_id")
		for _, v := range c.project.invites {
			if v.ID == id {
				return handle(s, c, v)
			}
		}
		return empty(http.StatusNotFound)
	}
}

func getInvites(s *Server, c *call) answer {
	return s.reply(http.StatusOK, append([]*invite{}, c.project.invites...))
}

func getInvite(s *Server, _ *call, v *invite) answer { return s.reply(http.StatusOK, v) }

func postInvite(s *Server, c *call) answer {
	var body invite
	if !c.bind(&body) || !s.isRole(c.project, body.Role) {
		return empty(http.StatusBadRequest)
	}
	switch {
	case (body.UserID == nil) == (body.Email == nil):
		return refuse(http.StatusBadRequest, "Either user_id or email must be provided, but not both")
	case body.UserID != nil && s.userByID(*body.UserID) == nil:
		return empty(http.StatusBadRequest)
	case body.UserID != nil && c.project.role(*body.UserID) != "":
		return refuse(http.StatusConflict, "User is already a member of this project")
	}
	v := &invite{
		ID: s.nextID("invite", nil), ProjectID: c.project.ID, UserID: body.UserID, Email: body.Email, Role: body.Role,
		Status: invitePending, InviterUserID: c.user.ID, Created: s.t, ExpiresAt: body.ExpiresAt, token: secretText(),
	}
	if v.ExpiresAt == nil {
		v.ExpiresAt = new(s.t.Add(inviteTime))
	}
	c.project.invites = append(c.project.invites, v)
	return s.reply(http.StatusCreated, v)
}

func putInvite(_ *Server, c *call, v *invite) answer {
	var body struct {
		Status string `json:"status"`
	}
	if !c.bind(&body) || !slices.Contains([]string{invitePending, inviteAccepted, inviteDeclined, inviteExpired}, body.Status) {
		return empty(http.StatusBadRequest)
	}
	if v.Status != invitePending && body.Status != inviteExpired {
		return refuse(http.StatusBadRequest, "Cannot modify non-pending invitations")
	}
	v.Status = body.Status
	return noContent()
}

func deleteInvite(_ *Server, c *call, v *invite) answer {
	c.project.invites = slices.DeleteFunc(c.project.invites, func(other *invite) bool { return other == v })
	return noContent()
}

// postAccept makes the caller a member. Whoever has the token must also be the one who is invited.
func postAccept(s *Server, c *call) answer {
	var body struct {
		Token string `json:"token"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	p, v := s.inviteByToken(body.Token)
	switch {
	case v == nil:
		return refuse(http.StatusNotFound, "Invalid or expired invitation token")
	case v.Status != invitePending:
		return refuse(http.StatusBadRequest, "Invitation is no longer valid")
	case s.t.After(*v.ExpiresAt):
		return refuse(http.StatusBadRequest, "Invitation has expired")
	case v.UserID != nil && *v.UserID != c.user.ID:
		return refuse(http.StatusForbidden, "This invitation is not for your account")
	case v.Email != nil && *v.Email != c.user.Email:
		return refuse(http.StatusForbidden, "This invitation is not for your email address")
	case p.role(c.user.ID) != "":
		return refuse(http.StatusConflict, "You are already a member of this project")
	}
	p.members = append(p.members, member{c.user.ID, v.Role})
	v.Status, v.AcceptedAt, v.UserID = inviteAccepted, new(s.t), &c.user.ID
	return s.reply(http.StatusOK, map[string]int{"project_id": p.ID})
}

func (s *Server) inviteByToken(token string) (*project, *invite) {
	for _, p := range s.projects {
		for _, v := range p.invites {
			if v.token == token {
				return p, v
			}
		}
	}
	return nil, nil
}
