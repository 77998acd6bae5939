package boltstore_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

func TestWritesAreSeenAtOnceAndCommittedLater(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	require.NoError(t, store.Records("x").Put("key", []byte("value")))
	assert.Equal(t, "value", value(t, store, "x", "key"))
	assert.Empty(t, value(t, died(t, path), "x", "key"), "not on the disk yet")
	assert.Zero(t, store.Stats().Commits)

	require.NoError(t, store.Flush(t.Context()))
	assert.Equal(t, "value", value(t, died(t, path), "x", "key"))
	require.NoError(t, store.Flush(t.Context()))
	require.NoError(t, store.Records("x").Put("key", []byte("value"))) // as it is
	require.NoError(t, store.Flush(t.Context()))
	assert.EqualValues(t, 1, store.Stats().Commits, "nothing new, nothing to wait for")
}

func TestFlushOfACallerWhoIsGone(t *testing.T) {
	t.Parallel()
	store := open(t, newPath(t))
	require.NoError(t, store.Records("x").Put("key", nil))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, store.Flush(ctx), context.Canceled)
	assert.Zero(t, store.Stats().Commits)
}

func TestAWriteIsCommittedAfterASecond(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	synctest.Test(t, func(t *testing.T) {
		store, err := boltstore.Open(path)
		require.NoError(t, err)
		defer store.Close()
		for range 3 { // each batch has a second of its own
			commits := store.Stats().Commits
			require.NoError(t, store.Records("x").Put(time.Now().String(), nil))
			time.Sleep(999 * time.Millisecond)
			require.NoError(t, store.Records("x").Put(time.Now().String(), nil))
			synctest.Wait()
			assert.Equal(t, commits, store.Stats().Commits)
			time.Sleep(time.Millisecond)
			synctest.Wait()
			assert.Equal(t, commits+1, store.Stats().Commits)
			time.Sleep(time.Minute)
		}
	})
}

func TestCommitAfterZero(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path, boltstore.CommitAfter(0))
	require.NoError(t, store.Records("x").Put("key", []byte("value")))
	assert.Equal(t, "value", value(t, died(t, path), "x", "key"))
}

func TestCloseCommits(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	require.NoError(t, store.Records("x").Put("key", []byte("value")))
	require.NoError(t, store.Close())
	require.ErrorIs(t, store.Close(), boltstore.ErrClosed)
	require.ErrorIs(t, store.Flush(t.Context()), boltstore.ErrClosed)
	_, err := store.Records("x").Get("key")
	require.ErrorIs(t, err, boltstore.ErrClosed)
	assert.Equal(t, "value", value(t, open(t, path), "x", "key"))
}

func TestUpdateIsAllOrNothing(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	inbox, outbox := store.Records("inbox"), store.Records("outbox")
	require.NoError(t, inbox.Put("changed", []byte("before")))
	require.NoError(t, inbox.Put("deleted", []byte("before")))
	change := func(tx *boltstore.Tx) error {
		for _, key := range []string{"changed", "changed", "new"} { // one of them twice
			if err := tx.Put(inbox, key, []byte("after "+string(tx.Get(inbox, key)))); err != nil {
				return err
			}
		}
		if err := tx.Delete(inbox, "deleted"); err != nil {
			return err
		}
		return tx.Put(outbox, "new", nil)
	}
	want, err := inbox.Scan("")
	require.NoError(t, err)
	unchanged := func() {
		got, err := inbox.Scan("")
		require.NoError(t, err)
		assert.Equal(t, want, got)
		got, err = outbox.Scan("")
		require.NoError(t, err)
		assert.Empty(t, got)
	}

	refused := errors.New("refused")
	require.ErrorIs(t, store.Update(func(tx *boltstore.Tx) error {
		return errors.Join(change(tx), refused)
	}), refused)
	unchanged()
	assert.PanicsWithValue(t, "oops", func() {
		_ = store.Update(func(tx *boltstore.Tx) error {
			_ = change(tx)
			panic("oops")
		})
	})
	unchanged()
	require.Error(t, store.Update(func(tx *boltstore.Tx) error {
		return errors.Join(change(tx), tx.Put(inbox, strings.Repeat("k", 40_000), nil))
	}), "a key that is too long")
	unchanged()

	require.NoError(t, store.Update(change))
	require.NoError(t, store.Flush(t.Context()))
	left := died(t, path)
	assert.Equal(t, "after after before", value(t, left, "inbox", "changed"))
	got, err := left.Records("outbox").Scan("")
	require.NoError(t, err)
	assert.Equal(t, []boltstore.Record{{Key: "new", Value: []byte{}}}, got)
}

