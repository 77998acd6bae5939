package zulip

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

// InvitationID is the number of an invitation. E-mails and reusable links are counted apart.
type InvitationID int64

// Invitation is an invitation to the organisation that still holds.
type Invitation struct {
	ID              InvitationID `json:"id"`
	InvitedByUserID UserID       `json:"invited_by_user_id"`
	// Invited is when the invitation was made, ExpiryDate when it ends (nil: never), in Unix seconds.
	Invited    int64  `json:"invited"`
	ExpiryDate *int64 `json:"expiry_date"`
	// InvitedAs is the role that the new user gets.
	InvitedAs Role `json:"invited_as"`
	// IsMultiuse marks a reusable link, which has LinkURL; all others went to Email.
	IsMultiuse bool   `json:"is_multiuse"`
	Email      string `json:"email"`
	LinkURL    string `json:"link_url"`
	// NotifyReferrerOnJoin is known since Zulip 9.
	NotifyReferrerOnJoin bool `json:"notify_referrer_on_join"`
}

// Invitations lists the invitations that the caller may manage, those of others too for an administrator.
// API: GET /invites.
func (c *Client) Invitations(ctx context.Context) ([]Invitation, error) {
	var out struct {
		envelope
		Invites []Invitation `json:"invites"`
	}
	err := c.call(ctx, call{op: "list invitations", method: http.MethodGet, path: path("invites")}, &out)
	return out.Invites, err
}

// NeverExpires is for [SendInvitationsRequest.ExpiresIn].
const NeverExpires time.Duration = -1

// SendInvitationsRequest invites people to the organisation.
type SendInvitationsRequest struct {
	// Emails must be set.
	Emails []string
	// ExpiresIn counts in minutes; parts are cut off. Zero: the server's default, usually ten days.
	ExpiresIn time.Duration
	// Role of the new users. Zero: member.
	Role Role
	// Channels to subscribe the new users to, besides the default ones where IncludeDefaultChannels is set.
	Channels []ChannelID
	// IncludeDefaultChannels needs Zulip 9 (feature level 261).
	IncludeDefaultChannels bool
	// Groups to add the new users to; they need Zulip 10 (feature level 322).
	Groups []UserGroupID
	// NotifyReferrerOnJoin tells the caller when somebody comes. Nil: yes. It needs Zulip 9 (feature level 267).
	NotifyReferrerOnJoin *bool
	// WelcomeMessage is what the Welcome Bot says to the new users, in Markdown. Empty: the organisation's text.
	// Only administrators may set it; it needs Zulip 11 (feature level 416).
	WelcomeMessage string
}

// SendInvitations invites people by e-mail. It is not repeated on its own. API: POST /invites.
func (c *Client) SendInvitations(ctx context.Context, req SendInvitationsRequest) error {
	const op = "send invitations"
	if len(req.Emails) == 0 {
		return errors.New("zulip: " + op + ": name at least one e-mail")
	}
	p := params{}
	p.text("invitee_emails", strings.Join(req.Emails, "\n"))
	p.json("stream_ids", append([]ChannelID{}, req.Channels...)) // null is refused
	switch minutes := int64(req.ExpiresIn / time.Minute); {
	case req.ExpiresIn == NeverExpires:
		p.json("invite_expires_in_minutes", nil)
	case req.ExpiresIn == 0:
	case minutes < 1:
		return errors.New("zulip: " + op + ": an invitation must hold for a minute at least")
	default:
		p.json("invite_expires_in_minutes", minutes)
	}
	if req.Role != 0 {
		p.json("invite_as", req.Role)
	}
	level := 0
	if req.IncludeDefaultChannels {
		level = 261
		p.json("include_realm_default_subscriptions", true)
	}
	if req.NotifyReferrerOnJoin != nil {
		level = 267
		p.json("notify_referrer_on_join", *req.NotifyReferrerOnJoin)
	}
	if len(req.Groups) > 0 {
		level = 322
		p.json("group_ids", req.Groups)
	}
	if req.WelcomeMessage != "" {
		level = 416
		p.text("welcome_message_custom_text", req.WelcomeMessage)
	}
	if err := c.requiresIf(ctx, op, level); err != nil {
		return err
	}
	return c.call(ctx, call{op: op, method: http.MethodPost, path: path("invites"), params: p}, &envelope{})
}
