package zulipchat

import (
	"fmt"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// address is a [standup.Address] in Zulip's terms: a person, or else a topic of a channel.
type address struct {
	user    zulip.UserID
	channel zulip.ChannelID
	topic   string
}

func parseAddress(a standup.Address) (address, error) {
	if a.User != "" {
		user, err := parseID[zulip.UserID](string(a.User), "user")
		return address{user: user}, err
	}
	channel, err := parseID[zulip.ChannelID](string(a.Channel), "channel")
	return address{channel: channel, topic: zulipadapter.Topic(a.Topic)}, err
}

func (a address) recipient() zulip.Recipient {
	if a.user != 0 {
		return zulip.Direct(a.user)
	}
	return zulip.InChannel(a.channel, a.topic)
}

// parseID reads an id that this package wrote. An id that does not read is no passing trouble.
func parseID[T ~int64](text, kind string) (T, error) {
	id, ok := zulipadapter.ParseID[T](text)
	if !ok {
		return 0, fmt.Errorf("%w: %.40q is not the id of a %s on Zulip", standup.ErrUndeliverable, text, kind)
	}
	return id, nil
}
