package zulipchat

import (
	"cmp"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// Order implements [standup.Chat]: Zulip numbers messages in the order in which it takes them.
func (c *Chat) Order(a, b standup.MessageID) int {
	x, err := parseID[zulip.MessageID](string(a), "message")
	if err != nil {
		return 0
	}
	y, err := parseID[zulip.MessageID](string(b), "message")
	if err != nil {
		return 0
	}
	return cmp.Compare(x, y)
}
