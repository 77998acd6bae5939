//go:build goolm || libolm

package e2ee

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Who asks for keys from outside the room is not even looked up: everybody could have the bot ask the homeserver without
// end.
func TestStrangersWhoAskForKeys(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	eve := newPeer(t, on(srv, srv.User("eve"), ""), nil)
	request := func(from id.UserID, i int) {
		bot.machine.handleToDevice(t.Context(), &event.Event{
			Sender: from, Type: event.ToDeviceRoomKeyRequest,
			Content: event.Content{Parsed: &event.RoomKeyRequestEventContent{
				Body: event.RequestedKeyInfo{RoomID: room, SessionID: "session"}, Action: event.KeyRequestActionRequest,
				RequestID: fmt.Sprint(i), RequestingDeviceID: id.DeviceID(fmt.Sprint(i)),
			}},
		})
	}
	for i := range 10 {
		request(eve.client.UserID, i)
	}
	assert.Empty(t, bot.machine.work)
	request(ada.client.UserID, 0)
	request(bot.client.UserID, 0)
	assert.Len(t, bot.machine.work, 2)
}
