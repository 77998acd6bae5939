package zulip

import (
	"context"
	"fmt"
	"net/http"
)

// VisibilityPolicy is how the caller sees a topic. Later servers may add values.
type VisibilityPolicy int

// The policies of today; the zero value goes by the channel. VisibilityFollowed needs Zulip 8 (feature level 219).
const (
	VisibilityInherit  VisibilityPolicy = 0
	VisibilityMuted    VisibilityPolicy = 1
	VisibilityUnmuted  VisibilityPolicy = 2
	VisibilityFollowed VisibilityPolicy = 3
)

// UpdateUserTopic mutes, unmutes or follows a topic for the caller. API: POST /user_topics.
func (c *Client) UpdateUserTopic(ctx context.Context, channel ChannelID, topic string, policy VisibilityPolicy) error {
	const op = "update user topic"
	if err := c.limits().checkTopic(topic); err != nil {
		return fmt.Errorf("zulip: %s: %w", op, err)
	}
	if policy == VisibilityFollowed {
		if err := c.requires(ctx, op, 219); err != nil {
			return err
		}
	}
	p := params{}
	p.json("stream_id", channel)
	p.text("topic", topic)
	p.json("visibility_policy", policy)
	return c.call(ctx, call{op: op, method: http.MethodPost, path: path("user_topics"), params: p, safe: true}, &envelope{})
}
