package zulip

import (
	"context"
	"errors"
	"net/http"
)

// AlertWords lists the words and phrases on which the caller is alerted: messages that contain one carry the flag
// "has_alert_word". API: GET /users/me/alert_words.
func (c *Client) AlertWords(ctx context.Context) ([]string, error) {
	return c.alertWords(ctx, call{op: "list alert words", method: http.MethodGet})
}

// AddAlertWords adds to the caller's alert words and returns all. Case does not matter. API: POST /users/me/alert_words.
func (c *Client) AddAlertWords(ctx context.Context, words ...string) ([]string, error) {
	return c.changeAlertWords(ctx, "add alert words", http.MethodPost, words)
}

// RemoveAlertWords takes from the caller's alert words and returns the rest; unknown ones are no error.
// API: DELETE /users/me/alert_words.
func (c *Client) RemoveAlertWords(ctx context.Context, words ...string) ([]string, error) {
	return c.changeAlertWords(ctx, "remove alert words", http.MethodDelete, words)
}

func (c *Client) changeAlertWords(ctx context.Context, op, method string, words []string) ([]string, error) {
	if len(words) == 0 {
		return nil, errors.New("zulip: " + op + ": name at least one word")
	}
	p := params{}
	p.json("alert_words", words)
	return c.alertWords(ctx, call{op: op, method: method, params: p, safe: true})
}

func (c *Client) alertWords(ctx context.Context, r call) ([]string, error) {
	r.path = path("users", "me", "alert_words")
	var out struct {
		envelope
		AlertWords []string `json:"alert_words"`
	}
	err := c.call(ctx, r, &out)
	return out.AlertWords, err
}
