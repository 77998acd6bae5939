//go:build goolm || libolm

package e2ee

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/secret"
	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// Two bots that have just started talk, the server sees nothing of it, and each finds the
// other's device signed by its owner.
func TestTalk(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	ada.say(room, "deploy, please")
	require.Equal(t, []string{"deploy, please"}, bot.listen().said())
	assert.Equal(t, TrustCrossSigned, bot.trust())
	bot.say(room, "done")
	require.Equal(t, []string{"done"}, ada.listen().said())
	assert.Equal(t, TrustCrossSigned, ada.trust())
	assertEncrypted(t, srv, room)
}

// assertEncrypted looks whether the server has seen anything of what was said in a room.
func assertEncrypted(t *testing.T, srv *matrixtest.Server, room id.RoomID) {
	t.Helper()
	for _, evt := range srv.Messages(room) {
		assert.Equal(t, event.EventEncrypted.Type, evt.Type)
		assert.Empty(t, evt.Body())
	}
}

// After a restart the bot reads, writes, and has the keys to sign with. It knows that the room is encrypted, although
// no sync tells it once more.
func TestRestart(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	ada.say(room, "one")
	require.Equal(t, []string{"one"}, bot.listen().said())
	bot.say(room, "two")
	require.Equal(t, []string{"two"}, ada.listen().said())
	before, err := bot.machine.Status(t.Context())
	require.NoError(t, err)
	assert.True(t, before.CanSign)
	assert.True(t, before.CrossSigned)

	ada.say(room, "three")
	bot.restart(nil)
	require.Equal(t, []string{"three"}, bot.listen().said())
	assert.Equal(t, TrustCrossSigned, bot.trust())
	bot.say(room, "four")
	require.Equal(t, []string{"four"}, ada.listen().said())
	after, err := bot.machine.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, before, after)
	assertEncrypted(t, srv, room)
}

// Who was thrown out gets no more keys, who joins later gets none to what was said before.
func TestMembers(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	bot.say(room, "before")
	require.Equal(t, []string{"before"}, ada.listen().said())

	eve := newPeer(t, on(srv, srv.User("eve"), "EVE"), nil)
	srv.User("ada").Invite(room, srv.User("eve").ID())
	srv.User("eve").Join(room)
	bot.listen().say(room, "welcome")
	require.Equal(t, []string{"welcome"}, eve.listen().said())
	require.ErrorIs(t, eve.failure(), ErrKeyMissing)

	srv.User("ada").Kick(room, srv.User("eve").ID(), "")
	bot.listen().say(room, "now we are alone")
	require.Equal(t, []string{"welcome", "now we are alone"}, ada.listen().said())
	outbound, err := bot.store.Crypto([]byte("pickle"))
	require.NoError(t, err)
	session, err := outbound.GetOutboundGroupSession(t.Context(), room)
	require.NoError(t, err)
	got, err := eve.machine.store.GetGroupSession(t.Context(), room, session.ID())
	require.NoError(t, err)
	assert.Nil(t, got)
	require.NoError(t, eve.sync(t.Context(), 0))
	got, err = eve.machine.store.GetGroupSession(t.Context(), room, session.ID())
	require.NoError(t, err)
	assert.Nil(t, got, "a key for somebody who was kicked")
}

// The first message in a room of which no sync has told the members reaches them all.
func TestSendBeforeSync(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	fresh := newPeer(t, on(srv, srv.User("carol"), ""), nil).listen()
	srv.User("ada").Invite(room, srv.User("carol").ID())
	srv.User("carol").Join(room)
	require.NoError(t, fresh.client.StateStore.SetEncryptionEvent(t.Context(), room, &event.EncryptionEventContent{Algorithm: "m.megolm.v1.aes-sha2"}))
	fresh.say(room, "hello all")
	require.Equal(t, []string{"hello all"}, ada.listen().said())
	require.Equal(t, []string{"hello all"}, bot.listen().said())
}

