package zulip

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// CreateUserRequest describes an account. All fields must be set.
type CreateUserRequest struct {
	// Email is the real address.
	Email    string
	Password Secret
	FullName string
}

// CreateUser makes an account and returns its id. The caller needs the permission can_create_users, which the
// operator of a server gives. API: POST /users.
func (c *Client) CreateUser(ctx context.Context, req CreateUserRequest) (UserID, error) {
	const op = "create user"
	if req.Email == "" || req.FullName == "" || req.Password.IsZero() {
		return 0, errors.New("zulip: " + op + ": e-mail, full name and password must be set")
	}
	p := params{}
	p.text("email", req.Email)
	p.text("password", req.Password.Reveal())
	p.text("full_name", req.FullName)
	var out struct {
		envelope
		UserID UserID `json:"user_id"`
	}
	err := c.call(ctx, call{op: op, method: http.MethodPost, path: path("users"), params: p}, &out)
	return out.UserID, err
}

// UpdateUserRequest changes a user; what is nil or zero stays as it is.
type UpdateUserRequest struct {
	FullName *string
	Role     Role
	// ProfileData sets or clears custom profile fields.
	ProfileData []ProfileChange
	// NewEmail needs an owner with the permission can_change_user_emails, and Zulip 10 (feature level 285).
	NewEmail string
}

// UpdateUser changes another user; the caller must be an administrator. API: PATCH /users/{user_id}.
func (c *Client) UpdateUser(ctx context.Context, id UserID, req UpdateUserRequest) error {
	return c.updateUser(ctx, path("users", id), req)
}

// UpdateUserByEmail is [Client.UpdateUser] for a user known by e-mail. API: PATCH /users/{email}; before Zulip 10
// (feature level 313) the user is looked up first.
func (c *Client) UpdateUserByEmail(ctx context.Context, email string, req UpdateUserRequest) error {
	level, err := c.featureLevel(ctx)
	if err != nil {
		return fmt.Errorf("zulip: update user: %w", err)
	}
	if level < 313 {
		user, err := c.UserByEmail(ctx, email)
		if err != nil {
			return err
		}
		return c.UpdateUser(ctx, user.ID, req)
	}
	if err := checkEmail("update user", email); err != nil {
		return err
	}
	return c.updateUser(ctx, path("users", email), req)
}

func (c *Client) updateUser(ctx context.Context, path []string, req UpdateUserRequest) error {
	const op = "update user"
	p := params{}
	if req.FullName != nil {
		p.text("full_name", *req.FullName)
	}
	if req.Role != 0 {
		p.json("role", req.Role)
	}
	listIf(&p, "profile_data", req.ProfileData)
	if req.NewEmail != "" {
		if err := c.requires(ctx, op, 285); err != nil {
			return err
		}
		p.text("new_email", req.NewEmail)
	}
	if len(p) == 0 {
		return errNothingToChange(op)
	}
	return c.call(ctx, call{op: op, method: http.MethodPatch, path: path, params: p}, &envelope{})
}

// DeactivateUserRequest says what goes with a deactivation; the zero value means nothing.
type DeactivateUserRequest struct {
	// NotificationComment, when not nil, makes the server tell the user by e-mail, in its own words and this text,
	// which may be empty.
	NotificationComment *string
}

// DeactivateUser takes a user out of the organisation: keys and sessions end, messages stay.
// API: DELETE /users/{user_id}.
func (c *Client) DeactivateUser(ctx context.Context, id UserID, req DeactivateUserRequest) error {
	p := params{}
	if req.NotificationComment != nil {
		p.text("deactivation_notification_comment", *req.NotificationComment)
	}
	return c.call(ctx, call{op: "deactivate user", method: http.MethodDelete, path: path("users", id), params: p}, &envelope{})
}

// ReactivateUser undoes [Client.DeactivateUser]. API: POST /users/{user_id}/reactivate.
func (c *Client) ReactivateUser(ctx context.Context, id UserID) error {
	return c.call(ctx, call{op: "reactivate user", method: http.MethodPost, path: path("users", id, "reactivate")}, &envelope{})
}
