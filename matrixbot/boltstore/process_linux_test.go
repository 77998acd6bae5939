package boltstore_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// The variables that make the test binary another process: what it does, and with which file.
const (
	childRole = "BOLTSTORE_TEST_ROLE"
	childFile = "BOLTSTORE_TEST_FILE"
)

func TestMain(m *testing.M) {
	roles := map[string]func(string) error{"count": countForever, "full": fillTheDisk, "loose": func(path string) error {
		syscall.Umask(0)
		return create(path)
	}, "usual": func(path string) error {
		syscall.Umask(0o022)
		return create(path)
	}}
	if role := roles[os.Getenv(childRole)]; role != nil {
		if err := role(os.Getenv(childFile)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childRole+"="+role, childFile+"="+path)
	return cmd
}

// create makes a store and a key beside it.
func create(path string) error {
	store, err := boltstore.Open(path)
	if err != nil {
		return err
	}
	if _, err := boltstore.LoadPickleKey(path + ".key"); err != nil {
		return err
	}
	return store.Close()
}

func TestModesWhateverTheUmask(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"loose", "usual"} {
		path := filepath.Join(t.TempDir(), "new", "folder", "bot.db")
		out, err := child(t, role, path).CombinedOutput()
		require.NoError(t, err, "%s", out)
		assertMode(t, filepath.Dir(path), 0o700)
		assertMode(t, filepath.Dir(filepath.Dir(path)), 0o700)
		assertMode(t, path, 0o600)
		assertMode(t, path+".key", 0o600)

		require.NoError(t, os.Chmod(path, 0o644)) // as after a copy
		open(t, path)
		assertMode(t, path, 0o600)
	}
}

// fillTheDisk writes until the file may not grow any more, and checks what the store says.
func fillTheDisk(path string) error {
	signal.Ignore(syscall.SIGXFSZ)
	store, err := boltstore.Open(path)
	if err != nil {
		return err
	}
	const limit = 3 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		return err
	}
	for n := 1; ; n++ {
		if err := store.Records("x").Put(strconv.Itoa(n), make([]byte, 100_000)); err != nil {
			return fmt.Errorf("put %d: %w", n, err)
		}
		if err := store.Flush(context.Background()); err != nil {
			fmt.Println(n - 1)
			_, again := store.Records("x").Get("1")
			closing := store.Close()
			fmt.Println(err)
			fmt.Println(again)
			fmt.Println(closing)
			return nil
		}
	}
}

// On a full disk the store stops, says so from then on, and keeps what it had committed.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	out, err := child(t, "full", path).CombinedOutput()
	require.NoError(t, err, "%s", out)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, lines, 4, "%s", out)
	committed, err := strconv.Atoi(lines[0])
	require.NoError(t, err)
	assert.Positive(t, committed)
	for _, said := range lines[1:] {
		assert.Contains(t, said, "boltstore: write to "+path+": ")
		assert.Contains(t, said, "file too large (nothing more can be kept: see that the disk has space and works, then start the program again)")
	}
	found, err := open(t, path).Records("x").Scan("")
	require.NoError(t, err)
	assert.Len(t, found, committed)
}

// countForever counts in two sets of records, flushes now and then, and prints each number
// that is on the disk.
func countForever(path string) error {
	store, err := boltstore.Open(path)
	if err != nil {
		return err
	}
	first, second := store.Records("first"), store.Records("second")
	value, err := first.Get("n")
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(string(value))
	for n := from + 1; ; n++ {
		text := []byte(strconv.Itoa(n))
		if err := store.Update(func(tx *boltstore.Tx) error {
			if err := tx.Put(first, "n", text); err != nil {
				return err
			}
			if err := tx.Put(first, "pad"+strconv.Itoa(n%50), make([]byte, 5000+n%7)); err != nil {
				return err
			}
			return tx.Put(second, "n", text)
		}); err != nil {
			return err
		}
		if n%5 == 0 {
			if err := store.Flush(context.Background()); err != nil {
				return err
			}
			fmt.Println(n)
		}
	}
}

// A process killed at any time leaves what it flushed, and no half of a change.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	for round := range 15 {
		cmd := child(t, "count", path)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		stdout, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewScanner(stdout)
		flushed := 0
		for seen := 0; seen <= 2*round && lines.Scan(); seen++ {
			flushed, err = strconv.Atoi(lines.Text())
			require.NoError(t, err)
		}
		require.NoError(t, cmd.Process.Kill())
		for lines.Scan() { // what it still managed to say
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				flushed = n
			}
		}
		require.Error(t, cmd.Wait())
		require.Empty(t, stderr.String())

		store := open(t, path)
		first := value(t, store, "first", "n")
		assert.Equal(t, first, value(t, store, "second", "n"))
		n, err := strconv.Atoi(first)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, n, flushed)
		require.NoError(t, store.Close())
	}
}
