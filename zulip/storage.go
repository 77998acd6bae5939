package zulip

import (
	"context"
	"errors"
	"net/http"
)

// BotStorage reads values that this bot has stored on the server, or all of them when no keys are named.
// A key that does not exist is an *[APIError] with status 400. Only bots have a storage. API: GET /bot_storage.
func (c *Client) BotStorage(ctx context.Context, keys ...string) (map[string]string, error) {
	p := params{}
	if len(keys) > 0 {
		p.json("keys", keys)
	}
	var out struct {
		envelope
		Storage map[string]string `json:"storage"`
	}
	err := c.call(ctx, call{op: "get bot storage", method: http.MethodGet, path: path("bot_storage"), params: p}, &out)
	return out.Storage, err
}

// UpdateBotStorage stores values under keys; other keys stay as they are. A bot may store ten million characters,
// keys and values together. API: PUT /bot_storage.
func (c *Client) UpdateBotStorage(ctx context.Context, values map[string]string) error {
	const op = "update bot storage"
	if len(values) == 0 {
		return errors.New("zulip: " + op + ": there is nothing to store")
	}
	p := params{}
	p.json("storage", values)
	return c.call(ctx, call{op: op, method: http.MethodPut, path: path("bot_storage"), params: p, safe: true}, &envelope{})
}

// DeleteBotStorage removes keys. At least one has to be named, because the server would remove all for none.
// A key that does not exist is an *[APIError] with status 400. API: DELETE /bot_storage.
func (c *Client) DeleteBotStorage(ctx context.Context, keys ...string) error {
	const op = "delete bot storage"
	if len(keys) == 0 {
		return errors.New("zulip: " + op + ": name at least one key")
	}
	p := params{}
	p.json("keys", keys)
	return c.call(ctx, call{op: op, method: http.MethodDelete, path: path("bot_storage"), params: p}, &envelope{})
}
