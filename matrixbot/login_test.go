package matrixbot_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// hears checks that the bot answers.
func hears(t *testing.T, srv *matrixtest.Server) {
	t.Helper()
	ada := srv.User("ada")
	room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
	listens(t, srv)
	ada.Send(room, "!hello")
	assert.Equal(t, []string{"echo !hello"}, answers(t, srv, room, 1))
}

func logins(srv *matrixtest.Server) (n int) {
	for _, r := range srv.Requests() {
		if r.Path == "/login" && r.Method == http.MethodPost {
			n++
		}
	}
	return n
}

func TestTheSessionIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		config := settings(t, srv)
		config.PickleKey = matrixbot.Secret{}
		for range 3 {
			run := start(t, config)
			hears(t, srv)
			run.stop(t)
		}
		assert.Equal(t, 1, logins(srv))
		assert.Len(t, srv.User("bot").Devices(), 1)
		entries, err := os.ReadDir(config.Data)
		require.NoError(t, err)
		for _, entry := range entries {
			info, err := entry.Info()
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), entry.Name())
		}
		db, err := os.ReadFile(filepath.Join(config.Data, "bot.db"))
		require.NoError(t, err)
		assert.NotContains(t, string(db), "!hello", "what people say is not in the clear on the disk")
		assert.NotContains(t, string(db), `"token"`)
	})
}

func TestASoftLogoutKeepsTheDevice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		run := start(t, settings(t, srv))
		hears(t, srv)
		device := srv.User("bot").Devices()[0]
		srv.User("bot").SoftLogout(device)
		time.Sleep(time.Minute)
		hears(t, srv)
		run.stop(t)
		assert.Equal(t, []string{string(device)}, names(srv))
		assert.Equal(t, 2, logins(srv))
	})
}

func names(srv *matrixtest.Server) (list []string) {
	for _, device := range srv.User("bot").Devices() {
		list = append(list, string(device))
	}
	return list
}

// Messages that came while the bot had no device are answered too.
func TestADeletedDeviceIsReplaced(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"while the bot runs", "while the bot is down"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t)
				ada := srv.User("ada")
				config := settings(t, srv)
				room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("bot")}})
				run := start(t, config)
				listens(t, srv)
				ada.Send(room, "!0")
				answers(t, srv, room, 1)
				old := srv.User("bot").Devices()[0]
				if when == "while the bot is down" {
					run.stop(t)
				}
				srv.User("bot").DeleteDevice(old)
				ada.Send(room, "!1")
				if when == "while the bot is down" {
					run = start(t, config)
				}
				time.Sleep(time.Minute)
				ada.Send(room, "!2")
				assert.Equal(t, numbered("echo !%d", 3), answers(t, srv, room, 3))
				run.stop(t)
				assert.False(t, slices.Contains(srv.User("bot").Devices(), old))
			})
		})
	}
}

func TestAnAccessToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		config := settings(t, srv)
		session := srv.User("bot").NewSession("BOTDEVICE1")
		config.Password, config.AccessToken, config.User = matrixbot.Secret{}, matrixbot.NewSecret(session.AccessToken), ""
		run := start(t, config)
		hears(t, srv)
		assert.Equal(t, []string{"BOTDEVICE1"}, names(srv))

		srv.User("bot").DeleteDevice("BOTDEVICE1")
		err := run.failed(t)
		require.ErrorIs(t, err, matrixbot.ErrLogin)
		assert.Contains(t, err.Error(), "the access token was revoked")
		assert.NotContains(t, err.Error(), session.AccessToken)

		// A new token is that of a new device of the same account.
		config.AccessToken = matrixbot.NewSecret(srv.User("bot").NewSession("BOTDEVICE2").AccessToken)
		run = start(t, config)
		hears(t, srv)
		run.stop(t)

		config.AccessToken = matrixbot.NewSecret(srv.User("eve").NewSession("").AccessToken)
		require.ErrorIs(t, start(t, config).failed(t), matrixbot.ErrOtherAccount, "the folder is the bot's")

		config.User, config.Data = string(srv.User("bot").ID()), t.TempDir()
		err = start(t, config).failed(t)
		require.ErrorIs(t, err, matrixbot.ErrOtherAccount)
		assert.Contains(t, err.Error(), "the access token belongs to @eve:matrix.example, not to @bot:matrix.example")
	})
}

func TestALoginToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t, matrixtest.WithLoginFlows("m.login.sso", "m.login.token"))
		config := settings(t, srv)
		config.Password, config.LoginToken, config.User = matrixbot.Secret{}, matrixbot.NewSecret(srv.User("bot").LoginToken()), ""
		for range 2 { // It is used once.
			run := start(t, config)
			hears(t, srv)
			run.stop(t)
		}
		srv.User("bot").DeleteDevice(srv.User("bot").Devices()[0])
		require.ErrorIs(t, start(t, config).failed(t), matrixbot.ErrLogin)

		config = settings(t, srv)
		err := start(t, config).failed(t)
		require.ErrorIs(t, err, matrixbot.ErrLogin)
		assert.Contains(t, err.Error(), "it does not offer m.login.password, but m.login.sso, m.login.token")
	})
}

func TestADeviceCode(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t, matrixtest.WithOAuth())
		config := settings(t, srv)
		config.Password, config.User = matrixbot.Secret{}, ""
		shown := 0
		config.DeviceCode = func(_ context.Context, code matrixbot.DeviceCode) error {
			shown++
			assert.NotEmpty(t, code.Address)
			time.AfterFunc(time.Minute, func() { srv.User("bot").Approve(code.UserCode) })
			return nil
		}
		run := start(t, config)
		time.Sleep(2 * time.Minute)
		hears(t, srv)
		time.Sleep(time.Hour) // The token is renewed many times.
		hears(t, srv)
		run.stop(t)
		time.Sleep(time.Hour)
		run = start(t, config)
		hears(t, srv)
		device := srv.User("bot").Devices()[0]
		srv.User("bot").SoftLogout(device)
		time.Sleep(5 * time.Minute)
		hears(t, srv)
		run.stop(t)
		assert.Equal(t, 1, shown, "the person is asked once")
		assert.Equal(t, []string{string(device)}, names(srv))
	})
}

func TestADeviceCodeThatNobodyApproves(t *testing.T) {
	t.Parallel()
	for name, decide := range map[string]func(*matrixtest.Server, string){
		"declined":          func(srv *matrixtest.Server, code string) { srv.User("bot").Deny(code) },
		"before it expired": func(*matrixtest.Server, string) {},
		"code before it expired": func(srv *matrixtest.Server, _ string) { // Though the server never says so.
			srv.Fail(matrixtest.Match{Path: "/oauth2/token", Times: -1},
				matrixtest.Fault{Status: http.StatusBadRequest, Body: `{"error":"authorization_pending"}`})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := matrixtest.NewServer(t, matrixtest.WithOAuth())
				config := settings(t, srv)
				config.Password, config.User = matrixbot.Secret{}, ""
				config.DeviceCode = func(_ context.Context, code matrixbot.DeviceCode) error {
					decide(srv, code.UserCode)
					return nil
				}
				err := start(t, config).failed(t)
				require.ErrorIs(t, err, matrixbot.ErrLogin)
				assert.Contains(t, err.Error(), name)
			})
		})
	}
}

func TestAWrongPassword(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		config := settings(t, srv)
		config.Password = matrixbot.NewSecret("a canary that is wrong")
		err := start(t, config).failed(t)
		require.ErrorIs(t, err, matrixbot.ErrLogin)
		assert.NotContains(t, err.Error(), "canary")
	})
}

func TestAnotherPickleKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		config := settings(t, srv)
		run := start(t, config)
		hears(t, srv)
		run.stop(t)
		config.PickleKey = matrixbot.NewSecret("another one")
		err := start(t, config).failed(t)
		require.Error(t, err)
		assert.Contains(t, err.Error(), "set the pickle key with which it was made")
	})
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		config := settings(t, srv)
		config.Homeserver, config.InsecureHTTP = "", true
		run := start(t, config)
		hears(t, srv)
		run.stop(t)
	})
}

func TestNoHomeserverAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		srv.Fail(matrixtest.Match{Times: -1}, matrixtest.Fault{Status: http.StatusOK, Body: "<html>It works!</html>"})
		require.ErrorIs(t, start(t, settings(t, srv)).failed(t), matrixbot.ErrHomeserver)
	})
}

func TestABotRunsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		run := start(t, settings(t, srv))
		listens(t, srv)
		require.ErrorIs(t, run.bot.Run(t.Context()), matrixbot.ErrRunning)
		run.stop(t)
	})
}
