//go:build goolm || libolm

package boltstore_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/verificationhelper"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

func openCrypto(t *testing.T, path string) (*boltstore.Store, *boltstore.Crypto) {
	t.Helper()
	store := open(t, path)
	door, err := store.Crypto(pickleKey)
	require.NoError(t, err)
	return store, door
}

func newSession(t *testing.T) (*crypto.OutboundGroupSession, *crypto.InboundGroupSession) {
	t.Helper()
	out, err := crypto.NewOutboundGroupSession(room, nil, nil)
	require.NoError(t, err)
	out.Shared = true
	in, err := crypto.NewInboundGroupSession("sender", "signing", room, out.Internal.Key(), 0, 0, nil, false)
	require.NoError(t, err)
	return out, in
}

func TestWrongPickleKey(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store, door := openCrypto(t, path)
	same, err := store.Crypto(pickleKey)
	require.NoError(t, err)
	assert.Same(t, door, same, "the pointers that were given out are its memory")
	_, err = store.Crypto(nil)
	require.ErrorContains(t, err, "the pickle key is empty")
	require.NoError(t, door.PutAccount(t.Context(), crypto.NewOlmAccount()))
	require.NoError(t, store.Close())

	store = open(t, path)
	_, err = store.Crypto([]byte("another key"))
	require.ErrorIs(t, err, boltstore.ErrWrongPickleKey)
	require.ErrorContains(t, err, "boltstore: read keys in "+path+": the pickle key is not the one that the store was made with (give the old key")
	assert.NotContains(t, err.Error(), "another key")
	_, err = store.Crypto(pickleKey)
	require.NoError(t, err)
	assert.NotContains(t, fmt.Sprintf("%+v %#v", door, door), string(pickleKey))
}

func TestPrivateKeysAreNotInTheFile(t *testing.T) {
	t.Parallel()
	store, door := openCrypto(t, newPath(t))
	require.NoError(t, door.PutSecret(t.Context(), id.SecretXSMaster, "c2VlZC1vZi10aGUtbWFzdGVyLWtleQ"))
	var file countingBuffer
	require.NoError(t, store.Backup(&file))
	assert.NotContains(t, string(file), "c2VlZC1vZi10aGUtbWFzdGVyLWtleQ")
	assert.Contains(t, string(file), string(id.SecretXSMaster))
}

type countingBuffer []byte

