package matrixbot

import (
	"slices"

	"maunium.net/go/mautrix/id"
)

// Invites says which invitations a bot accepts; it declines all others. The zero value accepts none.
//
// Who invites must be named by From or Servers, where one of them is set, and the room must be one of Rooms, where that
// is set.
type Invites struct {
	From    []id.UserID // People who may invite the bot.
	Servers []string    // Servers, as example.org, all of whose people may invite the bot.
	Rooms   []id.RoomID // Rooms to which the bot may be invited.
}

// allow says whether an invitation is accepted. User ids are compared as they are: no other spelling of one is equal.
func (i Invites) allow(inviter id.UserID, room id.RoomID) bool {
	if len(i.From) == 0 && len(i.Servers) == 0 && len(i.Rooms) == 0 {
		return false
	}
	byWhom := len(i.From) == 0 && len(i.Servers) == 0 ||
		slices.Contains(i.From, inviter) || slices.Contains(i.Servers, inviter.Homeserver())
	return byWhom && (len(i.Rooms) == 0 || slices.Contains(i.Rooms, room))
}
