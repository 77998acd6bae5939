package boltqueue_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/boltqueue"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// childFile makes the test binary a process that writes to this file until it is killed; holdFile one that only holds it.
const (
	childFile = "BOLTQUEUE_TEST_CHILD_FILE"
	holdFile  = "BOLTQUEUE_TEST_HOLD_FILE"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		fmt.Fprintln(os.Stderr, handleForever(path))
		os.Exit(1)
	}
	if path := os.Getenv(holdFile); path != "" {
		store, err := boltqueue.Open(path)
		fmt.Println(err)
		time.Sleep(time.Hour) // Until it is killed.
		_ = store.Close()
	}
	os.Exit(m.Run())
}

func open(tb testing.TB, path string) *boltqueue.Store {
	tb.Helper()
	store, err := boltqueue.Open(path)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = store.Close() })
	return store
}

func newPath(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "folder", "porter.db")
}

// handled is a state that counts the messages up to id as handled.
func handled(id zulip.MessageID) zulip.QueueState {
	return zulip.QueueState{
		Site: "https://chat.example.org", BotID: 7, QueueID: "q", LastEventID: int64(id), Watermark: id, Recent: []zulip.MessageID{id},
	}
}

func TestStoreKeepsTheState(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	state, err := store.LoadQueue(t.Context())
	require.NoError(t, err)
	assert.Zero(t, state)
	require.NoError(t, store.SaveQueue(t.Context(), handled(9)))
	require.NoError(t, store.Close())

	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	state, err = open(t, path).LoadQueue(t.Context())
	require.NoError(t, err)
	assert.Equal(t, handled(9), state)

	_, err = store.LoadQueue(t.Context())
	require.ErrorIs(t, err, boltqueue.ErrClosed)
	require.ErrorIs(t, store.SaveQueue(t.Context(), state), boltqueue.ErrClosed)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, store.SaveQueue(ended, state), context.Canceled)
}

func note(store *boltqueue.Store, id zulip.MessageID) {
	store.Along(id, func(notes *bbolt.Bucket) error {
		key := []byte(strconv.Itoa(int(id)))
		return notes.Put(key, append(notes.Get(key), 'x'))
	})
}

// noted is how often each message was written down.
func noted(tb testing.TB, store *boltqueue.Store) map[string]int {
	tb.Helper()
	all := map[string]int{}
	require.NoError(tb, store.View(func(notes *bbolt.Bucket) error {
		return notes.ForEach(func(key, value []byte) error {
			all[string(key)] = len(value)
			return nil
		})
	}))
	return all
}

func TestAlongWaitsForItsMessage(t *testing.T) {
	t.Parallel()
	store := open(t, newPath(t))
	note(store, 5)
	note(store, 7) // still at work
	require.NoError(t, store.SaveQueue(t.Context(), handled(5)))
	require.NoError(t, store.SaveQueue(t.Context(), handled(6)))
	assert.Equal(t, map[string]int{"5": 1}, noted(t, store))
	require.NoError(t, store.SaveQueue(t.Context(), handled(7)))
	assert.Equal(t, map[string]int{"5": 1, "7": 1}, noted(t, store))

	note(store, 8)
	_, err := store.LoadQueue(t.Context()) // another run: the message will come again
	require.NoError(t, err)
	require.NoError(t, store.SaveQueue(t.Context(), handled(9)))
	assert.NotContains(t, noted(t, store), "8")

	full := errors.New("the notebook is full")
	note(store, 10)
	store.Along(10, func(*bbolt.Bucket) error { return full })
	require.ErrorIs(t, store.SaveQueue(t.Context(), handled(10)), full)
	state, err := store.LoadQueue(t.Context())
	require.NoError(t, err)
	assert.Equal(t, handled(9), state, "nothing of a transaction that failed is kept")
	assert.NotContains(t, noted(t, store), "10")
}

// handleForever handles one message after the other, and prints each once it is saved.
func handleForever(path string) error {
	store, err := boltqueue.Open(path)
	if err != nil {
		return err
	}
	state, err := store.LoadQueue(context.Background())
	if err != nil {
		return err
	}
	for id := state.Watermark + 1; ; id++ {
		note(store, id)
		if err := store.SaveQueue(context.Background(), handled(id)); err != nil {
			return err
		}
		fmt.Println(int64(id))
	}
}

// A process that is killed in the middle of a save leaves the state and the notes of the same moment.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	for round := range 10 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), childFile+"="+path)
		var stderr strings.Builder
		child.Stderr = &stderr
		stdout, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		lines := bufio.NewScanner(stdout)
		saved := 0
		for seen := 0; seen <= 3*round && lines.Scan(); seen++ {
			saved, err = strconv.Atoi(lines.Text())
			require.NoError(t, err)
		}
		require.NoError(t, child.Process.Kill())
		for lines.Scan() { // what it still managed to say
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				saved = n
			}
		}
		require.Error(t, child.Wait())
		require.Empty(t, stderr.String())

		store := open(t, path)
		state, err := store.LoadQueue(t.Context())
		require.NoError(t, err)
		assert.Contains(t, []int{saved, saved + 1}, int(state.Watermark), "round %d", round)
		notes := noted(t, store)
		assert.Len(t, notes, int(state.Watermark))
		for id, times := range notes {
			assert.Equal(t, 1, times, "message %s", id)
		}
		require.NoError(t, store.Close())
	}
}

