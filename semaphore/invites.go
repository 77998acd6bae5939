package semaphore

import (
	"context"
	"net/http"
	"time"
)

// InviteStatus says where an invitation is.
type InviteStatus string

// The statuses of invitations.
const (
	InvitePending  InviteStatus = "pending"
	InviteAccepted InviteStatus = "accepted"
	InviteDeclined InviteStatus = "declined"
	InviteExpired  InviteStatus = "expired"
)

// Invite is an invitation to a project. Its token is in the e-mail only; the API does not show it.
type Invite struct {
	ID        InviteID  `json:"id"`
	ProjectID ProjectID `json:"project_id"`
	// UserID or Email says who is invited. After an invitation by e-mail was accepted, both are set.
	UserID UserID       `json:"user_id"`
	Email  string       `json:"email"`
	Role   Role         `json:"role"`
	Status InviteStatus `json:"status"`
	// InviterID is who invites.
	InviterID UserID    `json:"inviter_user_id"`
	Created   time.Time `json:"created"`
	// Expires is when the token stops working; Accepted is zero until somebody accepts.
	Expires  time.Time `json:"expires_at"`
	Accepted time.Time `json:"accepted_at"`
	// Inviter and User are set by some servers in lists.
	Inviter *User `json:"inviter_user"`
	User    *User `json:"user"`
}

// InviteRequest says who is invited; exactly one of UserID and Email must be set.
type InviteRequest struct {
	// UserID invites a user of the server.
	UserID UserID `json:"user_id,omitzero"`
	// Email invites whoever has the address; the server sends the token there, if it can send e-mail.
	Email string `json:"email,omitzero"`
	Role  Role   `json:"role"`
	// Expires bounds the time in which the invitation can be accepted. Zero means seven days.
	Expires time.Time `json:"expires_at,omitzero"`
}

// Invites lists the invitations to a project, of every status. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/invites, 2.16 and later.
func (c *Client) Invites(ctx context.Context, project ProjectID) ([]Invite, error) {
	return get[[]Invite](ctx, c, call{op: "list invitations", path: in(project, "invites"), since: "2.16"})
}

// Invite fetches one invitation. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/invites/{invite_id}, 2.16 and later.
func (c *Client) Invite(ctx context.Context, project ProjectID, id InviteID) (Invite, error) {
	return get[Invite](ctx, c, call{op: "get invitation", path: in(project, "invites", id), since: "2.16"})
}

// CreateInvite invites somebody to a project. A user who is a member already gives [ErrConflict], a role that the
// server does not have [ErrInvalid]. Errors: [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: POST /project/{project_id}/invites, 2.16 and later.
func (c *Client) CreateInvite(ctx context.Context, project ProjectID, req InviteRequest) (Invite, error) {
	r := call{op: "create invitation", method: http.MethodPost, path: in(project, "invites"), since: "2.16", body: req}
	switch {
	case (req.UserID == 0) == (req.Email == ""):
		return Invite{}, r.wrap(&ArgumentError{Name: "UserID and Email", Problem: "must not both be set or both be empty"})
	case req.Role == "":
		return Invite{}, r.wrap(&ArgumentError{Name: "Role", Problem: "must be set"})
	}
	var out Invite
	err := c.do(ctx, r, &out)
	return out, err
}

// SetInviteStatus declines an invitation or lets it expire. One that is no longer pending can only expire; anything
// else gives [ErrInvalid]. Errors: [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: PUT /project/{project_id}/invites/{invite_id}, 2.16 and later.
func (c *Client) SetInviteStatus(ctx context.Context, project ProjectID, id InviteID, status InviteStatus) error {
	return c.do(ctx, call{
		op: "set status of invitation", method: http.MethodPut, path: in(project, "invites", id), since: "2.16",
		body: map[string]any{"status": status},
	}, nil)
}

// DeleteInvite withdraws an invitation. Errors: [ErrNotFound], [ErrForbidden], [ErrUnsupported].
// API: DELETE /project/{project_id}/invites/{invite_id}, 2.16 and later.
func (c *Client) DeleteInvite(ctx context.Context, project ProjectID, id InviteID) error {
	return c.do(ctx, call{
		op: "delete invitation", method: http.MethodDelete, path: in(project, "invites", id), since: "2.16",
	}, nil)
}

// AcceptInvite makes the caller a member of the project to which the token invites, and returns the project, or 0 on
// servers that do not say it. An unknown token gives [ErrNotFound], one that is used or too old [ErrInvalid], one for
// somebody else [ErrForbidden], and who is a member already gets [ErrConflict]. Errors: [ErrUnsupported].
// API: POST /invites/accept, 2.16 and later.
func (c *Client) AcceptInvite(ctx context.Context, token Secret) (ProjectID, error) {
	r := call{
		op: "accept invitation", method: http.MethodPost, path: path("invites", "accept"), since: "2.16",
		body: map[string]string{"token": token.Reveal()},
	}
	var body string
	if err := c.do(ctx, r, &body); err != nil || empty([]byte(body)) {
		return 0, err
	}
	var out struct {
		ProjectID ProjectID `json:"project_id"`
	}
	if err := r.decode([]byte(body), &out); err != nil {
		return 0, r.wrap(err)
	}
	return out.ProjectID, nil
}
