package zulip

import (
	"context"
	"net/http"
	"time"
)

// MessageVersion is a message as it was after one edit or move.
type MessageVersion struct {
	// Content is Markdown.
	Content         string `json:"content"`
	RenderedContent string `json:"rendered_content"`
	Topic           string `json:"topic"`
	// Channel is set when the message was moved to this channel.
	Channel ChannelID `json:"stream"`
	// PrevContent, PrevRenderedContent and ContentHTMLDiff are set when the content was edited.
	PrevContent         *string `json:"prev_content"`
	PrevRenderedContent *string `json:"prev_rendered_content"`
	ContentHTMLDiff     *string `json:"content_html_diff"`
	// PrevTopic is set when the topic was changed.
	PrevTopic *string `json:"prev_topic"`
	// PrevChannel is set when the channel was changed.
	PrevChannel ChannelID `json:"prev_stream"`
	// UserID is who did it; 0 where the server does not know any more.
	UserID UserID `json:"user_id"`
	// Timestamp is Unix seconds; [MessageVersion.Time] makes a time of it.
	Timestamp int64 `json:"timestamp"`
}

// Time is when the version came about.
func (v MessageVersion) Time() time.Time { return time.Unix(v.Timestamp, 0) }

// MessageHistory lists the versions of a message, the original first. Organisations can switch the history off, which
// gives an *[APIError]. API: GET /messages/{message_id}/history.
func (c *Client) MessageHistory(ctx context.Context, id MessageID) ([]MessageVersion, error) {
	p := params{}
	p.json("allow_empty_topic_name", true)
	var out struct {
		envelope
		History []MessageVersion `json:"message_history"`
	}
	r := call{op: "get message history", method: http.MethodGet, path: path("messages", id, "history"), params: p, newer: newerReads}
	err := c.call(ctx, r, &out)
	return out.History, err
}
