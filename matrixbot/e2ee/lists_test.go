//go:build goolm || libolm

package e2ee

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// A device whose appearance was told just when the homeserver could not be asked about it gets
// keys all the same; while it cannot be asked, the bot does not leave the device out.
func TestLostDeviceList(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	bot.say(room, "one")
	require.Equal(t, []string{"one"}, ada.listen().said())

	tablet := newPeer(t, on(srv, srv.User("ada"), "TABLET"), nil).listen()
	stop := srv.Fail(matrixtest.Match{Path: "/keys/query", Times: -1, User: srv.User("bot")}, matrixtest.Fault{Status: 502})
	bot.listen()
	require.ErrorContains(t, bot.trySay(room, "two"), "device lists of 1 people")
	bot.restart(func(*Config) { stop() }) // what is out of date is known after a restart
	bot.say(room, "three")
	require.Equal(t, []string{"three"}, tablet.listen().said())
	require.Equal(t, []string{"three"}, ada.listen().said())
}

// Nobody tells the bot what devices those get who share no room with it. Should they come back, it asks.
func TestDeviceListOfSomebodyWhoLeft(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	eve := srv.User("eve")
	newPeer(t, on(srv, eve, "PHONE"), nil)
	srv.User("ada").Invite(room, eve.ID())
	eve.Join(room)
	bot.listen().say(room, "one")
	srv.User("ada").Kick(room, eve.ID(), "")
	bot.listen()

	tablet := newPeer(t, on(srv, eve, "TABLET"), nil)
	srv.User("ada").Invite(room, eve.ID())
	eve.Join(room)
	srv.Fail(matrixtest.Match{Path: "/sync", Times: -1, User: srv.User("bot")}, matrixtest.Fault{Rewrite: func(o map[string]any) { delete(o, "device_lists") }})
	bot.listen().say(room, "two")
	require.Equal(t, []string{"two"}, tablet.listen().said())
	require.Equal(t, []string{"one", "two"}, ada.listen().said())
}

// Trust is not given on the strength of a device list that is out of date.
func TestNoTrustInAStaleList(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	ada.say(room, "one")
	bot.listen()
	require.Equal(t, TrustCrossSigned, bot.trust())
	stop := srv.Fail(matrixtest.Match{Path: "/keys/query", Times: -1, User: srv.User("bot")}, matrixtest.Fault{Status: 502})
	require.NoError(t, bot.machine.markStale(t.Context(), []id.UserID{ada.client.UserID}, false))
	assert.Equal(t, TrustUnknown, bot.trust())
	stop()
	forgets := srv.Fail(matrixtest.Match{Path: "/keys/query", Times: -1, User: srv.User("bot")}, matrixtest.Fault{Rewrite: func(o map[string]any) { o["device_keys"] = map[string]any{} }})
	assert.Equal(t, TrustUnknown, bot.trust(), "the homeserver answers, but not about Ada")
	require.NoError(t, bot.trySay(room, "this does not silence the bot"))
	forgets()
	bot.machine.lists.mark([]id.UserID{ada.client.UserID}, false)
	assert.Equal(t, TrustCrossSigned, bot.trust())
}

// A device that has logged out is trusted no more.
func TestNoTrustInADeletedDevice(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	ada.say(room, "one")
	bot.listen()
	srv.User("ada").DeleteDevice("PHONE")
	bot.listen()
	assert.Equal(t, TrustUnknown, bot.trust())
}

// When the one-time keys of an absent device are used up, its fallback key is used.
func TestFallbackKey(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	if _, ok := ada.machine.mach.GetAccount().Internal.(fallbackAccount); !ok {
		t.Skip("mautrix does not let libolm make fallback keys")
	}
	ada.listen()
	require.Equal(t, 50, srv.User("ada").OneTimeKeys("PHONE"))
	for range 60 {
		_, err := bot.client.ClaimKeys(t.Context(), &mautrix.ReqClaimKeys{
			OneTimeKeys: mautrix.OneTimeKeysRequest{ada.client.UserID: {"PHONE": id.KeyAlgorithmSignedCurve25519}},
		})
		require.NoError(t, err)
	}
	require.Zero(t, srv.User("ada").OneTimeKeys("PHONE"))
	bot.say(room, "with the fallback key")
	require.Equal(t, []string{"with the fallback key"}, ada.listen().said())
	assert.Equal(t, 50, srv.User("ada").OneTimeKeys("PHONE"), "new one-time keys")
}

// A device for which there was no key at first gets the keys later, without a new session.
func TestLateDevice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, room, ada, bot := pair(t, nil, nil)
		srv.Fail(matrixtest.Match{Path: "/keys/claim", Times: 1}, matrixtest.Fault{Rewrite: func(o map[string]any) { o["one_time_keys"] = map[string]any{} }})
		bot.say(room, "one")
		require.Empty(t, ada.listen().said())
		require.ErrorIs(t, ada.failure(), ErrKeyMissing)
		time.Sleep(minLateWait)
		bot.say(room, "two")
		require.Equal(t, []string{"two"}, ada.listen().said())
		require.NoError(t, bot.store.Close())
		require.NoError(t, ada.store.Close())
	})
}

// Who gets keys is a matter of policy.
func TestPolicy(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, func(c *Config) { c.SendTo = SendToCrossSigned })
	unsigned := newPeer(t, on(srv, srv.User("ada"), "TABLET"), nil).listen()
	bot.listen().say(room, "for signed devices")
	require.Equal(t, []string{"for signed devices"}, ada.listen().said())
	require.Empty(t, unsigned.listen().said())
	withheld := &WithheldError{}
	require.ErrorAs(t, unsigned.failure(), &withheld)
	assert.Equal(t, "m.unverified", withheld.Code)

	// As soon as its owner has signed the device it gets what comes.
	require.NoError(t, ada.machine.fetchLists(t.Context(), []id.UserID{ada.client.UserID}))
	device, err := ada.machine.store.GetDevice(t.Context(), ada.client.UserID, "TABLET")
	require.NoError(t, err)
	require.NoError(t, ada.machine.mach.SignOwnDevice(t.Context(), device))
	bot.listen().say(room, "welcome")
	require.Equal(t, []string{"welcome"}, unsigned.listen().said())

	verified := newPeer(t, on(srv, srv.User("carol"), ""), func(c *Config) { c.SendTo = SendToVerified })
	srv.User("ada").Invite(room, verified.client.UserID)
	srv.User("carol").Join(room)
	verified.listen().say(room, "for nobody")
	require.Equal(t, []string{"welcome"}, ada.listen().said())
	require.ErrorAs(t, ada.failure(), &withheld)
}

// Two devices of an account that is signed: an unsigned one is unverified.
func TestUnsignedDevice(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	tablet := newPeer(t, on(srv, srv.User("ada"), "TABLET"), nil).listen()
	tablet.say(room, "it is me")
	require.Equal(t, []string{"it is me"}, bot.listen().said())
	assert.Equal(t, TrustUnverified, bot.trust())
	device, err := bot.machine.store.GetDevice(t.Context(), ada.client.UserID, "TABLET")
	require.NoError(t, err)
	device.Trust = id.TrustStateVerified // as mautrix notes it in a verification, before that succeeds
	require.NoError(t, bot.machine.store.PutDevice(t.Context(), ada.client.UserID, device))
	assert.Equal(t, TrustUnverified, bot.trust())
	status, err := tablet.machine.Status(t.Context())
	require.NoError(t, err)
	assert.False(t, status.CrossSigned)
	assert.False(t, status.CanSign)
	require.Equal(t, []string(nil), ada.listen().said()) // her own other device
}
