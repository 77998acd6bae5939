package zulip

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
)

// NarrowMatch shows a message that matches a search, as HTML with the found words marked.
type NarrowMatch struct {
	Content string `json:"match_content"`
	Topic   string `json:"match_subject"`
}

// idsPerRequest bounds a list of message ids in a query: servers take addresses of about 8,000 bytes.
const idsPerRequest = 300

// MatchesNarrow tells which of some messages match a search; the others have no entry in the answer.
// API: GET /messages/matches_narrow.
func (c *Client) MatchesNarrow(ctx context.Context, ids []MessageID, narrow []NarrowTerm) (map[MessageID]NarrowMatch, error) {
	const op = "match messages with narrow"
	if len(narrow) == 0 {
		return nil, errors.New("zulip: " + op + ": the narrow is empty")
	}
	if err := c.checkNarrow(ctx, op, narrow); err != nil {
		return nil, err
	}
	matches := map[MessageID]NarrowMatch{}
	for part := range slices.Chunk(ids, idsPerRequest) {
		p := params{}
		p.json("msg_ids", part)
		p.json("narrow", narrow)
		var out struct {
			envelope
			Messages map[MessageID]NarrowMatch `json:"messages"`
		}
		r := call{op: op, method: http.MethodGet, path: path("messages", "matches_narrow"), params: p}
		if err := c.call(ctx, r, &out); err != nil {
			return nil, err
		}
		maps.Copy(matches, out.Messages)
	}
	return matches, nil
}
