//go:build goolm || libolm

package e2ee

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// In a room of thousands, and in one where the bot is alone, it talks: it asks once for everybody's devices, not for
// all of them in one request.
func TestCrowd(t *testing.T) {
	t.Parallel()
	for _, members := range []int{0, 5_000} {
		t.Run(fmt.Sprint(members), func(t *testing.T) {
			t.Parallel()
			srv, _, ada, bot := pair(t, nil, nil)
			asked := func() (requests, people int) {
				for _, request := range srv.Requests() {
					var body mautrix.ReqQueryKeys
					if request.Path == "/keys/query" && request.UserID == bot.client.UserID && json.Unmarshal(request.Body, &body) == nil {
						requests++
						people += len(body.DeviceKeys)
						assert.LessOrEqual(t, len(body.DeviceKeys), maxQuery)
					}
				}
				return requests, people
			}
			before, _ := asked()
			crowd := make([]*matrixtest.User, members)
			for i := range crowd {
				crowd[i] = srv.User(fmt.Sprintf("m%d", i))
			}
			if members > 0 {
				crowd = append(crowd, srv.User("ada"))
			}
			room := srv.User("bot").CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: crowd})
			bot.listen().say(room, "hello")
			bot.say(room, "all of you")
			if members > 0 {
				require.Equal(t, []string{"hello", "all of you"}, ada.listen().said())
			}
			after, people := asked()
			assert.LessOrEqual(t, after-before, members/maxQuery+2)
			assert.GreaterOrEqual(t, people, members)
			assertEncrypted(t, srv, room)
		})
	}
}
