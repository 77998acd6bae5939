package boltstore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/boltstore"
	"github.com/signalbox-go/signalbox/standup"
	standupstore "github.com/signalbox-go/signalbox/standup/boltstore"
	"github.com/signalbox-go/signalbox/standup/storetest"
)

// The stores of both packages have one contract, so its suite runs on this one too.
func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, path string) standup.Store {
		store, err := boltstore.Open(path)
		require.NoError(t, err)
		return store
	}, storetest.Traits{Persistent: true, Closed: chatops.ErrStoreClosed, ReadOnly: chatops.ErrReadOnly})
}

func TestBackupAndMode(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "deploy.db")
	store, err := boltstore.Open(path)
	require.NoError(t, err)
	put := func(key string) {
		require.NoError(t, store.Update(t.Context(), func(tx chatops.Tx) error { return tx.Put(key, []byte("here")) }))
	}
	put("before")
	var copied bytes.Buffer
	require.NoError(t, store.Backup(&copied))
	put("after")
	require.NoError(t, store.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	require.NoError(t, os.WriteFile(path, copied.Bytes(), 0o600))
	store, err = boltstore.Open(path)
	require.NoError(t, err)
	defer store.Close()
	require.NoError(t, store.View(t.Context(), func(tx chatops.Tx) error {
		before, err := tx.Get("before")
		require.NoError(t, err)
		assert.Equal(t, "here", string(before))
		after, err := tx.Get("after")
		assert.Nil(t, after)
		return err
	}))
}

// The file of another kind of bot is refused, and so is a key that no store takes.
func TestRefuses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bot.db")
	other, err := standupstore.Open(path)
	require.NoError(t, err)
	require.NoError(t, other.Close())
	_, err = boltstore.Open(path)
	require.EqualError(t, err, "chatops: open "+path+": it belongs to another program (choose another file)")

	store, err := boltstore.Open(filepath.Join(t.TempDir(), "deploy.db"))
	require.NoError(t, err)
	defer store.Close()
	err = store.Update(t.Context(), func(tx chatops.Tx) error { return tx.Put("two\nlines", nil) })
	require.EqualError(t, err, "chatops: key has the byte 0x0a at position 3 (use printable ASCII only)")
}
