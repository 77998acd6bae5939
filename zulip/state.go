package zulip

import (
	"context"
	"net/http"
)

// state is a part of the answer to POST /register: what the server gives there and, to this caller or at its
// level, nowhere else.
type state struct {
	envelope
	QueueID      string                `json:"queue_id"`
	UserStatuses map[string]UserStatus `json:"user_status"` // by user id
	UserGroups   []UserGroup           `json:"realm_user_groups"`
}

// fetchState reads one kind of state. The queue that comes with it is given back at once.
func (c *Client) fetchState(ctx context.Context, op, kind string) (state, error) {
	p := params{}
	p.json("event_types", []string{kind})
	p.json("fetch_event_types", []string{kind})
	p.json("client_capabilities", clientCapabilities)
	var out state
	if err := c.call(ctx, call{op: op, method: http.MethodPost, path: path("register"), params: p, safe: true}, &out); err != nil {
		return state{}, err
	}
	if err := c.DeleteQueue(ctx, out.QueueID); err != nil { // it goes by itself, some minutes later
		c.log.DebugContext(ctx, "an event queue was left to expire", "error", err)
	}
	return out, nil
}
