package zulip

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// MessagesByID fetches the messages that still exist and that the caller may see, as Markdown, in ascending order of ids:
// one that is missing was deleted or is hidden. Servers before Zulip 10 (feature level 300) are asked for one at a time.
// API: GET /messages.
func (c *Client) MessagesByID(ctx context.Context, ids ...MessageID) ([]Message, error) {
	const op = "get messages by id"
	level, err := c.featureLevel(ctx)
	if err != nil {
		return nil, fmt.Errorf("zulip: %s: %w", op, err)
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var messages []Message
	if level < 300 {
		for _, id := range ids {
			message, err := c.Message(ctx, id)
			if api, ok := errors.AsType[*APIError](err); ok && api.Status == http.StatusBadRequest {
				continue // gone
			}
			if err != nil {
				return nil, err
			}
			messages = append(messages, message)
		}
		return messages, nil
	}
	for part := range slices.Chunk(ids, idsPerRequest) {
		p := params{}
		p.json("message_ids", part)
		p.json("apply_markdown", false)
		p.json("allow_empty_topic_name", true)
		var out struct {
			envelope
			MessagesPage
		}
		r := call{op: op, method: http.MethodGet, path: path("messages"), params: p, newer: newerReads}
		if err := c.call(ctx, r, &out); err != nil {
			return nil, err
		}
		messages = append(messages, out.Messages...)
	}
	return messages, nil
}