// Stores and devices that do not belong together are refused with a sentence.
func TestWrongStore(t *testing.T) {
	t.Parallel()
	srv, _, _, bot := pair(t, nil, nil)

	lost := &peer{t: t, account: bot.account, path: t.TempDir() + "/new.db"}
	err := lost.start(nil)
	require.ErrorIs(t, err, ErrStoreLost)
	require.ErrorContains(t, err, "log in as a new device")
	require.NoError(t, lost.store.Close())

	mine := bot.account
	bot.account = on(srv, srv.User("ada"), "OTHER")
	require.ErrorIs(t, bot.start(nil), boltstore.ErrOtherAccount)
	bot.account = on(srv, srv.User("bot"), "OTHER")
	require.ErrorIs(t, bot.start(nil), boltstore.ErrOtherDevice)

	srv.User("bot").DeleteDevice(mine.device)
	bot.account = on(srv, srv.User("bot"), mine.device)
	err = bot.start(nil)
	require.ErrorIs(t, err, ErrDeviceLost)
	require.ErrorContains(t, err, "log in as a new device")

	bot.account = mine
	require.ErrorIs(t, bot.start(func(c *Config) { c.PickleKey = secret.New("other") }), boltstore.ErrWrongPickleKey)
}

// A process that died after its keys had arrived, and before it knew, starts again.
func TestStartAgainAfterHalfAStart(t *testing.T) {
	t.Parallel()
	srv := matrixtest.NewServer(t)
	bot := &peer{t: t, account: on(srv, srv.User("bot"), "BOT"), path: t.TempDir() + "/bot.db"}
	srv.Fail(matrixtest.Match{Path: "/keys/upload"}, matrixtest.Fault{CutAfter: true})
	require.Error(t, bot.start(nil))
	bot.restart(nil)
	status, err := bot.machine.Status(t.Context())
	require.NoError(t, err)
	assert.True(t, status.CrossSigned)
	require.NoError(t, bot.store.Close())
}

// An answer that is not that of a homeserver which has taken the keys leaves them to be uploaded again: those of the
// device, the one-time keys, and the fallback key.
func TestAnswerWithoutCounts(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`{}`, `{"one_time_key_counts":null}`, `{"hello":"world"}`} {
		srv := matrixtest.NewServer(t)
		bot := &peer{t: t, account: on(srv, srv.User("bot"), "BOT"), path: t.TempDir() + "/bot.db"}
		wrong := matrixtest.Fault{Status: http.StatusOK, Body: answer}
		srv.Fail(matrixtest.Match{Path: "/keys/upload"}, wrong)
		require.ErrorIs(t, bot.start(nil), ErrAnswer)
		account := bot.machine.mach.GetAccount()
		assert.False(t, account.Shared)
		made, err := account.Internal.OneTimeKeys()
		require.NoError(t, err)
		require.NotEmpty(t, made)
		bot.restart(nil)
		account = bot.machine.mach.GetAccount()
		assert.True(t, account.Shared)
		left, err := account.Internal.OneTimeKeys()
		require.NoError(t, err)
		assert.Empty(t, left)
		ada := newPeer(t, on(srv, srv.User("ada"), ""), nil)
		claimed, err := ada.client.ClaimKeys(t.Context(), &mautrix.ReqClaimKeys{OneTimeKeys: mautrix.OneTimeKeysRequest{
			bot.client.UserID: {"BOT": id.KeyAlgorithmSignedCurve25519},
		}})
		require.NoError(t, err)
		for _, key := range claimed.OneTimeKeys[bot.client.UserID]["BOT"] {
			assert.Contains(t, slices.Collect(maps.Values(made)), key.Key, "the same keys, as the first upload may have arrived after all")
		}

		fallback := account.Internal.(fallbackAccount)
		srv.Fail(matrixtest.Match{Path: "/keys/upload"}, wrong)
		require.ErrorIs(t, bot.machine.uploadFallback(t.Context()), ErrAnswer)
		first := fallback.FallbackKeyUnpublished()
		require.Len(t, first, 1)
		require.NoError(t, bot.machine.uploadFallback(t.Context()))
		assert.Empty(t, fallback.FallbackKeyUnpublished())
		require.NoError(t, bot.store.Close())
	}
}
