package matrixbot

import (
	"context"
	"errors"

	"maunium.net/go/mautrix/id"
)

// powerOf returns the power level of the request's sender.
func powerOf(ctx context.Context, r *Request) (int, error) {
	s, err := r.bot()
	if err != nil {
		return 0, err
	}
	levels, err := s.roomState().GetPowerLevels(ctx, r.Room)
	switch {
	case err != nil:
		return 0, err
	case levels == nil:
		return 0, errors.New("the room's power levels are not known")
	}
	return levels.GetUserLevel(r.Sender), nil
}

// encrypted says whether a room is encrypted; where that cannot be found out it is.
func encrypted(ctx context.Context, s sender, room id.RoomID) bool {
	is, err := s.roomState().IsEncrypted(ctx, room)
	return is || err != nil
}
