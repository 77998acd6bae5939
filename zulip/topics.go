package zulip

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Topic is a topic of a channel.
type Topic struct {
	// Name is empty for the topic without a name.
	Name string `json:"name"`
	// MaxID is the newest message.
	MaxID MessageID `json:"max_id"`
}

// Topics lists the topics of a channel that the caller can read, the one with the newest message first.
// API: GET /users/me/{stream_id}/topics.
func (c *Client) Topics(ctx context.Context, channel ChannelID) ([]Topic, error) {
	p := params{}
	p.json("allow_empty_topic_name", true)
	var out struct {
		envelope
		Topics []Topic `json:"topics"`
	}
	err := c.call(ctx, call{
		op: "list topics", method: http.MethodGet, path: path("users", "me", channel, "topics"), params: p, newer: newerReads,
	}, &out)
	return out.Topics, err
}

// topicRounds bounds how often DeleteTopic asks; each time the server deletes as much as it can.
const topicRounds = 100

// DeleteTopic deletes a topic with all its messages, for everybody. A large one takes the server several rounds,
// newest messages first; on an error a part may be gone. API: POST /streams/{stream_id}/delete_topic.
func (c *Client) DeleteTopic(ctx context.Context, channel ChannelID, topic string) error {
	const op = "delete topic"
	p := params{}
	p.text("topic_name", topic)
	r := call{op: op, method: http.MethodPost, path: path("streams", channel, "delete_topic"), params: p}
	for range topicRounds {
		complete, err := c.deleteSome(ctx, r)
		if err != nil {
			return fmt.Errorf("zulip: %s: %w", op, err)
		}
		if complete {
			return nil
		}
	}
	return errors.New("zulip: " + op + ": the topic still has messages; call again")
}

// deleteSome does one round. Before Zulip 8 (feature level 211) a result of its own says that there is more.
func (c *Client) deleteSome(ctx context.Context, r call) (complete bool, err error) {
	body, err := c.exchange(ctx, r)
	if err != nil {
		return false, err
	}
	out := struct {
		envelope
		Complete bool `json:"complete"`
	}{Complete: true} // what older servers mean when they say nothing
	if err := json.Unmarshal(body, &out); err != nil {
		return false, r.malformed(err)
	}
	if out.Result == "partially_completed" {
		return false, nil
	}
	return out.Complete, c.accept(ctx, r, out.head())
}
