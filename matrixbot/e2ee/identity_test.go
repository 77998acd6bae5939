//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/secret"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// keeper keeps a recovery key, as a file would.
func keeper(key *secret.Secret) func(*Config) {
	return func(c *Config) {
		c.RecoveryKey = *key
		c.SaveRecoveryKey = func(_ context.Context, made secret.Secret) error {
			*key = made
			return nil
		}
	}
}

// The recovery key makes another device of the bot as good as the first.
func TestRecoveryKey(t *testing.T) {
	t.Parallel()
	srv := matrixtest.NewServer(t)
	var key secret.Secret
	newPeer(t, on(srv, srv.User("bot"), "ONE"), keeper(&key))
	require.Len(t, key.Reveal(), 59)

	second := newPeer(t, on(srv, srv.User("bot"), "TWO"), keeper(&key))
	status, err := second.machine.Status(t.Context())
	require.NoError(t, err)
	assert.True(t, status.CrossSigned)
	assert.True(t, status.CanSign)
	assert.Equal(t, id.KeyBackupVersion("1"), status.Backup)

	third := newPeer(t, on(srv, srv.User("bot"), "THREE"), nil)
	status, err = third.machine.Status(t.Context())
	require.NoError(t, err)
	assert.False(t, status.CrossSigned, "without the recovery key")

	other := secret.New("EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d") // a key from the specification
	wrong := &peer{t: t, account: on(srv, srv.User("bot"), "FOUR"), path: t.TempDir() + "/bot.db"}
	require.ErrorIs(t, wrong.start(keeper(&other)), ErrRecoveryKey)
	garbled := secret.New("not a key")
	require.ErrorIs(t, wrong.start(keeper(&garbled)), ErrRecoveryKey)
	require.NoError(t, wrong.store.Close())
}

// A recovery key that is given sets the account up with it; a key that cannot be kept stops it
// before anything depends on it.
func TestGivenRecoveryKey(t *testing.T) {
	t.Parallel()
	srv := matrixtest.NewServer(t)
	given := secret.New("EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d")
	newPeer(t, on(srv, srv.User("bot"), "ONE"), keeper(&given))
	again := newPeer(t, on(srv, srv.User("bot"), "TWO"), keeper(&given))
	status, err := again.machine.Status(t.Context())
	require.NoError(t, err)
	assert.True(t, status.CanSign)

	full := errors.New("the disk is full")
	failing := &peer{t: t, account: on(srv, srv.User("carol"), ""), path: t.TempDir() + "/bot.db"}
	require.ErrorIs(t, failing.start(func(c *Config) {
		c.SaveRecoveryKey = func(context.Context, secret.Secret) error { return full }
	}), full)
	_, made := srv.User("carol").AccountData("", "m.secret_storage.default_key")
	assert.False(t, made)
	require.NoError(t, failing.store.Close())
}

// An interrupted start is completed by the next one, with the same identity.
func TestInterruptedBootstrap(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/keys/device_signing/upload", "/keys/signatures/upload", "/room_keys/version", "/user/*/account_data/m.cross_signing.self_signing"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			srv := matrixtest.NewServer(t)
			var key secret.Secret
			bot := &peer{t: t, account: on(srv, srv.User("bot"), "BOT"), path: t.TempDir() + "/bot.db"}
			method := "POST"
			if path[1] == 'u' {
				method = "PUT"
			}
			srv.Fail(matrixtest.Match{Method: method, Path: path}, matrixtest.Fault{CutAfter: true})
			_ = bot.start(keeper(&key))
			first := key.Reveal()
			bot.restart(keeper(&key))
			assert.Equal(t, first, key.Reveal())
			status, err := bot.machine.Status(t.Context())
			require.NoError(t, err)
			assert.True(t, status.CrossSigned)
			assert.True(t, status.CanSign)
			assert.NotEmpty(t, status.Backup)
			require.NoError(t, bot.store.Close())

			other := newPeer(t, on(srv, srv.User("bot"), "OTHER"), keeper(&key))
			status, err = other.machine.Status(t.Context())
			require.NoError(t, err)
			assert.True(t, status.CanSign, "the secret storage is complete")
		})
	}
}

// An identity that was replaced takes all trust with it, until somebody accepts it.
func TestReplacedIdentity(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	ada.say(room, "one")
	bot.listen()
	require.Equal(t, TrustCrossSigned, bot.trust())

	keys, err := ada.machine.mach.GenerateCrossSigningKeys()
	require.NoError(t, err)
	ada.machine.config.Password = secret.New(srv.User("ada").Password())
	require.NoError(t, ada.machine.mach.PublishCrossSigningKeys(t.Context(), keys, ada.machine.confirmWithPassword))
	require.NoError(t, ada.machine.mach.SignOwnDevice(t.Context(), ada.machine.mach.OwnIdentity()))
	ada.say(room, "two")
	require.Equal(t, []string{"one", "two"}, bot.listen().said())
	assert.Equal(t, TrustUnverified, bot.trust())
	require.NoError(t, bot.machine.AcceptIdentity(t.Context(), ada.client.UserID))
	assert.Equal(t, TrustCrossSigned, bot.trust())

	// The store of Ada has the old private keys: they are of no use any more.
	ada.restart(nil)
	status, err := ada.machine.Status(t.Context())
	require.NoError(t, err)
	assert.False(t, status.CanSign)
}

// A restoration that was interrupted is made by the next start.
func TestInterruptedRestore(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/room_keys/version", "/room_keys/keys"} {
		synctest.Test(t, func(t *testing.T) {
			var key secret.Secret
			srv, room, ada, bot := pair(t, nil, keeper(&key))
			stop := bot.run()
			ada.say(room, "one")
			time.Sleep(2 * backupPause)
			stop()
			fresh := &peer{t: t, account: on(srv, srv.User("bot"), "FRESH"), path: t.TempDir() + "/bot.db"}
			repair := srv.Fail(matrixtest.Match{Method: "GET", Path: path, Times: -1}, matrixtest.Fault{Status: 502})
			require.Error(t, fresh.start(keeper(&key)))
			repair()
			fresh.restart(keeper(&key))
			require.Equal(t, []string{"one"}, fresh.listen().said())
			for _, p := range []*peer{ada, bot, fresh} {
				require.NoError(t, p.store.Close())
			}
		})
	}
}

// A bot on a fresh machine reads what was said before, and trusts none of it.
func TestBackup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var key secret.Secret
		srv, room, ada, bot := pair(t, nil, keeper(&key))
		stop := bot.run()
		ada.say(room, "one")
		srv.Fail(matrixtest.Match{Method: "PUT", Path: "/room_keys/keys"}, matrixtest.Fault{Status: 502})
		bot.say(room, "two")
		time.Sleep(2 * backupRetry)
		stop()
		require.Equal(t, []string{"one"}, bot.said())

		fresh := newPeer(t, on(srv, srv.User("bot"), "FRESH"), keeper(&key))
		require.Equal(t, []string{"one"}, fresh.listen().said())
		require.NoError(t, fresh.failure())
		assert.Equal(t, TrustUnknown, fresh.trust())
		n, err := fresh.machine.RestoreBackup(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		assert.Empty(t, fresh.machine.backup.pending, "what comes from the backup is in it")
		for _, p := range []*peer{ada, bot, fresh} {
			require.NoError(t, p.store.Close())
		}
	})
}
