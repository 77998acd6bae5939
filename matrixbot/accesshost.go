package matrixbot

import (
	"context"
	"errors"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// host is what commands need of the bot beyond sending.
type host interface {
	sender
	// storage is where the bot's records are.
	storage() *boltstore.Store
	// roomState is what is known of rooms.
	roomState() mautrix.StateStore
}

// errNoHost is what a request answers that no bot made.
var errNoHost = errors.New("the request does not come from a bot")

// powerOf returns the power level of the request's sender.
func powerOf(ctx context.Context, r *Request) (int, error) {
	h, ok := r.sender.(host)
	if !ok {
		return 0, errNoHost
	}
	levels, err := h.roomState().GetPowerLevels(ctx, r.Room)
	switch {
	case err != nil:
		return 0, err
	case levels == nil:
		return 0, errors.New("the room's power levels are not known")
	}
	return levels.GetUserLevel(r.Sender), nil
}

// encrypted says whether a room is encrypted; where that cannot be found out it is.
func encrypted(ctx context.Context, h host, room id.RoomID) bool {
	is, err := h.roomState().IsEncrypted(ctx, room)
	return is || err != nil
}
