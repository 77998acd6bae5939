//go:build goolm || libolm

package boltstore

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"
)

// FuzzRecord puts anything at all where records are, and reads: that ends in an error or not,
// never in a panic.
func FuzzRecord(f *testing.F) {
	seeds := []any{
		inboundRecord{Pickle: "AAAA"},
		outboundRecord{Pickle: "AAAA", SessionID: "s"},
		accountRecord{Pickle: "AAAA"},
		deviceRecord{Trust: 1},
		identityRecord{Key: "k"},
		map[string]any{"ephemeral_key": "AAAA", "other_public_key": "AA"},
		map[string]any{"users": map[string]int{"@a:b": 1}},
		map[string]any{"type": "m.room.create", "content": map[string]any{"room_version": 12}},
	}
	for _, seed := range seeds {
		raw, err := json.Marshal(seed)
		require.NoError(f, err)
		f.Add(raw)
	}
	f.Add([]byte{})
	f.Add(make([]byte, 36))
	f.Add([]byte("\x05jjjj{}"))
	store, err := Open(filepath.Join(f.TempDir(), "bot.db"), CommitAfter(time.Hour))
	require.NoError(f, err)
	f.Cleanup(func() { _ = store.Close() })
	door, err := store.Crypto([]byte("pickle key"))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, raw []byte) {
		undo := context.Canceled // nothing stays for the next round
		_ = store.Update(func(tx *Tx) error {
			for _, bucket := range layout.Buckets {
				for _, k := range [][]byte{key("x"), key("x", "x"), key("x", "x", "x"), accountKey, key("x", kindCreate), key("x", kindLevels), key("x", kindEncryption)} {
					require.NoError(t, tx.put(bucket, k, raw))
				}
				if len(raw) > 0 {
					require.NoError(t, tx.put(bucket, raw, raw))
				}
			}
			readAll(tx, door)
			return undo
		})
	})
}

// readAll decodes every record there is, in the ways the doors do.
func readAll(tx *Tx, door *Crypto) {
	door.forget()
	_, _ = door.loadAccount(tx)
	all := func(id.RoomID, *inboundRecord) bool { return true }
	found, _ := inboundSessions(tx, nil, all)
	for _, f := range found {
		_, _ = door.unpickleInbound(f.record.Pickle)
	}
	_, _ = tx.inboundRecord("x", "x")
	_, _ = tx.outboundRecord("x")
	_, _ = tx.device("x", "x")
	records, _ := olmRecords(tx, "x")
	for _, r := range records {
		_, _ = door.olmSession("x", r)
	}
	_, _ = decodeIdentity(tx.get(identityBucket, key("x", "x")))
	_, _ = decodeVerification(tx.get(verificationBucket, key("x")))
	_, _ = tx.member("x", "x")
	_, _ = decodeCreate(tx, "x")
	_, _ = decodeRoom[map[string]any](tx, "x", kindLevels)
	_, _ = oldIndexes(tx, nil, 1)
	for k := range tx.lend(signerBucket, nil) {
		_, _, _ = split(k, 3)
	}
}

// FuzzKey checks that different parts never make the same key, and that they come back.
func FuzzKey(f *testing.F) {
	f.Add("a", "b", "ab", "")
	f.Add("\x01a", "b", "\x01", "ab")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		parts, rest, err := split(key(a, b, c), 2)
		require.NoError(t, err)
		require.Equal(t, []string{a, b, c}, append(parts, rest))
		require.Equal(t, a == c && b == d, string(key(a, b)) == string(key(c, d)))
		_, _, _ = split([]byte(a+b+c+d), 2)
	})
}
