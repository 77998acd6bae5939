//go:build goolm || libolm

package matrixbot_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// A bot whose folder is gone has not the keys of its device any more. With a password it becomes a new device; an access
// token is that of the old one, and the bot says what to do.
func TestALostFolder(t *testing.T) {
	t.Parallel()
	t.Run("password", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			srv := matrixtest.NewServer(t)
			for range 2 {
				config := settings(t, srv)
				config.NoEncryption = false
				run := start(t, config)
				hears(t, srv)
				run.stop(t)
			}
			assert.Len(t, srv.User("bot").Devices(), 2)
		})
	})
	t.Run("access token", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			srv := matrixtest.NewServer(t)
			config := settings(t, srv)
			config.NoEncryption, config.Password = false, matrixbot.Secret{}
			config.AccessToken = matrixbot.NewSecret(srv.User("bot").NewSession("ONE").AccessToken)
			run := start(t, config)
			hears(t, srv)
			run.stop(t)
			config.Data = t.TempDir()
			err := start(t, config).failed(t)
			require.ErrorIs(t, err, e2ee.ErrStoreLost)
			require.ErrorIs(t, err, matrixbot.ErrLogin)
			assert.Contains(t, err.Error(), "log in as a new device")
			assert.NotContains(t, err.Error(), "revoked")
		})
	})
}
