package semaphore

import (
	"context"
	"net/http"
)

// Role is what a member may do in a project. Servers with roles of their own making have more.
type Role string

// The roles that every server has.
const (
	RoleOwner      Role = "owner"
	RoleManager    Role = "manager"
	RoleTaskRunner Role = "task_runner"
	RoleGuest      Role = "guest"
)

// Permissions is a set of bits.
type Permissions int

// The permissions. Members may read everything without any of them, logs of tasks included.
const (
	CanRunTasks Permissions = 1 << iota
	CanUpdateProject
	CanManageResources
	CanManageUsers
)

// Has tells whether all of the wanted permissions are there.
func (p Permissions) Has(wanted Permissions) bool { return p&wanted == wanted }

// Membership is the caller's own standing in a project.
type Membership struct {
	Role        Role        `json:"role"`
	Permissions Permissions `json:"permissions"`
}

// Member is a user in a project.
type Member struct {
	ID       UserID `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Role     Role   `json:"role"`
}

// CustomRole is a role that was made on the server.
type CustomRole struct {
	ID          int64       `json:"id"`
	Slug        string      `json:"slug"`
	Name        string      `json:"name"`
	Permissions Permissions `json:"permissions"`
	ProjectID   ProjectID   `json:"project_id"`
}

// OwnRole tells what the caller may do in a project. Errors: [ErrNotFound]. API: GET /project/{project_id}/role.
func (c *Client) OwnRole(ctx context.Context, project ProjectID) (Membership, error) {
	return get[Membership](ctx, c, call{op: "get own role", path: in(project, "role")})
}

// CustomRoles lists the roles that were made for a project. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/roles, 2.16 and later.
func (c *Client) CustomRoles(ctx context.Context, project ProjectID) ([]CustomRole, error) {
	return get[[]CustomRole](ctx, c, call{op: "list roles", path: in(project, "roles"), since: "2.16"})
}

// Members lists the members of a project. Errors: [ErrNotFound]. API: GET /project/{project_id}/users.
func (c *Client) Members(ctx context.Context, project ProjectID) ([]Member, error) {
	return get[[]Member](ctx, c, call{op: "list members", path: in(project, "users")})
}

// AddMember makes a user a member. Whoever is a member already gives [ErrConflict], or on BoltDB nothing at all.
// Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid]. API: POST /project/{project_id}/users.
func (c *Client) AddMember(ctx context.Context, project ProjectID, user UserID, role Role) error {
	return c.do(ctx, call{op: "add member", method: http.MethodPost, path: in(project, "users"), body: map[string]any{
		"user_id": user, "role": role,
	}}, nil)
}

// SetMemberRole changes what a member may do. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: PUT /project/{project_id}/users/{user_id}.
func (c *Client) SetMemberRole(ctx context.Context, project ProjectID, user UserID, role Role) error {
	return c.do(ctx, call{
		op: "set role of member", method: http.MethodPut, path: in(project, "users", user), body: map[string]any{"role": role},
	}, nil)
}

// RemoveMember ends a membership. Errors: [ErrNotFound], [ErrForbidden].
// API: DELETE /project/{project_id}/users/{user_id}.
func (c *Client) RemoveMember(ctx context.Context, project ProjectID, user UserID) error {
	return c.do(ctx, call{op: "remove member", method: http.MethodDelete, path: in(project, "users", user)}, nil)
}
