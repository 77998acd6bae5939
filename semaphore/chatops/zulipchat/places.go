package zulipchat

import (
	"context"
	"sync"

	"github.com/signalbox-go/signalbox/zulip"
)

// place is where a message is. Events of reactions do not say it.
type place struct {
	own     bool // The bot wrote it.
	user    zulip.UserID
	channel zulip.ChannelID // 0 for a direct message.
	topic   string
	name    string // Of the channel.
}

// maxPlaces bounds the memory; a full one is thrown away.
const maxPlaces = 5000

// places remembers where messages are.
type places struct {
	mu    sync.Mutex
	known map[zulip.MessageID]place
}

func (p *places) put(id zulip.MessageID, at place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) >= maxPlaces {
		p.known = map[zulip.MessageID]place{}
	}
	p.known[id] = at
}

func (p *places) get(id zulip.MessageID) (place, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, found := p.known[id]
	return at, found
}

// find says where a message is; false means that it is gone, or not for the bot to see. API: GET /messages.
func (c *Chat) find(ctx context.Context, id zulip.MessageID) (place, bool, error) {
	if at, found := c.places.get(id); found {
		return at, true, nil
	}
	messages, err := c.client.MessagesByID(ctx, id)
	if err != nil || len(messages) != 1 {
		return place{}, false, err
	}
	self, err := c.people.Me(ctx)
	if err != nil {
		return place{}, false, err
	}
	at := placeOf(messages[0], self)
	c.places.put(id, at)
	return at, true, nil
}

func placeOf(m zulip.Message, self zulip.UserID) place {
	at := place{own: m.SenderID == self, channel: m.ChannelID, topic: m.Topic, name: m.Recipient.Channel}
	if others := others(m, self); m.IsDirect() && len(others) == 1 {
		at.user = others[0]
	}
	return at
}

// others are the people of a direct conversation without the bot.
func others(m zulip.Message, self zulip.UserID) []zulip.UserID {
	var ids []zulip.UserID
	for _, user := range m.Recipient.Users {
		if user.ID != self {
			ids = append(ids, user.ID)
		}
	}
	return ids
}
