package zulipchat

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/zulip"
)

// Among how many of the bot's messages with reactions those are looked for that came while there was no queue, and how
// old a message may be. Nothing waits for an answer for so long.
const (
	maxQuestions = 100
	questionAge  = 7 * 24 * time.Hour
)

// catchUp hands over the reactions that stand below the bot's questions and that the engine has not had, after a time in
// which there was no event queue. What was taken back meanwhile is gone.
func (i *intake) catchUp(ctx context.Context) error {
	standing, err := i.chat.standing(ctx)
	if err != nil {
		return err
	}
	if err := i.heard.keep(ctx, standing); err != nil {
		return err
	}
	for _, r := range standing {
		event := zulip.Event{ID: -1, Type: zulip.EventReaction, Op: "add", Reaction: &r}
		if err := i.handle(ctx, event); err != nil {
			return err
		}
	}
	return nil
}

// standing are the reactions of others to the bot's newest messages, where the bot itself has offered them: what is
// below other messages was no answer. In which order people reacted to several messages is not known, so each no comes
// before each yes: nothing is started that somebody has objected to. API: GET /messages.
func (c *Chat) standing(ctx context.Context) ([]zulip.ReactionEvent, error) {
	self, err := c.people.Me(ctx)
	if err != nil {
		return nil, err
	}
	request := zulip.MessagesRequest{
		NumBefore: maxQuestions, Narrow: []zulip.NarrowTerm{zulip.NarrowSender(self), zulip.NarrowHas(zulip.HasReaction)},
	}
	page, err := c.client.Messages(ctx, request)
	if errors.Is(err, zulip.ErrUnsupported) {
		request.Narrow = request.Narrow[:1]
		page, err = c.client.Messages(ctx, request)
	}
	if err != nil {
		return nil, err
	}
	var noes, rest []zulip.ReactionEvent
	for _, m := range page.Messages {
		if time.Since(m.Time()) > questionAge {
			continue
		}
		c.places.put(m.ID, placeOf(m, self))
		for _, r := range m.Reactions {
			event := zulip.ReactionEvent{Reaction: r, MessageID: m.ID}
			offered := slices.ContainsFunc(m.Reactions, func(own zulip.Reaction) bool {
				return own.UserID == self && own.Code == r.Code && own.Type == r.Type
			})
			switch {
			case r.UserID == self || !offered:
			case strings.Contains(noSigns, symbol(r.Emoji)):
				noes = append(noes, event)
			default:
				rest = append(rest, event)
			}
		}
	}
	return slices.Concat(noes, rest), nil
}
