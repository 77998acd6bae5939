//go:build goolm || libolm

package e2ee

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/secret"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

const dendritePassword = "long enough"

// loginAt logs somebody in on a real homeserver.
func loginAt(t *testing.T, h *matrixtest.Homeserver, user, device string) account {
	t.Helper()
	client, err := mautrix.NewClient(h.URL(), "", "")
	require.NoError(t, err)
	resp, err := client.Login(t.Context(), &mautrix.ReqLogin{
		Type: mautrix.AuthTypePassword, Password: dendritePassword, DeviceID: id.DeviceID(device),
		Identifier: mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: user},
	})
	require.NoError(t, err)
	return account{h.URL(), http.DefaultTransport, resp.UserID, resp.DeviceID, resp.AccessToken}
}

// realPair is pair on a Dendrite.
func realPair(t *testing.T, adaConfig, botConfig func(*Config)) (h *matrixtest.Homeserver, room id.RoomID, ada, bot *peer) {
	t.Helper()
	h = matrixtest.Dendrite(t)
	h.Register("ada", dendritePassword)
	h.Register("bot", dendritePassword)
	ada = newPeer(t, loginAt(t, h, "ada", "PHONE"), adaConfig)
	bot = newPeer(t, loginAt(t, h, "bot", "BOT"), botConfig)
	made, err := ada.client.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{
		Invite: []id.UserID{bot.client.UserID}, Preset: "private_chat",
		InitialState: []*event.Event{{Type: event.StateEncryption, Content: event.Content{Parsed: &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}}}},
	})
	require.NoError(t, err)
	_, err = bot.client.JoinRoomByID(t.Context(), made.RoomID)
	require.NoError(t, err)
	ada.listen()
	bot.listen()
	return h, made.RoomID, ada, bot
}

// until syncs until something is so.
func (p *peer) until(so func() bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	for !so() {
		require.NoError(p.t, p.sync(ctx, time.Second))
	}
}

// hears waits for a message.
func (p *peer) hears(text string) {
	p.t.Helper()
	var got []string
	p.until(func() bool {
		got = append(got, p.said()...)
		return len(got) > 0
	})
	require.Equal(p.t, []string{text}, got)
}

// On a real homeserver: messages both ways, a restart, somebody who joins late and is thrown
// out, and a fresh machine that restores the backup.
func TestDendrite(t *testing.T) {
	t.Parallel()
	var key secret.Secret
	h, room, ada, bot := realPair(t, nil, keeper(&key))
	ada.say(room, "one")
	bot.hears("one")
	assert.Equal(t, TrustCrossSigned, bot.trust())
	bot.say(room, "two")
	ada.hears("two")

	ada.say(room, "three")
	bot.restart(keeper(&key))
	bot.hears("three")
	bot.say(room, "four")
	ada.hears("four")
	require.NoError(t, bot.failure())

	h.Register("eve", dendritePassword)
	eve := newPeer(t, loginAt(t, h, "eve", "EVE"), nil)
	_, err := ada.client.InviteUser(t.Context(), room, &mautrix.ReqInviteUser{UserID: eve.client.UserID})
	require.NoError(t, err)
	_, err = eve.client.JoinRoomByID(t.Context(), room)
	require.NoError(t, err)
	bot.until(func() bool { return bot.client.StateStore.IsInRoom(t.Context(), room, eve.client.UserID) })
	bot.say(room, "welcome")
	eve.hears("welcome")
	require.ErrorIs(t, eve.failure(), ErrKeyMissing)
	_, err = ada.client.KickUser(t.Context(), room, &mautrix.ReqKickUser{UserID: eve.client.UserID})
	require.NoError(t, err)
	bot.until(func() bool { return !bot.client.StateStore.IsInRoom(t.Context(), room, eve.client.UserID) })
	ada.until(func() bool { return len(ada.said()) > 0 })
	bot.say(room, "alone")
	ada.hears("alone")
	session, err := bot.machine.store.GetOutboundGroupSession(t.Context(), room)
	require.NoError(t, err)
	eve.listen()
	leaked, err := eve.machine.store.GetGroupSession(t.Context(), room, session.ID())
	require.NoError(t, err)
	assert.Nil(t, leaked)

	version := bot.machine.backup.currentVersion()
	require.NotEmpty(t, version)
	rows := bot.machine.store.GetGroupSessionsWithoutKeyBackupVersion(t.Context(), version)
	sessions, err := rows.AsList()
	require.NoError(t, err)
	for _, s := range sessions {
		bot.machine.backup.add(s.RoomID, s.ID())
	}
	require.NoError(t, bot.machine.uploadPending(t.Context(), bot.machine.backup.key, version))
	fresh := newPeer(t, loginAt(t, h, "bot", "FRESH"), keeper(&key))
	var heard []string
	fresh.until(func() bool {
		heard = append(heard, fresh.said()...)
		return len(heard) >= 2
	})
	assert.Subset(t, heard, []string{"one", "three"})
	assert.Equal(t, TrustUnknown, fresh.trust())
	status, err := fresh.machine.Status(t.Context())
	require.NoError(t, err)
	assert.True(t, status.CrossSigned)
	assert.Equal(t, version, status.Backup)
}

// On a real homeserver: verifications in a room and by to-device messages, asked for by either
// side and confirmed in each order.
func TestDendriteVerify(t *testing.T) {
	t.Parallel()
	a, b := newPerson(0), newPerson(0)
	_, room, ada, bot := realPair(t, a.operate, b.operate)
	ada.say(room, "hello")
	defer ada.run()()
	defer bot.run()()
	for _, order := range [][2]time.Duration{{0, 0}, {0, 300 * time.Millisecond}, {300 * time.Millisecond, 0}} {
		for i := range 4 {
			a.delay.Store(int64(order[0]))
			b.delay.Store(int64(order[1]))
			asking, asked := ada, bot
			if i%2 == 1 {
				asking, asked = bot, ada
			}
			var err error
			if i < 2 {
				_, err = asking.machine.VerifyIn(t.Context(), room, asked.client.UserID)
			} else {
				_, err = asking.machine.Verify(t.Context(), asked.client.UserID)
			}
			require.NoError(t, err)
			require.NoError(t, <-a.ended)
			require.NoError(t, <-b.ended)
			require.Equal(t, <-a.seen, <-b.seen)
		}
	}
	assert.Equal(t, TrustVerified, bot.trust())
	assert.True(t, userTrusted(t, ada, bot.client.UserID))
}
