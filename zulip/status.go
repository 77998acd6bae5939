package zulip

import (
	"context"
	"fmt"
	"net/http"
	"unicode/utf8"
)

// MaxStatusLength is how many code points the text of a status may have.
const MaxStatusLength = 60

// UserStatus is what a user shows beside the name. All empty: nothing.
type UserStatus struct {
	StatusText string `json:"status_text"`
	Emoji
	// Away tells that the user hides the own presence. It does not mean absence, and later servers drop it.
	Away bool `json:"away"`
}

// UserStatus fetches the status of a user. API: GET /users/{user_id}/status; before Zulip 9 (feature level 262) it
// is a part of POST /register.
func (c *Client) UserStatus(ctx context.Context, id UserID) (UserStatus, error) {
	const op = "get user status"
	level, err := c.featureLevel(ctx)
	if err != nil {
		return UserStatus{}, fmt.Errorf("zulip: %s: %w", op, err)
	}
	if level < 262 {
		state, err := c.fetchState(ctx, op, "user_status")
		return state.UserStatuses[idText(id)], err
	}
	var out struct {
		envelope
		Status UserStatus `json:"status"`
	}
	err = c.call(ctx, call{op: op, method: http.MethodGet, path: path("users", id, "status")}, &out)
	return out.Status, err
}

// UpdateStatusRequest changes a status; what is nil stays as it is.
type UpdateStatusRequest struct {
	// StatusText has at most [MaxStatusLength] code points; the empty one clears the text.
	StatusText *string
	// Emoji without a name clears the emoji. The name alone is enough to set it.
	Emoji *Emoji
}

// UpdateOwnStatus changes the status of the caller, who must be a person: the server refuses bots.
// API: POST /users/me/status.
func (c *Client) UpdateOwnStatus(ctx context.Context, req UpdateStatusRequest) error {
	return c.updateStatus(ctx, "update own status", path("users", "me", "status"), req)
}

// UpdateUserStatus changes the status of another user; the caller must be an administrator.
// Zulip 11 (feature level 407). API: POST /users/{user_id}/status.
func (c *Client) UpdateUserStatus(ctx context.Context, id UserID, req UpdateStatusRequest) error {
	const op = "update user status"
	if err := c.requires(ctx, op, 407); err != nil {
		return err
	}
	return c.updateStatus(ctx, op, path("users", id, "status"), req)
}

func (c *Client) updateStatus(ctx context.Context, op string, path []string, req UpdateStatusRequest) error {
	p := params{}
	if req.StatusText != nil {
		if n := utf8.RuneCountInString(*req.StatusText); n > MaxStatusLength {
			return fmt.Errorf("zulip: %s: the text has %d code points, the server takes %d", op, n, MaxStatusLength)
		}
		p.text("status_text", *req.StatusText)
	}
	if req.Emoji != nil {
		p.text("emoji_name", req.Emoji.Name)
		p.textIf("emoji_code", req.Emoji.Code)
		p.textIf("reaction_type", string(req.Emoji.Type))
	}
	if len(p) == 0 {
		return errNothingToChange(op)
	}
	return c.call(ctx, call{op: op, method: http.MethodPost, path: path, params: p, safe: true}, &envelope{})
}
