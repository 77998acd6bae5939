package zulipchat

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// Rooms implements [chatops.Chat]: the channels to which the bot is subscribed. API: GET /users/me/subscriptions.
func (c *Chat) Rooms(ctx context.Context) ([]chatops.Room, error) {
	subscriptions, err := c.client.Subscriptions(ctx)
	if err != nil {
		return nil, fmt.Errorf("zulipchat: rooms: %w", err)
	}
	rooms := make([]chatops.Room, 0, len(subscriptions))
	for _, s := range subscriptions {
		rooms = append(rooms, room(s.Channel))
	}
	return rooms, nil
}

// The older policies about who may post, of which the newer ones are kept in step: everybody, and everybody but those
// who are new. A server that does not tell has 0.
const (
	everybodyPosts = 1
	membersPost    = 3
)

func room(ch zulip.Channel) chatops.Room {
	policy := ch.StreamPostPolicy
	return chatops.Room{
		ID: chatops.RoomID(zulipadapter.IDText(ch.ID)), Name: ch.Name,
		CanSend: !ch.IsArchived && (policy <= everybodyPosts || policy == membersPost),
	}
}

// Join implements [chatops.Chat]: it subscribes the bot to a public channel, or to a private one that it may enter.
// It creates none. A channel that the bot does not know, or may not enter, is a [chatops.ErrUndeliverable]. API: GET /streams, POST /users/me/subscriptions.
func (c *Chat) Join(ctx context.Context, name string) (chatops.Room, error) {
	channels, err := c.client.Channels(ctx, zulip.ChannelsRequest{})
	if err != nil {
		return chatops.Room{}, roomFailure("join", err)
	}
	channel, err := pick(channels, name)
	if err != nil {
		return chatops.Room{}, roomFailure("join", err)
	}
	if _, err := c.client.Subscribe(ctx, zulip.SubscribeRequest{Channels: []zulip.NewSubscription{{Name: channel.Name}}}); err != nil {
		return chatops.Room{}, roomFailure("join", err)
	}
	return room(channel), nil
}

// Leave implements [chatops.Chat]: it ends the bot's subscription. API: DELETE /users/me/subscriptions.
func (c *Chat) Leave(ctx context.Context, name string) (chatops.Room, error) {
	subscriptions, err := c.client.Subscriptions(ctx)
	if err != nil {
		return chatops.Room{}, roomFailure("leave", err)
	}
	channels := make([]zulip.Channel, 0, len(subscriptions))
	for _, s := range subscriptions {
		channels = append(channels, s.Channel)
	}
	channel, err := pick(channels, name)
	if err != nil {
		return chatops.Room{}, roomFailure("leave", err)
	}
	if err := c.client.Unsubscribe(ctx, zulip.UnsubscribeRequest{Channels: []string{channel.Name}}); err != nil {
		return chatops.Room{}, roomFailure("leave", err)
	}
	return room(channel), nil
}

// pick finds a channel by its name or number, as people write it: team, #team, #**team** or 12.
func pick(channels []zulip.Channel, written string) (zulip.Channel, error) {
	name := strings.TrimSpace(strings.Trim(strings.TrimPrefix(strings.TrimSpace(written), "#"), "*"))
	id, _ := strconv.ParseInt(name, 10, 64) // 0 where it is none
	for _, channel := range channels {
		if strings.EqualFold(channel.Name, name) || id > 0 && int64(channel.ID) == id {
			return channel, nil
		}
	}
	return zulip.Channel{}, fmt.Errorf("%w: the bot knows no channel %.60q", chatops.ErrUndeliverable, name)
}

// Verify implements [chatops.Chat]: Zulip has no encryption between people and bots.
func (c *Chat) Verify(context.Context, chatops.UserID, []string) (chatops.Text, error) {
	return nil, fmt.Errorf("zulipchat: verify: %w: on Zulip the server vouches for who writes", chatops.ErrUnsupported)
}
