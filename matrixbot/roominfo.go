package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// RoomInfo is what there is to know of a room of the bot.
type RoomInfo struct {
	ID        id.RoomID
	Name      string       // As its people have called it; may be empty.
	Alias     id.RoomAlias // Its address, as #ops:example.org; may be empty.
	Encrypted bool
	Members   []id.UserID // Who is in it or invited, the bot too, in the order of their ids.
	CanSend   bool        // The bot may say something there.
}

// Rooms returns the rooms that the bot is in, in the order of their ids. It waits until [Bot.Run] runs, and makes two
// requests for each room and one more. API: GET /_matrix/client/v3/joined_rooms.
func (b *Bot) Rooms(ctx context.Context) ([]RoomInfo, error) {
	if err := b.outbox.open(ctx); err != nil {
		return nil, err
	}
	joined, err := b.joined(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]RoomInfo, 0, len(joined))
	for _, room := range joined {
		info, err := b.Room(ctx, room)
		if err != nil {
			return nil, err
		}
		list = append(list, info)
	}
	return list, nil
}

func (b *Bot) joined(ctx context.Context) ([]id.RoomID, error) {
	resp, err := b.client.JoinedRooms(ctx)
	if err != nil {
		return nil, fmt.Errorf("matrixbot: rooms: %w", err)
	}
	return slices.Sorted(slices.Values(resp.JoinedRooms)), nil
}

// Room returns what there is to know of one room that the bot is in. It waits until [Bot.Run] runs.
// API: GET /_matrix/client/v3/rooms/{roomId}/state/{eventType}.
func (b *Bot) Room(ctx context.Context, room id.RoomID) (RoomInfo, error) {
	fail := func(err error) (RoomInfo, error) {
		return RoomInfo{}, fmt.Errorf("matrixbot: room %s: %w", room, err)
	}
	if err := b.outbox.open(ctx); err != nil {
		return RoomInfo{}, err
	}
	if err := b.rooms.ready(ctx, room); err != nil {
		return fail(err)
	}
	var name event.RoomNameEventContent
	var alias event.CanonicalAliasEventContent
	if err := errors.Join(b.stateOf(ctx, room, event.StateRoomName, &name), b.stateOf(ctx, room, event.StateCanonicalAlias, &alias)); err != nil {
		return fail(err)
	}
	info := RoomInfo{ID: room, Name: name.Name, Alias: alias.Alias}
	state := b.store.State()
	var err error
	if info.Encrypted, err = state.IsEncrypted(ctx, room); err != nil {
		return fail(err)
	}
	if info.Members, err = state.GetRoomJoinedOrInvitedMembers(ctx, room); err != nil {
		return fail(err)
	}
	levels, err := state.GetPowerLevels(ctx, room)
	if err != nil {
		return fail(err)
	}
	says := event.EventMessage
	if info.Encrypted {
		says = event.EventEncrypted
	}
	info.CanSend = levels.GetUserLevel(b.own()) >= levels.GetEventLevel(says) && (!info.Encrypted || b.client.Crypto != nil)
	return info, nil
}

// stateOf reads a piece of a room's state; one that is not set leaves content as it is.
func (b *Bot) stateOf(ctx context.Context, room id.RoomID, typ event.Type, content any) error {
	err := b.client.StateEvent(ctx, room, typ, "", content)
	if errors.Is(err, mautrix.MNotFound) {
		return nil
	}
	return err
}
