//go:build goolm || libolm

package matrixbot_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// The keys of a device that is gone are worth nothing: the bot goes on with a new device and new keys.
func TestADeletedDeviceTakesItsKeysWithIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada := srv.User("ada")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
		encrypted := ada.CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: []*matrixtest.User{srv.User("bot")}})
		config := settings(t, srv)
		config.NoEncryption = false
		run := start(t, config)
		listens(t, srv)
		for i := range 3 {
			ada.Send(room, "!hello")
			assert.Len(t, answers(t, srv, room, i+1), i+1)
			_, err := run.bot.Send(t.Context(), matrixbot.Message{Room: encrypted, Key: string(rune('a' + i)), Text: "a secret"})
			require.NoError(t, err)
			for _, e := range srv.Messages(encrypted) {
				if e.Sender == srv.User("bot").ID() {
					assert.Equal(t, "m.room.encrypted", e.Type)
				}
			}
			device := srv.User("bot").Devices()[0]
			switch i {
			case 0:
				srv.User("bot").SoftLogout(device)
			case 1:
				srv.User("bot").DeleteDevice(device)
			}
			time.Sleep(2 * time.Minute)
			assert.Positive(t, srv.User("bot").OneTimeKeys(srv.User("bot").Devices()[0]))
		}
		run.stop(t)
	})
}

// Who waits for the encryption of a bot that gets none is told so.
func TestWhoWaitsForAMachineThatDoesNotComeIsToldSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		srv.Fail(matrixtest.Match{Path: "/keys/query", Times: -1}, matrixtest.Fault{Status: http.StatusForbidden, ErrCode: "M_FORBIDDEN", Delay: time.Minute})
		config := settings(t, srv)
		config.NoEncryption = false
		run := start(t, config)
		_, err := run.bot.Machine(t.Context())
		require.ErrorIs(t, err, matrixbot.ErrStopped)
		require.ErrorIs(t, run.failed(t), mautrix.MForbidden)
	})
}

// What the bot knows of rooms is in one place: another would not hear who has left, and the keys would go there.
func TestAnotherStoreForRoomsIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		other, err := boltstore.Open(filepath.Join(t.TempDir(), "other.db"))
		require.NoError(t, err)
		defer other.Close()
		config := settings(t, srv)
		config.NoEncryption = false
		config.Encryption.Stores = func(id.UserID, id.DeviceID) (e2ee.Stores, error) { return e2ee.Stores{State: other.State()}, nil }
		require.ErrorContains(t, start(t, config).failed(t), "leave that nil")
	})
}
