package semaphore

import (
	"context"
	"net/http"
	"time"
)

// User is a person or program with an account.
type User struct {
	ID       UserID `json:"id,omitzero"`
	Username string `json:"username"`
	Name     string `json:"name"`
	// The rest is empty in a list that the caller got without being an administrator.
	Created time.Time `json:"created,omitzero"`
	Email   string    `json:"email"`
	// Admin may do everything on the server.
	Admin bool `json:"admin"`
	// External users come from a directory and have no password here.
	External bool `json:"external"`
	// Alert sends e-mails about failed tasks.
	Alert bool `json:"alert"`
	// Pro is set by servers with a subscription.
	Pro bool `json:"pro,omitzero"`
	// TOTP is the user's second factor; nil if there is none.
	TOTP *TOTP `json:"totp,omitzero"`
	// CanCreateProject is set by [Client.OwnUser] only.
	CanCreateProject bool `json:"can_create_project,omitzero"`
}

// OwnUser is the user that the credentials belong to. API: GET /user.
func (c *Client) OwnUser(ctx context.Context) (User, error) {
	return get[User](ctx, c, call{op: "get own user", path: path("user")})
}

// Users lists all users. API: GET /users.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	return get[[]User](ctx, c, call{op: "list users", path: path("users")})
}

// User fetches one user. Errors: [ErrNotFound]. API: GET /users/{user_id}.
func (c *Client) User(ctx context.Context, id UserID) (User, error) {
	return get[User](ctx, c, call{op: "get user", path: path("users", id)})
}

// CreateUser makes an account; it takes an administrator. A name or e-mail address that exists gives [ErrInvalid].
// Errors: [ErrForbidden]. API: POST /users.
func (c *Client) CreateUser(ctx context.Context, user User, password Secret) (User, error) {
	raw, err := toRaw(user)
	if err != nil {
		return User{}, err
	}
	for _, name := range []string{"id", "created", "can_create_project"} {
		delete(raw, name)
	}
	body := map[string]any{"password": password.Reveal()}
	for name, value := range raw {
		body[name] = value
	}
	var out User
	err = c.do(ctx, call{op: "create user", method: http.MethodPost, path: path("users"), body: body, adminOnly: true}, &out)
	return out, err
}

// UpdateUser changes a user: change gets the user as it is. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: GET and PUT /users/{user_id}.
func (c *Client) UpdateUser(ctx context.Context, id UserID, change func(*User)) (User, error) {
	return update(ctx, c, call{op: "update user", path: path("users", id), adminOnly: true}, change)
}

// SetPassword gives a user a new password. Errors: [ErrNotFound], [ErrForbidden], [ErrInvalid].
// API: POST /users/{user_id}/password.
func (c *Client) SetPassword(ctx context.Context, id UserID, password Secret) error {
	return c.do(ctx, call{
		op: "set password", method: http.MethodPost, path: path("users", id, "password"), adminOnly: true, safe: true,
		body: map[string]string{"password": password.Reveal()},
	}, nil)
}

// DeleteUser deletes an account. Errors: [ErrNotFound], [ErrForbidden]. API: DELETE /users/{user_id}.
func (c *Client) DeleteUser(ctx context.Context, id UserID) error {
	return c.do(ctx, call{op: "delete user", method: http.MethodDelete, path: path("users", id), adminOnly: true}, nil)
}
