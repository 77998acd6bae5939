package zulip

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
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

// BotType is the kind of a bot. Later servers may add values.
type BotType int

// The kinds of today. An incoming webhook may only send messages.
const (
	BotGeneric         BotType = 1
	BotIncomingWebhook BotType = 2
	BotOutgoingWebhook BotType = 3
	BotEmbedded        BotType = 4
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
	// IsOwner, IsAdmin and IsGuest follow from Role.
	IsOwner  bool `json:"is_owner"`
	IsAdmin  bool `json:"is_admin"`
	IsGuest  bool `json:"is_guest"`
	IsActive bool `json:"is_active"`
	IsBot    bool `json:"is_bot"`
	// BotType is nil for a person.
	BotType *BotType `json:"bot_type"`
	// BotOwnerID is nil for a person, and for a bot that nobody owns.
	BotOwnerID *UserID `json:"bot_owner_id"`
	// Timezone is an IANA name, or empty; [User.Location] reads it.
	Timezone string `json:"timezone"`
	// DateJoined is an ISO 8601 time.
	DateJoined string `json:"date_joined"`
	// AvatarURL is nil for a picture that Gravatar has under the e-mail.
	AvatarURL     *string `json:"avatar_url"`
	AvatarVersion int     `json:"avatar_version"`
	// ProfileData has the custom profile fields by field id where the request asked for them; bots have none.
	// [ProfileFields.ValueOf] finds one by its name.
	ProfileData map[string]ProfileValue `json:"profile_data"`
}

// Location is the user's time zone, or otherwise where the user has set none or one that this machine does not know.
func (u User) Location(otherwise *time.Location) *time.Location {
	if u.Timezone == "" || u.Timezone == "Local" { // LoadLocation takes both as names of its own
		return otherwise
	}
	location, err := time.LoadLocation(u.Timezone)
	if err != nil {
		return otherwise
	}
	return location
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
	// IDs selects users; ones that do not exist are left out. Empty: all. Servers before Zulip 11 (feature level 384)
	// send all users whatever is asked, so that the selection saves no traffic there.
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
	if len(req.IDs) > 0 {
		out.Members = slices.DeleteFunc(out.Members, func(u User) bool { return !slices.Contains(req.IDs, u.ID) })
	}
	return out.Members, err
}

// User fetches one user, with custom profile fields. API: GET /users/{user_id}.
func (c *Client) User(ctx context.Context, id UserID) (User, error) {
	return c.user(ctx, path("users", id))
}

// UserByEmail is [Client.User] for a user known by e-mail. API: GET /users/{email}.
func (c *Client) UserByEmail(ctx context.Context, email string) (User, error) {
	if err := checkEmail("get user", email); err != nil {
		return User{}, err
	}
	return c.user(ctx, path("users", email))
}

// checkEmail keeps out what would be another path of the API.
func checkEmail(op, email string) error {
	if !strings.Contains(email, "@") {
		return errors.New("zulip: " + op + ": the e-mail has no @")
	}
	return nil
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
