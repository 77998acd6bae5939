package boltstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// open opens a store in a file, new or not, and closes it in the end.
func open(t *testing.T, path string, options ...boltstore.Option) *boltstore.Store {
	t.Helper()
	store, err := boltstore.Open(path, options...)
	require.NoError(t, err)
	t.Cleanup(func() {
		if err := store.Close(); !errors.Is(err, boltstore.ErrClosed) {
			assert.NoError(t, err)
		}
	})
	return store
}

func newPath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "bot.db")
}

// died returns what is on the disk: the store as it is after the process died.
func died(t *testing.T, path string) *boltstore.Store {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	left := newPath(t)
	require.NoError(t, os.WriteFile(left, raw, 0o600))
	return open(t, left)
}

func value(t *testing.T, store *boltstore.Store, name, key string) string {
	t.Helper()
	got, err := store.Records(name).Get(key)
	require.NoError(t, err)
	return string(got)
}
