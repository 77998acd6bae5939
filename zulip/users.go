package zulip

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// Role is what a user may do in the organisation. Lower is more; later servers may add values.
type Role int

// The roles of today.
const (
	RoleOwner     Role = 100
	RoleAdmin     Role = 200
	RoleModerator Role = 300
	RoleMember    Role = 400
	RoleGuest     Role = 600
)

// User is a person or a bot.
type User struct {
	ID UserID `json:"user_id"`
	// Email identifies the user in the API; it need not be a real address.
	Email string `json:"email"`
	// DeliveryEmail is the real address; nil when the caller may not see it.
	DeliveryEmail *string `json:"delivery_email"`
	FullName      string  `json:"full_name"`
	Role          Role    `json:"role"`
	IsActive      bool    `json:"is_active"`
	IsBot         bool    `json:"is_bot"`
	// BotType is 1 for a generic bot, 2 and 3 for incoming and outgoing webhooks, 4 for an embedded one; else nil.
	BotType    *int    `json:"bot_type"`
	BotOwnerID *UserID `json:"bot_owner_id"`
	// Timezone is an IANA name, or empty.
	Timezone string `json:"timezone"`
	// DateJoined is an ISO 8601 time.
	DateJoined string  `json:"date_joined"`
	AvatarURL  *string `json:"avatar_url"`
	// ProfileData has the custom profile fields by field id where the request asked for them.
	ProfileData map[string]ProfileValue `json:"profile_data"`
}

// ProfileValue is the content of a custom profile field.
type ProfileValue struct {
	Value         string `json:"value"`
	RenderedValue string `json:"rendered_value"`
}

// OwnUser is the user that the credentials belong to. API: GET /users/me.
func (c *Client) OwnUser(ctx context.Context) (User, error) {
	var out struct {
		envelope
		User
	}
	err := c.call(ctx, call{op: "get own user", method: http.MethodGet, path: path("users", "me")}, &out)
	return out.User, err
}

// UsersRequest selects users; the zero value means all.
type UsersRequest struct {
	// IDs limits the answer on Zulip 11 and later; older servers answer with all users.
	IDs []UserID
	// IncludeProfileData asks for the custom profile fields.
	IncludeProfileData bool
}

// Users lists people and bots, deactivated ones too. API: GET /users.
func (c *Client) Users(ctx context.Context, req UsersRequest) ([]User, error) {
	p := params{}
	if len(req.IDs) > 0 {
		p.json("user_ids", req.IDs)
	}
	if req.IncludeProfileData {
		p.json("include_custom_profile_fields", true)
	}
	var out struct {
		envelope
		Members []User `json:"members"`
	}
	err := c.call(ctx, call{op: "list users", method: http.MethodGet, path: path("users"), params: p, newer: []string{"user_ids"}}, &out)
	return out.Members, err
}

// User fetches one user, with custom profile fields. API: GET /users/{user_id}.
func (c *Client) User(ctx context.Context, id UserID) (User, error) {
	return c.user(ctx, path("users", id))
}

// UserByEmail is [Client.User] for a user known by e-mail. API: GET /users/{email}.
func (c *Client) UserByEmail(ctx context.Context, email string) (User, error) {
	if !strings.Contains(email, "@") {
		return User{}, errors.New("zulip: get user: the e-mail has no @")
	}
	return c.user(ctx, path("users", email))
}

func (c *Client) user(ctx context.Context, path []string) (User, error) {
	p := params{}
	p.json("include_custom_profile_fields", true)
	var out struct {
		envelope
		User User `json:"user"`
	}
	err := c.call(ctx, call{op: "get user", method: http.MethodGet, path: path, params: p}, &out)
	return out.User, err
}
