package boltstore_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

func TestOpenRefusesAndLeavesAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, path string)
		want  string
	}{
		"a text": {func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, []byte("MATRIX_USER=@bot:example.org\n"), 0o600))
		}, "it is not a store of a Matrix bot"},
		"SQLite": {func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, []byte("SQLite format 3\x00"+strings.Repeat("\x00", 20_000)), 0o600))
		}, "it is not a store of a Matrix bot"},
		"bbolt of another program": {func(t *testing.T, path string) {
			t.Helper()
			db, err := bbolt.Open(path, 0o600, nil)
			require.NoError(t, err)
			require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
				_, err := tx.CreateBucket([]byte("signalbox.standup"))
				return err
			}))
			require.NoError(t, db.Close())
		}, "it belongs to another program (choose another file)"},
		"cut short": {func(t *testing.T, path string) {
			t.Helper()
			store := open(t, path)
			require.NoError(t, store.Records("x").Put("key", make([]byte, 100_000)))
			require.NoError(t, store.Close())
			require.NoError(t, os.Truncate(path, 50_000))
		}, "damaged"},
		"a folder": {func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Mkdir(path, 0o700))
		}, "it is not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := newPath(t)
			c.spoil(t, path)
			before, _ := os.ReadFile(path)
			_, err := boltstore.Open(path)
			require.ErrorContains(t, err, "boltstore: open "+path+": ")
			require.ErrorContains(t, err, c.want)
			after, _ := os.ReadFile(path)
			assert.Equal(t, before, after)
		})
	}
}

func TestOpenTwice(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	_, err := boltstore.Open(path)
	require.ErrorContains(t, err, "in use by another process (stop that process, or choose another file)")
	require.NoError(t, store.Close())
	open(t, path)
}

func TestOpenRefusesBadOptions(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	_, err := boltstore.Open(path, boltstore.CommitAfter(-1))
	require.ErrorContains(t, err, "negative")
	assert.NoFileExists(t, path)
}

// Compact refuses a store that is open, keeps what is in it and leaves nothing beside it.
func TestCompact(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	records := store.Records("x")
	for _, key := range []string{"a", "b", "c"} {
		require.NoError(t, records.Put(key, make([]byte, 2_000_000)))
		require.NoError(t, store.Flush(t.Context()))
	}
	for _, key := range []string{"a", "b"} {
		require.NoError(t, records.Delete(key))
	}
	require.NoError(t, records.Put("kept", []byte("yes")))

	_, _, err := boltstore.Compact(path)
	require.ErrorContains(t, err, "in use by another process")
	require.NoError(t, store.Close())
	before, after, err := boltstore.Compact(path)
	require.NoError(t, err)
	assert.Less(t, after, before/2)
	assertMode(t, path, 0o600)
	assert.Equal(t, "yes", value(t, open(t, path), "x", "kept"))

	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, left, 1, "nothing stays beside the store")

	_, _, err = boltstore.Compact(path + ".absent")
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.NoFileExists(t, path+".absent")
}

func TestBackupOfTheLiveStore(t *testing.T) {
	t.Parallel()
	store := open(t, newPath(t))
	require.NoError(t, store.Records("x").Put("key", []byte("before")))
	path := newPath(t)
	file, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, store.Backup(file))
	require.NoError(t, file.Close())
	require.NoError(t, store.Records("x").Put("key", []byte("after")))
	assert.Equal(t, "before", value(t, open(t, path), "x", "key"))
	require.NoError(t, store.Close())
	require.ErrorIs(t, store.Backup(file), boltstore.ErrClosed)
}

func assertMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, want, info.Mode().Perm(), path)
}
