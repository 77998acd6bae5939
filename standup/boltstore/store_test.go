package boltstore_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/boltstore"
	"github.com/signalbox-go/signalbox/standup/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, path string) standup.Store {
		store, err := boltstore.Open(path)
		require.NoError(t, err)
		return store
	}, storetest.Traits{Persistent: true})
}

// create makes a store at path with n records, in one transaction.
func create(tb testing.TB, path string, n int) *boltstore.Store {
	tb.Helper()
	store, err := boltstore.Open(path)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = store.Close() })
	require.NoError(tb, store.Update(tb.Context(), func(tx standup.Tx) error {
		for i := range n {
			if err := tx.Put(fmt.Sprintf("team/%06d", i), bytes.Repeat([]byte("r"), 100)); err != nil {
				return err
			}
		}
		return nil
	}))
	return store
}

// count returns the number of records.
func count(tb testing.TB, store standup.Store) (n int) {
	tb.Helper()
	require.NoError(tb, store.View(tb.Context(), func(tx standup.Tx) error {
		n = 0
		for _, err := range tx.Scan("", "") {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}))
	return n
}

func TestBackup(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	store := create(t, filepath.Join(folder, "live.db"), 1000)
	var buf bytes.Buffer
	require.NoError(t, store.View(t.Context(), func(standup.Tx) error {
		return store.Backup(&buf) // while the store is in use
	}))
	require.NoError(t, store.Update(t.Context(), func(tx standup.Tx) error { return tx.Put("later", nil) }))

	path := filepath.Join(folder, "copy.db")
	require.NoError(t, os.WriteFile(path, buf.Bytes(), 0o600))
	restored, err := boltstore.Open(path)
	require.NoError(t, err)
	assert.Equal(t, 1000, count(t, restored))
	require.NoError(t, restored.Close())

	require.NoError(t, store.Close())
	require.ErrorIs(t, store.Backup(&buf), standup.ErrStoreClosed)
}

// A store works in a bubble, where waiting for an Update lets the clock go on.
func TestInBubble(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "standup.db")
	synctest.Test(t, func(t *testing.T) {
		store, err := boltstore.Open(path)
		require.NoError(t, err)
		defer store.Close()
		for day := range 30 {
			require.NoError(t, store.Update(t.Context(), func(tx standup.Tx) error {
				return tx.Put(fmt.Sprintf("day/%02d", day), []byte(time.Now().Format(time.RFC3339)))
			}))
			time.Sleep(24 * time.Hour)
		}
		assert.Equal(t, 30, count(t, store))

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.NoError(t, store.Update(t.Context(), func(standup.Tx) error {
			err := store.Update(ctx, func(standup.Tx) error { return nil })
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			return nil
		}))
	})
}

// The file of another process is waited for, for a second.
func TestInUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "standup.db")
	synctest.Test(t, func(t *testing.T) {
		first, err := boltstore.Open(path)
		require.NoError(t, err)
		began := time.Now()
		_, err = boltstore.Open(path)
		require.EqualError(t, err, "standup: open "+path+": it is in use by another process (stop that process, or choose another file): timeout")
		assert.LessOrEqual(t, time.Since(began), time.Second)

		go func() {
			time.Sleep(500 * time.Millisecond)
			assert.NoError(t, first.Close())
		}()
		second, err := boltstore.Open(path)
		require.NoError(t, err, "the file was let go in time")
		require.NoError(t, second.Close())
	})
}
