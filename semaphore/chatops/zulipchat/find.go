package zulipchat

import (
	"context"
	"fmt"
	"slices"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// Find implements [chatops.Chat]: it compares m, as it would be sent, with what the bot wrote to the person, or to the
// topic of the channel, after the message after, with [zulip.Client.FindSent]. A message that somebody moved to another
// topic or edited is not found. API: GET /messages.
func (c *Chat) Find(ctx context.Context, m chatops.Outgoing, after chatops.MessageID) (id chatops.MessageID, found bool, err error) {
	fail := func(err error) (chatops.MessageID, bool, error) {
		return "", false, fmt.Errorf("zulipchat: find: %w", err)
	}
	where, err := parseAddress(m.To)
	if err != nil {
		return fail(err)
	}
	search := zulip.FindSentRequest{To: where.recipient(), Content: c.render(m.Body, m.Alert)}
	if after != "" {
		if search.After, err = parseID[zulip.MessageID](string(after), "message"); err != nil {
			return fail(err)
		}
	}
	var sent zulip.MessageID
	if m.File != nil {
		sent, found, err = c.findFile(ctx, where, search, m.File.Name)
	} else {
		sent, found, err = c.client.FindSent(ctx, search)
	}
	if err != nil {
		return fail(err)
	}
	if !found {
		return "", false, nil
	}
	c.places.put(sent, place{own: true, channel: where.channel, topic: where.topic, user: where.user})
	if len(m.Buttons) > 0 { // They may be what the crash has cut off.
		c.offer(sent, m.Buttons)
	}
	return chatops.MessageID(zulipadapter.IDText(sent)), true, nil
}

// How many of the bot's own messages are looked at for one with a file.
const (
	searchAfter  = 100
	searchNewest = 20
)

// findFile looks for a message with a file among the bot's own.
func (c *Chat) findFile(ctx context.Context, where address, search zulip.FindSentRequest, name string) (zulip.MessageID, bool, error) {
	self, err := c.people.Me(ctx)
	if err != nil {
		return 0, false, err
	}
	request := zulip.MessagesRequest{Anchor: zulip.AnchorNewest, NumBefore: searchNewest, Narrow: append(where.narrow(), zulip.NarrowSender(self))}
	if search.After != 0 {
		request.Anchor, request.NumBefore = zulip.AnchorAt(search.After), 0
		request.ExcludeAnchor, request.NumAfter = true, searchAfter
	}
	page, err := c.client.Messages(ctx, request)
	if err != nil {
		return 0, false, err
	}
	i := slices.IndexFunc(page.Messages, func(m zulip.Message) bool {
		return m.ID > search.After && isWithFile(m.Content, search.Content, name)
	})
	if i < 0 {
		return 0, false, nil
	}
	return page.Messages[i].ID, true, nil
}
