//go:build goolm || libolm

package matrixbot_test

import (
	"encoding/json"
	"os"
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

// The bot's recovery key is good for its owner's own client too: it signs itself with it.
func TestElementRecoveryKey(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.signed("ada")
	w.bot.config.Encryption.SaveRecoveryKey = w.bot.keepRecoveryKey
	w.bot.start()
	room := w.room(ada)
	w.answers(ada, room, "tea")

	owner := w.device("bot")
	var got struct {
		PublicKeysOnDevice, PrivateKeysInSecretStorage bool
		PrivateKeysCachedLocally                       struct{ MasterKey, SelfSigningKey, UserSigningKey bool }
	}
	owner.Do(&got, "recover", map[string]any{"key": await(t, "a recovery key", w.bot.keys)})
	assert.True(t, got.PublicKeysOnDevice)
	assert.True(t, got.PrivateKeysInSecretStorage)
	cached := got.PrivateKeysCachedLocally
	assert.True(t, cached.MasterKey && cached.SelfSigningKey && cached.UserSigningKey, cached)
	require.Eventually(t, func() bool { return statusOf(ada, owner.User, owner.Device).DeviceSigned }, patience, 20*time.Millisecond,
		"the owner's client signs itself")
	own := statusOf(owner, owner.User, w.bot.device().String())
	assert.True(t, own.DeviceVerified, "the bot is a device of the same person")
}

// The key backup that the bot makes opens with the recovery key: in the owner's client, and for a bot that has lost
// everything else.
func TestElementKeyBackup(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.signed("ada")
	w.bot.config.Encryption.SaveRecoveryKey = w.bot.keepRecoveryKey
	w.bot.start()
	room := w.room(ada)
	w.answers(ada, room, "secret")
	question := ada.Wait("the question", func(e matrixjs.Event) bool {
		return e.Event == "timeline" && e.Body == "!echo secret" && e.ID[0] == '$'
	})
	key := await(t, "a recovery key", w.bot.keys)

	owner := w.device("bot")
	owner.Do(nil, "recover", map[string]any{"key": key})
	awaitBackup(t, owner, 2) // hers and the bot's
	var restored struct {
		Imported, Total  int
		Trusted, Matches bool
	}
	owner.Do(&restored, "restore", nil)
	assert.Equal(t, 2, restored.Imported)
	assert.Equal(t, 2, restored.Total)
	assert.True(t, restored.Trusted && restored.Matches, restored)
	var keys []string
	owner.Do(&keys, "keys", map[string]any{"room": room})
	assert.Contains(t, keys, question.Wire["session_id"])

	w.bot.stop()
	require.NoError(t, os.RemoveAll(w.bot.config.Data))
	w.bot.config.Encryption.RecoveryKey = matrixbot.NewSecret(key)
	w.bot.start()
	raw, err := json.Marshal(question.Wire)
	require.NoError(t, err)
	opened, err := w.bot.machine().Decrypt(t.Context(), &event.Event{
		ID: id.EventID(question.ID), RoomID: id.RoomID(room), Sender: id.UserID(ada.User), Type: event.EventEncrypted,
		Content: event.Content{VeryRaw: raw},
	})
	require.NoError(t, err)
	assert.Equal(t, "!echo secret", opened.Content.Raw["body"])
	assert.Equal(t, e2ee.TrustUnknown, w.bot.machine().Trust(t.Context(), opened), "a backup proves nothing")

	answer := w.answers(ada, room, "tea")
	assert.Equal(t, "NONE", answer.Shield, "the new device is signed too")
	m := w.meet(ada, room, true, false)
	m.confirm(together)
	m.succeeds()
	m.trusts("verified", true)
}

// awaitBackup waits until so many sessions are in the key backup.
func awaitBackup(t *testing.T, owner *matrixjs.Client, sessions int) {
	t.Helper()
	require.Eventually(t, func() bool {
		var n int
		owner.Do(&n, "backedUp", nil)
		return n >= sessions
	}, patience, 50*time.Millisecond)
}
