package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	matrixstore "github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/boltstore"
)

// household is a folder with all that a bot keeps, and the environment in which
// commands find it.
func household(t *testing.T) (folder string, env environment) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "data")
	store, err := boltstore.Open(filepath.Join(folder, "deploy.db"))
	require.NoError(t, err)
	require.NoError(t, store.Update(t.Context(), func(tx chatops.Tx) error { return tx.Put("note", []byte("canary")) }))
	require.NoError(t, store.Close())
	matrix, err := matrixstore.Open(filepath.Join(folder, "matrix", "bot.db"))
	require.NoError(t, err)
	require.NoError(t, matrix.Records("notes").Put("note", []byte("canary")))
	require.NoError(t, matrix.Close())
	for name, content := range map[string]string{"audit.jsonl": "", "matrix/pickle.key": "canary-key"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600))
	}
	return folder, environment{"DEPLOY_DATA": folder, "DEPLOY_BACKUP_PASSPHRASE": passphrase}
}

// noteIn reads the note that household wrote.
func noteIn(t *testing.T, folder string) (note string) {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(folder, "deploy.db"))
	require.NoError(t, err)
	require.NoError(t, store.View(t.Context(), func(tx chatops.Tx) error {
		value, err := tx.Get("note")
		note = string(value)
		return err
	}))
	require.NoError(t, store.Close())
	return note
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	folder, env := household(t)
	file := filepath.Join(t.TempDir(), "backup")
	got := runs(t, env, "backup", file)
	require.Equal(t, statusOK, got.status, got.stderr)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.NotContains(t, string(content), "canary")
	assert.NotContains(t, string(content), "bot.db")
	assert.Contains(t, runs(t, env, "backup", file).stderr, "left as it is")

	fresh := filepath.Join(t.TempDir(), "fresh")
	got = runs(t, env.with(environment{"DEPLOY_DATA": fresh}), "restore", file)
	require.Equal(t, statusOK, got.status, got.stderr)
	assert.Contains(t, got.stdout, "recovery key")
	assert.Equal(t, "canary", noteIn(t, fresh))
	key, err := os.ReadFile(filepath.Join(fresh, "matrix", "pickle.key"))
	require.NoError(t, err)
	assert.Equal(t, "canary-key", string(key))
	matrix, err := matrixstore.Open(filepath.Join(fresh, "matrix", "bot.db"))
	require.NoError(t, err)
	note, err := matrix.Records("notes").Get("note")
	require.NoError(t, errors.Join(err, matrix.Close()))
	assert.Equal(t, "canary", string(note))
	assert.Equal(t, privateNames(t, folder), privateNames(t, fresh))

	got = runs(t, env, "restore", file)
	assert.Equal(t, statusFailed, got.status, "nothing is overwritten")
	assert.Contains(t, got.stderr, "empty folder")
}

// privateNames lists the files below a folder, all of which are private.
func privateNames(t *testing.T, folder string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		assert.Zero(t, info.Mode().Perm()&0o077, path)
		names = append(names, path[len(folder):])
		return err
	}))
	return names
}

func TestRestoreLeavesNothingHalf(t *testing.T) {
	t.Parallel()
	_, env := household(t)
	file := filepath.Join(t.TempDir(), "backup")
	require.Equal(t, statusOK, runs(t, env, "backup", file).status)
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	fresh := filepath.Join(t.TempDir(), "fresh")
	env["DEPLOY_DATA"] = fresh
	for name, tt := range map[string]struct {
		file []byte
		env  environment
		want string
	}{
		"cut short":             {whole[:len(whole)-1], nil, "damaged or cut short"},
		"another passphrase":    {whole, environment{"DEPLOY_BACKUP_PASSPHRASE": "correct horse battery"}, "passphrase is another one"},
		"something else":        {[]byte("PK"), nil, "no backup of deploybot"},
		"an archive of nothing": {sealed(t, archived(t)), nil, "it has no store"},
		"a way out":             {sealed(t, archived(t, "../deploy.db")), nil, "does not belong"},
		"twice":                 {sealed(t, archived(t, partStore, partStore)), nil, "does not belong"},
		"no archive":            {sealed(t, bytes.Repeat([]byte("x"), 2000)), nil, "tar"},
	} {
		require.NoError(t, os.WriteFile(file, tt.file, 0o600))
		got := runs(t, env.with(tt.env), "restore", file)
		assert.Equal(t, statusFailed, got.status, name)
		assert.Contains(t, got.stderr, tt.want, name)
		for _, place := range []string{fresh, filepath.Join(fresh, "matrix")} {
			left, _ := filepath.Glob(filepath.Join(place, "*.*")) // The pattern is right.
			assert.Empty(t, left, name)
		}
	}
}

