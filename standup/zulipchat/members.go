package zulipchat

import (
	"context"
	"fmt"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// Members implements [standup.Chat]: the subscribers of a channel that are people. Names and time zones are at most a
// minute old. API: GET /streams/{stream_id}/members and GET /users.
func (c *Chat) Members(ctx context.Context, channel standup.ChannelID) ([]standup.Member, error) {
	id, err := parseID[zulip.ChannelID](string(channel), "channel")
	if err != nil {
		return nil, fmt.Errorf("zulipchat: members: %w", err)
	}
	subscribers, err := c.client.Subscribers(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("zulipchat: members: %w", err)
	}
	users, err := c.people.LookUp(ctx, subscribers...)
	if err != nil {
		return nil, fmt.Errorf("zulipchat: members: %w", err)
	}
	members := make([]standup.Member, 0, len(subscribers))
	for _, id := range subscribers {
		if u, ok := users[id]; ok && u.Active && !u.Bot {
			members = append(members, standup.Member{ID: standup.UserID(zulipadapter.IDText(id)), Name: u.Name, Zone: u.Zone})
		}
	}
	return members, nil
}
