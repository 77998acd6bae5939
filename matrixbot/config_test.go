package matrixbot_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot"
)

func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestConfigFromEnv(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	secretFile := filepath.Join(folder, "password")
	require.NoError(t, os.WriteFile(secretFile, []byte("from a file\n"), 0o600))
	c, err := matrixbot.ConfigFromEnv(env(map[string]string{
		"MATRIX_HOMESERVER": "https://matrix.example.org", "MATRIX_USER": "@bot:example.org", "MATRIX_DATA": "/var/lib/bot",
		"MATRIX_PASSWORD_FILE": secretFile, "MATRIX_PICKLE_KEY": "a canary",
	}))
	require.NoError(t, err)
	assert.Equal(t, "https://matrix.example.org", c.Homeserver)
	assert.Equal(t, "@bot:example.org", c.User)
	assert.Equal(t, "/var/lib/bot", c.Data)
	assert.Equal(t, "from a file", c.Password.Reveal())
	assert.Empty(t, c.Warnings)
	shown := fmt.Sprintf("%v %+v %#v", c, c, c)
	assert.NotContains(t, shown, "from a file")
	assert.NotContains(t, shown, "canary")

	require.NoError(t, os.Chmod(secretFile, 0o644))
	c, err = matrixbot.ConfigFromEnv(env(map[string]string{"MATRIX_ACCESS_TOKEN_FILE": secretFile}))
	require.NoError(t, err)
	require.Len(t, c.Warnings, 1)
	assert.Contains(t, c.Warnings[0], "chmod 600")

	empty := filepath.Join(folder, "empty")
	require.NoError(t, os.WriteFile(empty, []byte(" \n"), 0o600))
	for want, values := range map[string]map[string]string{
		"set one of MATRIX_PASSWORD and MATRIX_PASSWORD_FILE": {"MATRIX_PASSWORD": "x", "MATRIX_PASSWORD_FILE": secretFile},
		"read MATRIX_ACCESS_TOKEN_FILE":                       {"MATRIX_ACCESS_TOKEN_FILE": filepath.Join(folder, "none")},
		"is not a file":                                       {"MATRIX_PASSWORD_FILE": folder},
		"is empty":                                            {"MATRIX_PASSWORD_FILE": empty},
	} {
		_, err := matrixbot.ConfigFromEnv(env(values))
		require.Error(t, err)
		assert.Contains(t, err.Error(), want)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	good := func() matrixbot.Config {
		return matrixbot.Config{
			Homeserver: "https://matrix.example.org", User: "@bot:example.org", Password: matrixbot.NewSecret("canary"),
			Data: "data", NoEncryption: true, Handler: func(context.Context, *matrixbot.Request) error { return nil },
		}
	}
	_, err := matrixbot.New(good())
	require.NoError(t, err)
	_, err = os.Stat("data")
	require.ErrorIs(t, err, os.ErrNotExist, "New touches no file")
	for want, spoil := range map[string]func(*matrixbot.Config){
		"lacks a Router or a Handler":  func(c *matrixbot.Config) { c.Handler = nil },
		"MATRIX_DATA":                  func(c *matrixbot.Config) { c.Data = "" },
		"exactly one way to log in":    func(c *matrixbot.Config) { c.AccessToken = matrixbot.NewSecret("x") },
		"MATRIX_PASSWORD":              func(c *matrixbot.Config) { c.Password = matrixbot.Secret{} },
		"MATRIX_USER":                  func(c *matrixbot.Config) { c.User = "" },
		"is no user id":                func(c *matrixbot.Config) { c.User = "@bot" },
		"MATRIX_HOMESERVER":            func(c *matrixbot.Config) { c.Homeserver, c.User = "", "bot" },
		"in the clear":                 func(c *matrixbot.Config) { c.Homeserver = "http://matrix.example.org" },
		"use https":                    func(c *matrixbot.Config) { c.Homeserver = "ftp://matrix.example.org" },
		"no user, query or fragment":   func(c *matrixbot.Config) { c.Homeserver = "https://a:b@matrix.example.org" },
		"nor a name such as":           func(c *matrixbot.Config) { c.Homeserver = "matrix example" },
		"must not be negative":         func(c *matrixbot.Config) { c.Workers = -1 },
		"characters that no token has": func(c *matrixbot.Config) { c.Password, c.LoginToken = matrixbot.Secret{}, matrixbot.NewSecret("a b") },
	} {
		c := good()
		spoil(&c)
		_, err := matrixbot.New(c)
		require.Error(t, err, want)
		assert.Contains(t, err.Error(), want)
		assert.NotContains(t, err.Error(), "canary")
		assert.True(t, strings.HasPrefix(err.Error(), "matrixbot: "), err)
	}
}

func FuzzUserAndHomeserver(f *testing.F) {
	f.Add("@bot:example.org", "https://matrix.example.org")
	f.Add("bot", "example.org")
	f.Add("", "http://[::1]:8008/")
	f.Fuzz(func(t *testing.T, user, homeserver string) {
		c := matrixbot.Config{
			Homeserver: homeserver, User: user, Password: matrixbot.NewSecret("x"), Data: "data", NoEncryption: true,
			Handler: func(context.Context, *matrixbot.Request) error { return nil },
		}
		if _, err := matrixbot.New(c); err == nil && strings.HasPrefix(homeserver, "http://") {
			host := strings.TrimPrefix(homeserver, "http://")
			assert.True(t, strings.HasPrefix(host, "127.") || strings.Contains(host, "localhost") || strings.HasPrefix(host, "["), homeserver)
		}
	})
}
