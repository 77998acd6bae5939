package zulipchat

import (
	"context"
	"fmt"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// Find implements [standup.Chat]: it compares m, as it would be sent, with what the bot wrote to the person, or to the
// topic of the channel, after the message after, with [zulip.Client.FindSent]. A message that somebody moved to another
// topic or edited is not found. API: GET /messages.
func (c *Chat) Find(ctx context.Context, m standup.Outgoing, after standup.MessageID) (id standup.MessageID, found bool, err error) {
	fail := func(err error) (standup.MessageID, bool, error) {
		return "", false, fmt.Errorf("zulipchat: find: %w", err)
	}
	where, err := parseAddress(m.To)
	if err != nil {
		return fail(err)
	}
	search := zulip.FindSentRequest{To: where.recipient(), Content: render(m.Body)}
	if after != "" {
		if search.After, err = parseID[zulip.MessageID](string(after), "message"); err != nil {
			return fail(err)
		}
	}
	sent, found, err := c.client.FindSent(ctx, search)
	if err != nil || !found {
		return "", false, err
	}
	return standup.MessageID(zulipadapter.IDText(sent)), true, nil
}
