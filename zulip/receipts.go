package zulip

import (
	"context"
	"net/http"
)

// ReadReceipts lists who has read a message, without its sender and those who keep it to themselves.
// API: GET /messages/{message_id}/read_receipts.
func (c *Client) ReadReceipts(ctx context.Context, id MessageID) ([]UserID, error) {
	var out struct {
		envelope
		UserIDs []UserID `json:"user_ids"`
	}
	err := c.call(ctx, call{op: "get read receipts", method: http.MethodGet, path: path("messages", id, "read_receipts")}, &out)
	return out.UserIDs, err
}
