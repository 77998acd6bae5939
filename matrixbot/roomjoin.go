package matrixbot

import (
	"context"
	"fmt"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"
)

// Join enters a room that is named by its id or its alias, as !abc:example.org or #ops:example.org: one that anybody may
// join, or to which the bot is invited, whatever Invites says. It returns the room's id. A room that the bot is in
// already is no error. It waits until [Bot.Run] runs. API: POST /_matrix/client/v3/join/{roomIdOrAlias}.
func (b *Bot) Join(ctx context.Context, room string) (id.RoomID, error) {
	if err := b.outbox.open(ctx); err != nil {
		return "", err
	}
	// A bot that dies in a room before it has a place in the stream of syncs would begin behind what was said there.
	select {
	case <-b.outbox.synced:
	case <-ctx.Done():
		return "", fmt.Errorf("matrixbot: join: the bot does not receive yet: %w", context.Cause(ctx))
	}
	sign := room[:min(1, len(room))]
	_, server, found := strings.Cut(room, ":")
	if sign != "!" && (sign != "#" || !found) {
		return "", fmt.Errorf("matrixbot: join: %w: %.60q is neither a room id such as !abc:example.org nor an alias such as #ops:example.org", ErrMessage, room)
	}
	var request mautrix.ReqJoinRoom
	if sign == "!" && found {
		request.Via = []string{server}
	}
	joined, err := b.client.JoinRoom(ctx, room, &request)
	if err != nil {
		return "", fmt.Errorf("matrixbot: join: %w", err)
	}
	if err := b.rooms.ready(ctx, joined.RoomID); err != nil {
		return "", fmt.Errorf("matrixbot: join: %w", err)
	}
	return joined.RoomID, nil
}

// Leave leaves a room, or declines an invitation. It waits until [Bot.Run] runs.
// API: POST /_matrix/client/v3/rooms/{roomId}/leave.
func (b *Bot) Leave(ctx context.Context, room id.RoomID) error {
	if err := b.outbox.open(ctx); err != nil {
		return err
	}
	if err := b.rooms.leave(ctx, room); err != nil {
		return fmt.Errorf("matrixbot: leave: %w", err)
	}
	return nil
}
