//go:build goolm || libolm

package e2ee

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// steps are the steps of verifications that a user has sent to devices.
func steps(srv *matrixtest.Server, user id.UserID) (list []string) {
	for _, request := range srv.Requests() {
		if _, rest, found := strings.Cut(request.Path, "/sendToDevice/m.key.verification."); found && request.UserID == user {
			step, _, _ := strings.Cut(rest, "/")
			list = append(list, step)
		}
	}
	return list
}

// Two beginnings at once fail in many clients: who has asked begins.
func TestWhoAsksBegins(t *testing.T) {
	t.Parallel()
	for name, botAsks := range map[string]bool{"Ada asks": false, "the bot asks": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := newPerson(0), newPerson(0)
			bubble(t, a, b, func(t *testing.T, srv *matrixtest.Server, _ id.RoomID, ada, bot *peer) {
				asking, asked := ada, bot
				if botAsks {
					asking, asked = bot, ada
				}
				_, err := asking.machine.Verify(t.Context(), asked.client.UserID)
				require.NoError(t, err)
				require.NoError(t, <-a.ended)
				require.NoError(t, <-b.ended)
				assert.Contains(t, steps(srv, asking.client.UserID), "start")
				assert.NotContains(t, steps(srv, asked.client.UserID), "start")
			})
		})
	}
}

// Some clients begin although they were asked. The bot then does not.
func TestTheOtherSideBeginsFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newPerson(0)
		srv, _, ada, bot := pair(t, nil, b.operate)
		stop := bot.run()
		txn, err := bot.machine.Verify(t.Context(), ada.client.UserID)
		require.NoError(t, err)
		_, unlock := bot.machine.lockIdentity(t.Context()) // The two come in one sync.
		for _, said := range [][2]string{
			{"ready", `"methods":["m.sas.v1"]`},
			{"start", `"method":"m.sas.v1","key_agreement_protocols":["curve25519-hkdf-sha256"],"hashes":["sha256"],` +
				`"message_authentication_codes":["hkdf-hmac-sha256.v2"],"short_authentication_string":["emoji","decimal"]`},
		} {
			evt := &event.Event{Sender: ada.client.UserID, Type: event.NewEventType("m.key.verification." + said[0])}
			require.NoError(t, json.Unmarshal([]byte(`{"transaction_id":"`+txn+`","from_device":"PHONE",`+said[1]+`}`), &evt.Content))
			bot.machine.handleToDevice(t.Context(), evt)
		}
		unlock()
		synctest.Wait()
		said := steps(srv, bot.client.UserID)
		assert.Equal(t, "accept", said[len(said)-1])
		assert.NotContains(t, said, "start")
		stop()
		require.NoError(t, ada.store.Close())
		require.NoError(t, bot.store.Close())
	})
}