func TestOpenRefusesASecondProcess(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), holdFile+"="+path)
	stdout, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan())
	require.Equal(t, "<nil>", lines.Text())

	_, err = boltqueue.Open(path)
	require.ErrorContains(t, err, "boltqueue: open "+path+": it is in use by another process (stop that process")
	require.NoError(t, child.Process.Kill())
	_ = child.Wait()
	open(t, path)
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	bolt := func(edit func(*bbolt.Tx) error) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			t.Helper()
			db, err := bbolt.Open(path, 0o600, nil)
			require.NoError(t, err)
			require.NoError(t, db.Update(edit))
			require.NoError(t, db.Close())
		}
	}
	write := func(content string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		}
	}
	marker := func(tx *bbolt.Tx) *bbolt.Bucket { return tx.Bucket([]byte("signalbox.zulip.queue")) }
	for name, c := range map[string]struct {
		spoil func(*testing.T, string)
		want  string
	}{
		"a text":              {write("[api]\nkey=x\n"), "it is not an event queue store, or its beginning is damaged; it was not changed"},
		"zeros":               {write(strings.Repeat("\x00", 40_000)), "it is not an event queue store"},
		"another's bbolt":     {bolt(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("signalbox.zulip.queue")) }), "it belongs to another program (choose another file)"},
		"a newer format":      {bolt(func(tx *bbolt.Tx) error { return marker(tx).Put([]byte("format"), []byte("2")) }), "it was written by a newer version, in format 2 where this version knows 1"},
		"no format":           {bolt(func(tx *bbolt.Tx) error { return marker(tx).Delete([]byte("format")) }), "it is damaged and was not changed: its marks are not right"},
		"no queue":            {bolt(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("queue")) }), "it is damaged and was not changed: its marks are not right"},
		"cut short":           {func(t *testing.T, path string) { t.Helper(); require.NoError(t, os.Truncate(path, 3*4096)) }, "it is damaged and was not changed: it is cut short"},
		"overwritten to 0xff": {overwrite, "it is damaged and was not changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := newPath(t)
			store := open(t, path)
			require.NoError(t, store.SaveQueue(t.Context(), handled(1)))
			require.NoError(t, store.Close())
			c.spoil(t, path)
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = boltqueue.Open(path)
			require.ErrorContains(t, err, "boltqueue: open "+path+": "+c.want)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, before, after, "a refused file is not changed")
		})
	}
	_, err := boltqueue.Open("")
	require.ErrorContains(t, err, "name a file")
	_, err = boltqueue.Open(t.TempDir())
	require.ErrorContains(t, err, "not a regular file")
}

// overwrite spoils all pages behind the first two.
func overwrite(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	copy(content[2*4096:], strings.Repeat("\xff", len(content)))
	require.NoError(t, os.WriteFile(path, content, 0o600))
}

// A state that cannot be read is an error and no new beginning: that would leave out what was written meanwhile.
func TestLoadRefusesABrokenState(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	require.NoError(t, open(t, path).Close())
	db, err := bbolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("queue")).Put([]byte("state"), []byte("{")) }))
	require.NoError(t, db.Close())
	_, err = open(t, path).LoadQueue(t.Context())
	require.ErrorContains(t, err, "boltqueue: load the queue from "+path+": the place in the queue cannot be read")
}

// The whole of it: a bot that is stopped again and again, with its store closed and opened in between.
func TestABotHandlesEachMessageOnce(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	synctest.Test(t, func(t *testing.T) {
		server := zuliptest.New()
		defer server.Close()
		account, ada := server.AddBot("Porter", ""), server.AddUser(zuliptest.User{FullName: "Ada"})
		client, err := zulip.NewClient(zulip.Credentials{Site: server.URL(), Email: account.Email, APIKey: zulip.NewSecret(account.APIKey)},
			zulip.WithTransport(server.Transport()))
		require.NoError(t, err)
		for round := range 10 {
			store, err := boltqueue.Open(path)
			require.NoError(t, err)
			bot, err := zulip.NewBot(client, func(_ context.Context, _ *zulip.Bot, m zulip.Message) error {
				note(store, m.ID)
				return nil
			}, zulip.WithQueueStore(store))
			require.NoError(t, err)
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			require.Error(t, bot.Run(ctx))
			stop()
			for n, times := range noted(t, store) {
				assert.Equal(t, 1, times, n)
			}
			assert.Len(t, noted(t, store), 3*round)
			require.NoError(t, store.Close())
			for range 3 {
				server.SendDirect(ada, "hello", account)
			}
			if round%3 == 2 {
				server.ExpireQueues()
			}
		}
	})
}