func TestRecords(t *testing.T) {
	t.Parallel()
	store := open(t, newPath(t))
	a, b := store.Records("a"), store.Records("ab")
	for _, key := range []string{"b", "a/2", "a/1", "", "a/\x00", "ü"} {
		require.NoError(t, a.Put(key, []byte("of "+key)))
		require.NoError(t, b.Put("b"+key, []byte("other")))
	}
	got, err := a.Get("missing")
	require.NoError(t, err)
	assert.Nil(t, got)
	lent := []byte("mine")
	require.NoError(t, store.Records("lent").Put("key", lent))
	lent[0] = 'X'
	assert.Equal(t, "mine", value(t, store, "lent", "key"))
	require.NoError(t, store.Records("lent").Put("empty", nil))
	got, err = store.Records("lent").Get("empty")
	require.NoError(t, err)
	assert.Equal(t, []byte{}, got)
	found, err := a.Scan("a/")
	require.NoError(t, err)
	var keys []string
	for _, r := range found {
		keys = append(keys, r.Key)
		assert.Equal(t, "of "+r.Key, string(r.Value))
		r.Value[0] = 'X' // it is the caller's
	}
	assert.Equal(t, []string{"a/\x00", "a/1", "a/2"}, keys)
	assert.Equal(t, "of a/1", value(t, store, "a", "a/1"))
	found, err = a.Scan("")
	require.NoError(t, err)
	assert.Len(t, found, 6)
	require.NoError(t, a.Delete("a/1"))
	require.NoError(t, a.Delete("a/1"))
	assert.Empty(t, value(t, store, "a", "a/1"))
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestBarrierCommitsBeforeARequestLeaves(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	client := &http.Client{Transport: store.Barrier(roundTripper(func(*http.Request) (*http.Response, error) {
		assert.Equal(t, "sent", value(t, died(t, path), "outbox", "key"))
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	}))}
	require.NoError(t, store.Records("outbox").Put("key", []byte("sent")))
	send := func() error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "https://example.org", io.NopCloser(strings.NewReader("body")))
		require.NoError(t, err)
		resp, err := client.Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	}
	require.NoError(t, send())
	require.NoError(t, send())
	assert.EqualValues(t, 1, store.Stats().Commits)
	require.NoError(t, store.Close())
	require.ErrorIs(t, send(), boltstore.ErrClosed, "what cannot be committed is not sent")
	client.CloseIdleConnections()
}

func TestSyncTokenWaitsForCommit(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	door := store.Sync()
	ctx := t.Context()
	load := func(door *boltstore.Sync) string {
		token, err := door.LoadNextBatch(ctx, "@bot:example.org")
		require.NoError(t, err)
		return token
	}
	assert.Empty(t, load(door))
	require.NoError(t, door.Commit(), "nothing to write")
	require.NoError(t, door.SaveNextBatch(ctx, "@bot:example.org", "s1"))
	assert.Empty(t, load(door), "it was not processed yet")
	require.NoError(t, door.Commit())
	require.NoError(t, door.SaveNextBatch(ctx, "@bot:example.org", "s2"))
	assert.Equal(t, "s1", load(door))
	require.NoError(t, store.Flush(ctx))
	assert.Equal(t, "s1", load(died(t, path).Sync()))

	inbox := store.Records("inbox")
	require.Error(t, store.Update(func(tx *boltstore.Tx) error {
		return errors.Join(tx.CommitSync(door), errors.New("no"))
	}))
	assert.Equal(t, "s1", load(door))
	require.NoError(t, store.Update(func(tx *boltstore.Tx) error {
		return errors.Join(tx.Put(inbox, "$event", nil), tx.CommitSync(door))
	}))
	assert.Equal(t, "s2", load(door))

	require.NoError(t, door.SaveFilterID(ctx, "@bot:example.org", "7"))
	filter, err := door.LoadFilterID(ctx, "@bot:example.org")
	require.NoError(t, err)
	assert.Equal(t, "7", filter)
	filter, err = store.Sync().LoadFilterID(ctx, "@bot:example.org")
	require.NoError(t, err)
	assert.Empty(t, filter, "a new process asks for a new one")
}

func TestOwner(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	require.NoError(t, store.Claim("@bot:example.org", ""))
	require.NoError(t, store.Claim("@bot:example.org", "ONE"))
	require.NoError(t, store.Close())
	store = open(t, path)
	require.NoError(t, store.Claim("@bot:example.org", "ONE"))
	err := store.Claim("@other:example.org", "ONE")
	require.ErrorIs(t, err, boltstore.ErrOtherAccount)
	require.ErrorContains(t, err, "choose another file, or log in as that account")
	require.ErrorIs(t, store.NewDevice("@other:example.org", "ONE"), boltstore.ErrOtherAccount)
	require.ErrorIs(t, store.Claim("@bot:example.org", "TWO"), boltstore.ErrOtherDevice)

	require.NoError(t, store.Sync().SaveNextBatch(t.Context(), "@bot:example.org", "s1"))
	require.NoError(t, store.Sync().Commit())
	require.NoError(t, store.Records("x").Put("key", []byte("mine")))
	require.NoError(t, store.NewDevice("@bot:example.org", "TWO"))
	user, device, err := store.Owner()
	require.NoError(t, err)
	assert.EqualValues(t, "@bot:example.org", user)
	assert.EqualValues(t, "TWO", device)
	token, err := store.Sync().LoadNextBatch(t.Context(), "@bot:example.org")
	require.NoError(t, err)
	assert.Empty(t, token)
	assert.Equal(t, "mine", value(t, store, "x", "key"))
}
