//go:build goolm || libolm

package matrixbot_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/matrixjs"
	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// crossSigning is what a client has of the identity of its own account.
type crossSigning struct {
	PublicKeysOnDevice       bool
	PrivateKeysCachedLocally struct{ MasterKey, SelfSigningKey, UserSigningKey bool }
}

// A bot whose account was set up with Element reads on a fresh machine, by the recovery key that Element has shown, what
// was said before; what is said from now on goes into the same key backup.
func TestElementMadeTheKeyBackup(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.signed("ada")
	owner := w.device("bot")
	var key string
	owner.Do(&key, "bootstrap", map[string]any{"password": password, "backup": true})
	var room string
	ada.Do(&room, "createRoom", map[string]any{"encrypted": true})
	invite(ada, room, owner.User)
	join(ada, owner, room)
	ada.Send(room, "secret")
	owner.Message(room, ada.User, "secret")
	question := ada.Wait("the message", func(e matrixjs.Event) bool {
		return e.Event == "timeline" && e.Body == "secret" && e.ID[0] == '$'
	})
	awaitBackup(t, owner, 1)
	owner.Do(nil, "stop", nil)

	w.bot.config.Encryption.RecoveryKey = matrixbot.NewSecret(key)
	w.bot.start()
	status, err := w.bot.machine().Status(t.Context())
	require.NoError(t, err)
	assert.True(t, status.CrossSigned)
	assert.True(t, status.CanSign)
	assert.NotEmpty(t, status.Backup)
	raw, err := json.Marshal(question.Wire)
	require.NoError(t, err)
	opened, err := w.bot.machine().Decrypt(t.Context(), &event.Event{
		ID: id.EventID(question.ID), RoomID: id.RoomID(room), Sender: id.UserID(ada.User), Type: event.EventEncrypted,
		Content: event.Content{VeryRaw: raw},
	})
	require.NoError(t, err)
	assert.Equal(t, "secret", opened.Content.Raw["body"])
	assert.Equal(t, e2ee.TrustUnknown, w.bot.machine().Trust(t.Context(), opened), "a backup proves nothing")
	answer := w.answers(ada, room, "tea")
	assert.Equal(t, "NONE", answer.Shield, "the bot's device is signed by the identity that Element has made")

	another := w.device("bot")
	another.Do(nil, "recover", map[string]any{"key": key})
	awaitBackup(t, another, 2) // with the bot's own
	var restored struct{ Trusted, Matches bool }
	another.Do(&restored, "restore", nil)
	assert.True(t, restored.Trusted && restored.Matches, restored)
	var keys []string
	another.Do(&keys, "keys", map[string]any{"room": room})
	assert.Contains(t, keys, answer.Wire["session_id"])
}

// Who has logged in to the bot's account with Element verifies the bot's device, or has the bot verify theirs. The side
// that has not got the private keys of the account's identity gets them from the other, and the bot the key to the key
// backup where there is one.
func TestElementOwnDevice(t *testing.T) {
	t.Parallel()
	for _, ownerFirst := range []bool{true, false} {
		for _, asks := range []string{"the bot", "Element the bot's device", "Element all other devices"} {
			whose := map[bool]string{true: "Element's identity", false: "the bot's identity"}[ownerFirst]
			t.Run(whose+", asked by "+asks, func(t *testing.T) {
				t.Parallel()
				w := newTown(t)
				ada := w.signed("ada")
				var owner *matrixjs.Client
				if ownerFirst {
					owner = w.device("bot")
					owner.Do(nil, "bootstrap", map[string]any{"password": password, "backup": true})
				}
				w.bot.start()
				before, err := w.bot.machine().Status(t.Context())
				require.NoError(t, err)
				assert.Equal(t, !ownerFirst, before.CanSign)
				if !ownerFirst {
					owner = w.device("bot")
				}
				room := w.room(ada)
				w.answers(ada, room, "before")

				m := &meeting{town: w, human: owner, room: room}
				if asks == "Element all other devices" {
					owner.Do(&m.transaction, "requestOwn", nil)
				} else {
					m.ask(asks == "the bot")
				}
				m.begin(asks == "the bot")
				m.confirm(together)
				m.succeeds()
				require.Eventually(t, func() bool {
					after, err := w.bot.machine().Status(t.Context())
					return err == nil && after.CanSign && after.CrossSigned && ownerFirst == (after.Backup != "")
				}, patience, 20*time.Millisecond, "the bot signs, and uses the key backup")
				require.Eventually(t, func() bool {
					var own crossSigning
					owner.Do(&own, "crossSigning", nil)
					has := own.PrivateKeysCachedLocally
					return own.PublicKeysOnDevice && has.MasterKey && has.SelfSigningKey && has.UserSigningKey
				}, patience, 50*time.Millisecond, "Element signs")
				require.Eventually(t, func() bool {
					return statusOf(ada, owner.User, owner.Device).DeviceSigned && w.botStatus(ada).DeviceSigned
				}, patience, 50*time.Millisecond, "others see that both devices are the bot's")
				assert.True(t, statusOf(owner, owner.User, w.bot.device().String()).DeviceVerified)

				w.bot.restart()
				status, err := w.bot.machine().Status(t.Context())
				require.NoError(t, err)
				assert.True(t, status.CanSign, "after a restart too")
				assert.Equal(t, ownerFirst, status.Backup != "")
				assert.Equal(t, "NONE", w.answers(ada, room, "after").Shield)
			})
		}
	}
}
