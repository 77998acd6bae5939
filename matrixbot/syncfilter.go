package matrixbot

import (
	"encoding/json"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
)

const (
	// timelineLimit is how many events of a room a sync brings. What was before them is fetched.
	timelineLimit = 100
	// firstLimit is that for the very first sync, of which no message is handled.
	firstLimit = 1
)

// syncFilter says what a sync is to bring: what people say in rooms, the state of rooms, and nothing else. All members
// of a room are among its state, although it may have many: with those who are left out, a member who was removed while
// the bot did not look would go on getting its keys.
func syncFilter(limit int) (string, error) {
	nothing := &mautrix.FilterPart{NotTypes: []event.Type{{Type: "*"}}}
	text, err := json.Marshal(mautrix.Filter{
		AccountData: nothing, Presence: nothing,
		Room: &mautrix.RoomFilter{AccountData: nothing, Ephemeral: nothing, Timeline: &mautrix.FilterPart{Limit: limit}},
	})
	return string(text), err
}
