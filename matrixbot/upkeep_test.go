//go:build goolm || libolm

package matrixbot_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// A copy that is made while the bot talks opens as a store of the same device.
func TestBackupOfABotThatRuns(t *testing.T) {
	t.Parallel()
	bot := newTown(t).bot
	bot.start()
	var copied bytes.Buffer
	require.NoError(t, bot.running.Backup(t.Context(), &copied))
	own := bot.device()
	bot.stop()
	require.ErrorIs(t, bot.running.Backup(t.Context(), &copied), matrixbot.ErrStopped)

	path := filepath.Join(t.TempDir(), "bot.db")
	require.NoError(t, os.WriteFile(path, copied.Bytes(), 0o600))
	store, err := boltstore.Open(path)
	require.NoError(t, err)
	user, device, err := store.Owner()
	require.NoError(t, err)
	assert.Equal(t, bot.user, user)
	assert.Equal(t, own, device)
	require.NoError(t, store.Close())
}
