package zulip

import (
	"context"
	"errors"
	"net/http"
)

// ReactionType is the family that an emoji belongs to. Later servers may add values.
type ReactionType string

// The families of today.
const (
	UnicodeEmoji    ReactionType = "unicode_emoji"
	RealmEmoji      ReactionType = "realm_emoji"
	ZulipExtraEmoji ReactionType = "zulip_extra_emoji"
)

// Emoji names an emoji. Name alone is enough to react with one that has that name now;
// Code and Type keep meaning the same emoji after a rename.
type Emoji struct {
	// Name is the word between the colons, as "thumbs_up".
	Name string `json:"emoji_name"`
	// Code is the code points in hex joined by "-", or the id of a custom emoji.
	Code string       `json:"emoji_code"`
	Type ReactionType `json:"reaction_type"`
}

// Reaction is one user's emoji on a message.
type Reaction struct {
	Emoji
	UserID UserID `json:"user_id"`
}

// AddReaction puts the caller's reaction on a message. It is there already: no error.
// API: POST /messages/{message_id}/reactions.
func (c *Client) AddReaction(ctx context.Context, id MessageID, emoji Emoji) error {
	err := c.react(ctx, "add reaction", http.MethodPost, id, emoji)
	if errors.Is(err, ErrReactionAlreadyExists) {
		return nil
	}
	return err
}

// RemoveReaction takes the caller's reaction away. It is not there: no error.
// API: DELETE /messages/{message_id}/reactions.
func (c *Client) RemoveReaction(ctx context.Context, id MessageID, emoji Emoji) error {
	err := c.react(ctx, "remove reaction", http.MethodDelete, id, emoji)
	if errors.Is(err, ErrReactionDoesNotExist) {
		return nil
	}
	return err
}

func (c *Client) react(ctx context.Context, op, method string, id MessageID, emoji Emoji) error {
	if emoji.Name == "" && (emoji.Code == "" || method == http.MethodPost) {
		return errors.New("zulip: " + op + ": the emoji has no name")
	}
	p := params{}
	p.textIf("emoji_name", emoji.Name)
	p.textIf("emoji_code", emoji.Code)
	p.textIf("reaction_type", string(emoji.Type))
	// Safe to repeat: the outcome is the same and the second answer counts as success.
	return c.call(ctx, call{op: op, method: method, path: path("messages", id, "reactions"), params: p, safe: true}, &envelope{})
}
