package zulipchat

import (
	"context"
	"fmt"
	"strings"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// How many of the bot's own messages in one conversation Find looks at. A message in doubt holds back all later ones
// of its conversation, so it is among the first that follow a message which is known; other programs that use the same
// account are the reason to look further. Where nothing is known, what the bot wrote in an earlier life (with another
// store) must not be taken for the message in doubt, so only the newest few count.
const (
	searchAfter  = 100
	searchNewest = 20
)

// Find implements [standup.Chat]: it compares m, as it would be sent, with what the bot wrote to the person, or to the
// topic of the channel, after the message after. Without such a message it looks at the bot's newest 20 there.
// A message that somebody moved to another topic or edited is not found. API: GET /messages.
func (c *Chat) Find(ctx context.Context, m standup.Outgoing, after standup.MessageID) (id standup.MessageID, found bool, err error) {
	fail := func(err error) (standup.MessageID, bool, error) {
		return "", false, fmt.Errorf("zulipchat: find: %w", err)
	}
	where, err := parseAddress(m.To)
	if err != nil {
		return fail(err)
	}
	self, err := c.people.me(ctx)
	if err != nil {
		return fail(err)
	}
	search := zulip.MessagesRequest{
		Anchor: zulip.AnchorNewest, NumBefore: searchNewest,
		Narrow: append(where.narrow(), zulip.NarrowSender(self)),
	}
	if after != "" {
		last, err := parseID[zulip.MessageID](string(after), "message")
		if err != nil {
			return fail(err)
		}
		search.Anchor, search.ExcludeAnchor = zulip.AnchorAt(last), true
		search.NumBefore, search.NumAfter = 0, searchAfter
	}
	page, err := c.client.Messages(ctx, search)
	if err != nil {
		return fail(err)
	}
	want := stored(render(m.Body))
	for _, message := range page.Messages {
		if message.SenderID == self && stored(message.Content) == want {
			return standup.MessageID(idText(message.ID)), true, nil
		}
	}
	return "", false, nil
}

// stored is a content without what the server takes away when it stores one: blank space at the ends.
func stored(content string) string { return strings.TrimSpace(content) }
