//go:build goolm || libolm

package e2ee

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// Many homeservers want to see the password before they take an identity. Without it the bot starts all the same.
func TestIdentityForThePassword(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]bool{"given": true, "not given": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := matrixtest.NewServer(t)
			times := -1
			if given {
				times = 1
			}
			srv.Fail(matrixtest.Match{Path: "/keys/device_signing/upload", Times: times}, matrixtest.Fault{
				Status: http.StatusUnauthorized, Body: `{"session":"asked","flows":[{"stages":["m.login.password"]}],"params":{}}`,
			})
			bot := newPeer(t, on(srv, srv.User("bot"), "BOT"), func(c *Config) {
				if given {
					c.Password = passwordOf(srv.User("bot"))
				}
			})
			status, err := bot.machine.Status(t.Context())
			require.NoError(t, err)
			assert.Equal(t, given, status.CrossSigned)
			assert.Equal(t, given, status.CanSign)

			var last struct {
				Auth struct{ Session string }
			}
			for _, request := range srv.Requests() {
				if request.Path == "/keys/device_signing/upload" {
					require.NoError(t, json.Unmarshal(request.Body, &last))
				}
			}
			if given {
				assert.Equal(t, "asked", last.Auth.Session)
			}
		})
	}
}
