package zulip

import (
	"context"
	"errors"
	"net/http"
)

// LinkifierID is the number of a linkifier.
type LinkifierID int64

// Linkifier is a pattern that the server turns into links, as #1234 into a ticket's address.
type Linkifier struct {
	ID LinkifierID `json:"id"`
	// Pattern is a regular expression in RE2's syntax, with named groups.
	Pattern string `json:"pattern"`
	// URLTemplate is an RFC 6570 template with the names of the groups.
	URLTemplate string `json:"url_template"`
}

// Linkifiers lists the organisation's linkifiers in the order in which they apply. API: GET /realm/linkifiers.
func (c *Client) Linkifiers(ctx context.Context) ([]Linkifier, error) {
	var out struct {
		envelope
		Linkifiers []Linkifier `json:"linkifiers"`
	}
	err := c.call(ctx, call{op: "list linkifiers", method: http.MethodGet, path: path("realm", "linkifiers")}, &out)
	return out.Linkifiers, err
}

// AddLinkifier makes a linkifier; see [Linkifier] for both texts. API: POST /realm/filters.
func (c *Client) AddLinkifier(ctx context.Context, pattern, urlTemplate string) (LinkifierID, error) {
	const op = "add linkifier"
	if pattern == "" || urlTemplate == "" {
		return 0, errors.New("zulip: " + op + ": pattern and URL template must be set")
	}
	p := params{}
	p.text("pattern", pattern)
	p.text("url_template", urlTemplate)
	var out struct {
		envelope
		ID LinkifierID `json:"id"`
	}
	err := c.call(ctx, call{op: op, method: http.MethodPost, path: path("realm", "filters"), params: p}, &out)
	return out.ID, err
}
