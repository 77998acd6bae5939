package boltstore_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

func TestLoadPickleKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "pickle.key")
	made, err := boltstore.LoadPickleKey(path)
	require.NoError(t, err)
	assert.Len(t, made.Reveal(), 43)
	assert.Equal(t, "REDACTED", fmt.Sprint(made))
	again, err := boltstore.LoadPickleKey(path)
	require.NoError(t, err)
	assert.Equal(t, made.Reveal(), again.Reveal())
	other, err := boltstore.LoadPickleKey(path + ".other")
	require.NoError(t, err)
	assert.NotEqual(t, made.Reveal(), other.Reveal())

	require.NoError(t, os.WriteFile(path, []byte("  my own key \n"), 0o644))
	require.NoError(t, os.Chmod(path, 0o644))
	own, err := boltstore.LoadPickleKey(path)
	require.NoError(t, err)
	assert.Equal(t, "my own key", own.Reveal())
	assertMode(t, path, 0o600)
}

func TestLoadPickleKeyRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, c := range map[string]struct{ content, want string }{
		"empty": {"\n", "is empty (put the key of the store into it, or remove it if there is no store yet)"},
		"long":  {strings.Repeat("x", 5000), "is too long for a key"},
	} {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(c.content), 0o600))
		_, err := boltstore.LoadPickleKey(path)
		require.ErrorContains(t, err, c.want)
		assert.NotContains(t, err.Error(), "xxx")
	}
	_, err := boltstore.LoadPickleKey(folder)
	require.Error(t, err)
}