func (b *countingBuffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// A key that comes after all takes the place of the reason why it did not come, and not the other way round.
func TestWithheldThenKey(t *testing.T) {
	t.Parallel()
	_, door := openCrypto(t, newPath(t))
	ctx := t.Context()
	_, in := newSession(t)
	withheld := event.RoomKeyWithheldEventContent{RoomID: room, SessionID: in.ID(), Code: event.RoomKeyWithheldUnverified}
	require.NoError(t, door.PutWithheldGroupSession(ctx, withheld))
	_, err := door.GetGroupSession(ctx, room, in.ID())
	require.ErrorIs(t, err, crypto.ErrGroupSessionWithheld)
	require.NoError(t, door.PutGroupSession(ctx, in))
	require.NoError(t, door.PutWithheldGroupSession(ctx, withheld))
	got, err := door.GetGroupSession(ctx, room, in.ID())
	require.NoError(t, err)
	assert.Equal(t, in.ID(), got.ID())
}

// Why a key did not come is forgotten some day; keys are not, nor is that one was redacted.
func TestPruneWithheld(t *testing.T) {
	t.Parallel()
	_, door := openCrypto(t, newPath(t))
	ctx := t.Context()
	_, kept := newSession(t)
	kept.ReceivedAt = time.Now().Add(-time.Hour)
	_, redacted := newSession(t)
	redacted.ReceivedAt = kept.ReceivedAt
	require.NoError(t, door.PutGroupSession(ctx, kept))
	require.NoError(t, door.PutGroupSession(ctx, redacted))
	require.NoError(t, door.RedactGroupSession(ctx, room, redacted.ID(), "expired"))
	for i := range 3 {
		require.NoError(t, door.PutWithheldGroupSession(ctx, event.RoomKeyWithheldEventContent{
			RoomID: room, SessionID: id.SessionID(fmt.Sprint(i)), Code: event.RoomKeyWithheldUnverified,
		}))
	}
	n, err := door.PruneWithheld(ctx, time.Now().Add(-time.Minute))
	require.NoError(t, err)
	assert.Zero(t, n, "they are new")
	n, err = door.PruneWithheld(ctx, time.Now().Add(time.Minute))
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	content, err := door.GetWithheldGroupSession(ctx, room, "0")
	require.NoError(t, err)
	assert.Nil(t, content)
	_, err = door.GetGroupSession(ctx, room, redacted.ID())
	require.ErrorIs(t, err, crypto.ErrGroupSessionWithheld)
	got, err := door.GetGroupSession(ctx, room, kept.ID())
	require.NoError(t, err)
	assert.Equal(t, kept.ID(), got.ID())
}

func TestSetKeyBackupVersion(t *testing.T) {
	t.Parallel()
	_, door := openCrypto(t, newPath(t))
	ctx := t.Context()
	_, in := newSession(t)
	require.NoError(t, door.PutGroupSession(ctx, in))
	require.NoError(t, door.SetKeyBackupVersion(ctx, room, in.ID(), "3"))
	require.NoError(t, door.SetKeyBackupVersion(ctx, room, "unknown", "3"))
	got, err := door.GetGroupSession(ctx, room, in.ID())
	require.NoError(t, err)
	assert.EqualValues(t, "3", got.KeyBackupVersion)
	left, err := door.GetGroupSessionsWithoutKeyBackupVersion(ctx, "3").AsList()
	require.NoError(t, err)
	assert.Empty(t, left)
}

// The pointer for an Olm session is the same for as long as somebody holds it, and takes no
// memory after that.
func TestOlmPointers(t *testing.T) {
	t.Parallel()
	_, door := openCrypto(t, newPath(t))
	ctx := t.Context()
	from, to := crypto.NewOlmAccount(), crypto.NewOlmAccount()
	require.NoError(t, to.Internal.GenOneTimeKeys(1))
	keys, err := to.Internal.OneTimeKeys()
	require.NoError(t, err)
	for _, k := range keys {
		session, err := from.Internal.NewOutboundSession(to.IdentityKey(), k)
		require.NoError(t, err)
		require.NoError(t, door.AddSession(ctx, to.IdentityKey(), &crypto.OlmSession{Internal: session}))
	}
	for range 3 {
		runtime.GC()
		first, err := door.GetLatestSession(ctx, to.IdentityKey())
		require.NoError(t, err)
		runtime.GC()
		again, err := door.GetLatestSession(ctx, to.IdentityKey())
		require.NoError(t, err)
		assert.Same(t, first, again)
	}
}

func TestPruneMessageIndexes(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	synctest.Test(t, func(t *testing.T) {
		store, err := boltstore.Open(path)
		require.NoError(t, err)
		defer store.Close()
		door, err := store.Crypto(pickleKey)
		require.NoError(t, err)
		ctx := t.Context()
		valid := func(session id.SessionID, evt id.EventID, index uint) bool {
			ok, err := door.ValidateMessageIndex(ctx, session, evt, index, 1000)
			require.NoError(t, err)
			return ok
		}
		for index := range uint(25_000) { // more than one chunk
			require.True(t, valid("old", "$old", index))
		}
		time.Sleep(30 * 24 * time.Hour)
		require.True(t, valid("old", "$late", 25_007))
		require.True(t, valid("new", "$new", 3))

		pruned, err := door.PruneMessageIndexes(ctx, time.Now().Add(-24*time.Hour))
		require.NoError(t, err)
		assert.Equal(t, 25_000, pruned)
		for _, index := range []uint{0, 7, 24_999} {
			assert.False(t, valid("old", "$replayed", index), "a replay of what was pruned")
			assert.False(t, valid("old", "", index))
		}
		assert.True(t, valid("old", "$late", 25_007), "seen of late, and the same")
		assert.False(t, valid("old", "$other", 25_007))
		assert.True(t, valid("old", "$next", 25_000))
		assert.True(t, valid("new", "$early", 1), "another session")

		ended, cancel := context.WithCancel(ctx)
		cancel()
		_, err = door.PruneMessageIndexes(ended, time.Now())
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestNewDeviceForgetsItsKeys(t *testing.T) {
	t.Parallel()
	store, door := openCrypto(t, newPath(t))
	ctx := t.Context()
	require.NoError(t, store.Claim("@bot:example.org", "ONE"))
	require.NoError(t, door.PutAccount(ctx, crypto.NewOlmAccount()))
	out, in := newSession(t)
	require.NoError(t, door.AddOutboundGroupSession(ctx, out))
	require.NoError(t, door.PutGroupSession(ctx, in))
	require.NoError(t, door.PutSecret(ctx, id.SecretXSMaster, "seed"))
	require.NoError(t, door.PutCrossSigningKey(ctx, alice, id.XSUsageMaster, "master"))

	require.NoError(t, store.NewDevice("@bot:example.org", "TWO"))
	account, err := door.GetAccount(ctx)
	require.NoError(t, err)
	assert.Nil(t, account)
	gone, err := door.GetOutboundGroupSession(ctx, room)
	require.NoError(t, err)
	assert.Nil(t, gone)
	kept, err := door.GetGroupSession(ctx, room, in.ID())
	require.NoError(t, err)
	assert.NotNil(t, kept)
	secret, err := door.GetSecret(ctx, id.SecretXSMaster)
	require.NoError(t, err)
	assert.Equal(t, "seed", secret)
	keys, err := door.GetCrossSigningKeys(ctx, alice)
	require.NoError(t, err)
	assert.Len(t, keys, 1)
}

func TestVerifications(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	ctx := t.Context()
	door := store.Verification()
	unknown := verificationhelper.ErrUnknownVerificationTransaction
	_, err := door.GetVerificationTransaction(ctx, "one")
	require.ErrorIs(t, err, unknown)
	_, err = door.FindVerificationTransactionForUserDevice(ctx, alice, "PHONE")
	require.ErrorIs(t, err, unknown)
	require.ErrorIs(t, door.DeleteVerification(ctx, "one"), unknown)

	for name, device := range map[id.VerificationTransactionID]id.DeviceID{"one": "PHONE", "two": "LAPTOP"} {
		require.NoError(t, door.SaveVerificationTransaction(ctx, verificationhelper.VerificationTransaction{
			TransactionID: name, TheirUserID: alice, TheirDeviceID: device, VerificationState: verificationhelper.VerificationStateReady,
		}))
	}
	require.NoError(t, store.Close())
	door = open(t, path).Verification()
	found, err := door.FindVerificationTransactionForUserDevice(ctx, alice, "LAPTOP")
	require.NoError(t, err)
	assert.EqualValues(t, "two", found.TransactionID)
	one, err := door.GetVerificationTransaction(ctx, "one")
	require.NoError(t, err)
	assert.Equal(t, verificationhelper.VerificationStateReady, one.VerificationState)
	require.NoError(t, door.DeleteVerification(ctx, "one"))
	all, err := door.GetAllVerificationTransactions(ctx)
	require.NoError(t, err)
	assert.Len(t, all, 1)
}

// A sync response with 20 messages costs one commit, which is two waits for the disk: a tenth
// for each message.
func TestCommitsOfASyncBatch(t *testing.T) {
	t.Parallel()
	store, door := openCrypto(t, newPath(t))
	ctx := t.Context()
	out, in := newSession(t)
	require.NoError(t, door.PutGroupSession(ctx, in))
	require.NoError(t, store.Flush(ctx))
	before := store.Stats().Commits
	const batches, messages = 5, 20
	for n := range batches * messages {
		message, err := out.Encrypt([]byte("hello"))
		require.NoError(t, err)
		session, err := door.GetGroupSession(ctx, room, in.ID())
		require.NoError(t, err)
		_, index, err := session.Internal.Decrypt(message)
		require.NoError(t, err)
		valid, err := door.ValidateMessageIndex(ctx, in.ID(), id.EventID(fmt.Sprintf("$%d", n)), index, 1000)
		require.NoError(t, err)
		require.True(t, valid)
		require.NoError(t, door.PutGroupSession(ctx, session))
		if n%messages == messages-1 {
			require.NoError(t, store.Flush(ctx)) // as before the next request
		}
	}
	assert.EqualValues(t, batches, store.Stats().Commits-before)
}

// Somebody whose devices come and go leaves the last of them behind, and not their signatures.
func TestDevicesThatComeAndGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, door := openCrypto(t, newPath(t))
		const user, most = id.UserID("@ada:example.org"), 100
		name := func(i int) string { return fmt.Sprintf("%03d", 999-i) } // not in the order of their names
		for i := range 3 * most {
			signing := id.SigningKey("signing" + name(i))
			require.NoError(t, door.PutDevices(t.Context(), user, map[id.DeviceID]*id.Device{
				id.DeviceID(name(i)): {UserID: user, DeviceID: id.DeviceID(name(i)), IdentityKey: id.IdentityKey("key" + name(i)), SigningKey: signing},
				"STAYS":              {UserID: user, DeviceID: "STAYS", IdentityKey: "stays", SigningKey: "stays"},
			}))
			require.NoError(t, door.PutSignature(t.Context(), user, signing, user, "self", "signature"))
			time.Sleep(time.Second)
		}
		devices, err := door.GetDevices(t.Context(), user)
		require.NoError(t, err)
		assert.Len(t, devices, 2)
		var kept []int
		for i := range 3 * most {
			device, err := door.FindDeviceByKey(t.Context(), user, id.IdentityKey("key"+name(i)))
			require.NoError(t, err)
			byName, err := door.GetDevice(t.Context(), user, id.DeviceID(name(i)))
			require.NoError(t, err)
			signed, err := door.IsKeySignedBy(t.Context(), user, id.Ed25519("signing"+name(i)), user, "self")
			require.NoError(t, err)
			assert.Equal(t, device, byName)
			assert.Equal(t, device != nil, signed)
			if device != nil {
				kept = append(kept, i)
			}
		}
		require.Len(t, kept, most+1)
		assert.Equal(t, 2*most-1, kept[0])
		dropped, err := door.DropSignaturesByKey(t.Context(), user, "self")
		require.NoError(t, err)
		assert.EqualValues(t, most+1, dropped)
	})
}
