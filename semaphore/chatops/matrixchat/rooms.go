package matrixchat

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// Rooms implements [chatops.Chat]: the rooms that the bot has joined.
// API: GET /_matrix/client/v3/joined_rooms, GET /_matrix/client/v3/rooms/{roomId}/state/{eventType}.
func (c *Chat) Rooms(ctx context.Context) ([]chatops.Room, error) {
	joined, err := c.bot.Rooms(ctx)
	if err != nil {
		return nil, fmt.Errorf("matrixchat: rooms: %w", err)
	}
	rooms := make([]chatops.Room, 0, len(joined))
	for _, info := range joined {
		rooms = append(rooms, room(info))
	}
	return rooms, nil
}

func room(info matrixbot.RoomInfo) chatops.Room {
	return chatops.Room{ID: chatops.RoomID(info.ID), Name: cmp.Or(info.Name, string(info.Alias)), CanSend: info.CanSend, Direct: len(info.Members) == 2}
}

// Join implements [chatops.Chat]: it enters a room by its id or its alias. One that the homeserver does not let it enter
// is a [chatops.ErrUndeliverable].
// API: POST /_matrix/client/v3/join/{roomIdOrAlias}.
func (c *Chat) Join(ctx context.Context, name string) (chatops.Room, error) {
	joined, err := c.bot.Join(ctx, strings.TrimSpace(name))
	if err != nil {
		return chatops.Room{}, roomFailure("join", err)
	}
	info, err := c.bot.Room(ctx, joined)
	if err != nil {
		return chatops.Room{}, roomFailure("join", err)
	}
	return room(info), nil
}

// Leave implements [chatops.Chat]: it leaves a room that is named by its id, its alias or, where only one is called so,
// its name. API: POST /_matrix/client/v3/rooms/{roomId}/leave.
func (c *Chat) Leave(ctx context.Context, name string) (chatops.Room, error) {
	name = strings.TrimSpace(name)
	joined, err := c.bot.Rooms(ctx)
	if err != nil {
		return chatops.Room{}, roomFailure("leave", err)
	}
	var found []matrixbot.RoomInfo
	for _, info := range joined {
		if name != "" && (info.ID == id.RoomID(name) || strings.EqualFold(string(info.Alias), name) || strings.EqualFold(info.Name, name)) {
			found = append(found, info)
		}
	}
	switch len(found) {
	case 0:
		return chatops.Room{}, fmt.Errorf("matrixchat: leave: %w: the bot is in no room %.60q", chatops.ErrUndeliverable, name)
	case 1:
	default:
		return chatops.Room{}, fmt.Errorf("matrixchat: leave: %w: the bot is in %d rooms called %.60q: name one by its id", chatops.ErrUndeliverable, len(found), name)
	}
	if err := c.bot.Leave(ctx, found[0].ID); err != nil {
		return chatops.Room{}, roomFailure("leave", err)
	}
	return room(found[0]), nil
}
