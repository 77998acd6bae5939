package boltstore_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup/boltstore"
)

// asOrdinaryUser runs fn where the modes of files mean something: root ignores
// them, so there the thread takes the file rights of another user, and ends.
func asOrdinaryUser(fn func()) {
	if os.Geteuid() != 0 {
		fn()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		const nobody = 65534
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0); errno != 0 {
			panic(errno)
		}
		fn()
	}()
	<-done
}

func TestOpenWithoutPermission(t *testing.T) {
	t.Parallel()
	const advice = "permission denied (make the file and its folder readable and writable for this user, or choose another file)"
	for name, c := range map[string]struct {
		file, folder os.FileMode
		path         string
	}{
		"read-only file":       {0o444, 0o755, "standup.db"},
		"unreadable file":      {0o200, 0o755, "standup.db"},
		"new file":             {0o644, 0o555, "new.db"},
		"new folder":           {0o644, 0o555, "new/standup.db"},
		"folder without entry": {0o644, 0o600, "standup.db"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			file := filepath.Join(folder, "standup.db")
			require.NoError(t, create(t, file, 10).Close())
			before, err := os.ReadFile(file)
			require.NoError(t, err)
			if os.Geteuid() == 0 {
				require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755))
			}
			require.NoError(t, os.Chmod(file, c.file))
			require.NoError(t, os.Chmod(folder, c.folder))
			t.Cleanup(func() { assert.NoError(t, os.Chmod(folder, 0o755)) })

			path := filepath.Join(folder, c.path)
			asOrdinaryUser(func() { _, err = boltstore.Open(path) })
			require.ErrorIs(t, err, fs.ErrPermission)
			require.ErrorContains(t, err, "standup: open "+path+": ")
			require.ErrorContains(t, err, advice)

			require.NoError(t, os.Chmod(folder, 0o755))
			require.NoError(t, os.Chmod(file, 0o600))
			after, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, before, after)
		})
	}
}

// What the umask takes away from a new file, Open gives back.
func TestOpenMendsMode(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "standup.db")
	for _, mode := range []os.FileMode{0o666, 0o660, 0o700, 0o600} {
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.NoError(t, os.Chmod(path, mode))
		require.NoError(t, create(t, path, 1).Close())
		assertMode(t, path, 0o600)
		require.NoError(t, os.Remove(path))
	}
}