// archived is an archive with files of these names.
func archived(t *testing.T, names ...string) []byte {
	t.Helper()
	var parts []part
	for _, name := range names {
		parts = append(parts, part{name, func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, "content")
			return err
		}})
	}
	var out bytes.Buffer
	require.NoError(t, writeArchive(t.Context(), &out, t.TempDir(), parts))
	return out.Bytes()
}

func TestBackupNeedsAPassphrase(t *testing.T) {
	t.Parallel()
	folder, _ := household(t)
	for _, command := range []string{"backup", "restore"} {
		assert.Equal(t, statusUsage, runs(t, environment{}, command).status)
		got := runs(t, environment{"DEPLOY_DATA": folder}, command, "x")
		assert.Equal(t, statusConfig, got.status)
		assert.Contains(t, got.stderr, "DEPLOY_BACKUP_PASSPHRASE_FILE")
		got = runs(t, environment{"DEPLOY_DATA": folder, "DEPLOY_BACKUP_PASSPHRASE": "hunter2"}, command, "x")
		assert.Contains(t, got.stderr, "shorter than 12 characters")
		assert.NotContains(t, got.stderr, "hunter2")
	}
	got := runs(t, environment{"DEPLOY_DATA": t.TempDir(), "DEPLOY_BACKUP_PASSPHRASE": passphrase}, "backup", filepath.Join(t.TempDir(), "x"))
	assert.Contains(t, got.stderr, "there is nothing to save")
}

// listening serves the socket of a bot that runs.
func listening(t *testing.T, folder string, parts func() []part) {
	t.Helper()
	listener, err := listenControl(t.Context(), filepath.Join(folder, "control.sock"))
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)
	server := newServer(controlHandler(folder, parts, log), log)
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		running.Wait()
	})
}

func TestBackupOfABotThatRuns(t *testing.T) {
	t.Parallel()
	folder, env := household(t)
	store, err := boltstore.Open(filepath.Join(folder, "deploy.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	file := filepath.Join(t.TempDir(), "backup")
	got := runs(t, env, "backup", file)
	assert.Contains(t, got.stderr, "in use by another process", "without its socket")

	listening(t, folder, func() []part {
		return []part{{partStore, func(_ context.Context, w io.Writer) error { return store.Backup(w) }}}
	})
	info, err := os.Stat(filepath.Join(folder, "control.sock"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	got = runs(t, env, "backup", file)
	require.Equal(t, statusOK, got.status, got.stderr)
	fresh := t.TempDir()
	got = runs(t, env.with(environment{"DEPLOY_DATA": fresh}), "restore", file)
	require.Equal(t, statusOK, got.status, got.stderr)
	assert.Equal(t, "canary", noteIn(t, fresh))
}

func TestBackupThatTheBotDoesNotFinish(t *testing.T) {
	t.Parallel()
	folder, env := household(t)
	listening(t, folder, func() []part {
		whole := part{partStore, func(_ context.Context, w io.Writer) error {
			_, err := w.Write(make([]byte, 1<<20))
			return err
		}}
		return []part{whole, {partAudit, func(context.Context, io.Writer) error { return errors.New("the disk is full") }}}
	})
	folderOfFile := t.TempDir()
	got := runs(t, env, "backup", filepath.Join(folderOfFile, "backup"))
	assert.Equal(t, statusFailed, got.status)
	assert.Contains(t, got.stderr, "did not finish")
	left, err := os.ReadDir(folderOfFile)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestSocketThatWasLeftBehind(t *testing.T) {
	t.Parallel()
	folder, env := household(t)
	listener, err := listenControl(t.Context(), filepath.Join(folder, "control.sock"))
	require.NoError(t, err)
	listener.(interface{ SetUnlinkOnClose(unlink bool) }).SetUnlinkOnClose(false)
	require.NoError(t, listener.Close())
	got := runs(t, env, "backup", filepath.Join(t.TempDir(), "backup"))
	assert.Equal(t, statusOK, got.status, got.stderr)
	listening(t, folder, func() []part { return nil })
}
