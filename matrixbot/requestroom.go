package matrixbot

import (
	"context"
	"strings"
	"unicode"
)

// WithoutMention returns the text of a message without the bot's name at its beginning, and whether it began with it:
// with the bot's user id or, where the message mentions the bot, the name that the sender's client shows for it.
// Commas and colons after the name belong to it.
func (r *Request) WithoutMention() (text string, mentioned bool) {
	if r.sender == nil {
		return r.Text, false
	}
	rest, mentioned := cutMention(strings.TrimLeftFunc(r.Text, unicode.IsSpace), addressed{
		text: r.Text, html: formattedBody(r), own: r.sender.own(), mentioned: r.Mentioned,
	})
	if !mentioned {
		return r.Text, false
	}
	return strings.TrimSpace(rest), true
}

// InEncrypted says whether the room of the request is encrypted, also where the request itself is not, as reactions
// never are. Where that cannot be found out it is.
func (r *Request) InEncrypted(ctx context.Context) bool {
	b, err := r.bot()
	return err != nil || encrypted(ctx, b, r.Room)
}

// SenderName returns the name that the sender has in the room, which people choose for themselves; "" where there is
// none or it is not known.
func (r *Request) SenderName(ctx context.Context) string {
	b, err := r.bot()
	if err != nil {
		return ""
	}
	member, err := b.roomState().GetMember(ctx, r.Room, r.Sender)
	if err != nil || member == nil {
		return ""
	}
	return member.Displayname
}
