package matrixbot

import (
	"context"
	"fmt"
	"slices"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// directSet has the rooms for talks with one person, by user id.
const directSet = "rooms-direct"

// DirectRoom returns a room in which nobody but the bot and somebody is or is invited: the one that it returned before, one
// without name and address that there is, or a new one, to which it invites that person. With encryption the room is
// encrypted. People who leave it are not invited again, but into a new room the next time. Two calls at the same time
// for the same person may make two rooms. It waits until [Bot.Run] runs. API: POST /_matrix/client/v3/createRoom.
func (b *Bot) DirectRoom(ctx context.Context, user id.UserID) (id.RoomID, error) {
	if err := b.outbox.open(ctx); err != nil {
		return "", err
	}
	if _, _, err := user.ParseAndValidateRelaxed(); err != nil || user == b.own() {
		return "", fmt.Errorf("matrixbot: direct room: %w: %.60q is not the user id of somebody else", ErrMessage, user)
	}
	room, err := b.directRoom(ctx, user)
	if err != nil {
		return "", fmt.Errorf("matrixbot: direct room with %s: %w", user, err)
	}
	return room, nil
}

func (b *Bot) directRoom(ctx context.Context, user id.UserID) (id.RoomID, error) {
	known := b.store.Records(directSet)
	before, err := known.Get(string(user))
	if err != nil {
		return "", err
	}
	if room := id.RoomID(before); room != "" && b.alone(ctx, room, user) && b.state.IsInRoom(ctx, room, b.own()) {
		return room, nil
	}
	room, err := b.findDirect(ctx, user)
	if err == nil && room == "" {
		room, err = b.makeDirect(ctx, user)
	}
	if err != nil {
		return "", err
	}
	return room, known.Put(string(user), []byte(room))
}

// findDirect looks for a room with somebody among those of the bot; "" if there is none. One with a name may have been
// made for more people.
func (b *Bot) findDirect(ctx context.Context, user id.UserID) (id.RoomID, error) {
	joined, err := b.joined(ctx)
	if err != nil {
		return "", err
	}
	for _, room := range joined {
		if err := b.rooms.ready(ctx, room); err != nil {
			return "", err
		}
		if !b.alone(ctx, room, user) {
			continue
		}
		info, err := b.Room(ctx, room)
		if err != nil {
			return "", err
		}
		rules, err := b.state.GetJoinRules(ctx, room)
		if err != nil {
			return "", err
		}
		private := rules == nil || slices.Contains([]event.JoinRule{"", event.JoinRuleInvite, event.JoinRulePrivate}, rules.JoinRule)
		if info.Name == "" && info.Alias == "" && info.CanSend && private && info.Encrypted != b.config.NoEncryption {
			return room, nil
		}
	}
	return "", nil
}

// makeDirect makes a room with somebody.
func (b *Bot) makeDirect(ctx context.Context, user id.UserID) (id.RoomID, error) {
	request := mautrix.ReqCreateRoom{Preset: "trusted_private_chat", IsDirect: true, Invite: []id.UserID{user}}
	if !b.config.NoEncryption {
		request.InitialState = []*event.Event{{
			Type:    event.StateEncryption,
			Content: event.Content{Parsed: &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}},
		}}
	}
	created, err := b.client.CreateRoom(ctx, &request)
	if err != nil {
		return "", err
	}
	return created.RoomID, b.rooms.ready(ctx, created.RoomID)
}
