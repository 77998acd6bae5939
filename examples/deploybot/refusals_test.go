package main

import (
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAddressesAreShownWithoutSecrets has people who write a password into an
// address, as browsers allow.
func TestAddressesAreShownWithoutSecrets(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"SEMAPHORE_URL", "MATRIX_HOMESERVER", "ZULIP_SITE"} {
		for _, address := range []string{"https://ada:hunter2@ci.example.org", "ada:hunter2@ci.example.org", "https://ci.example.org/?token=hunter2"} {
			for _, words := range [][]string{{"run"}, {"check"}, {"show"}, {"init", t.TempDir()}} {
				got := runs(t, environment{variable: address}, words...)
				assert.Equal(t, statusConfig, got.status, words)
				assert.Contains(t, got.stderr, "("+variable+"): an address has no user, password, query or fragment")
				assert.NotContains(t, got.stdout+got.stderr, "hunter2")
			}
		}
	}
}

// TestSettingsThatNoStartMends are refused as settings, so that a service
// manager does not try again.
func TestSettingsThatNoStartMends(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]environment{
		`listen (DEPLOY_LISTEN): "127.0.0.1:99999" is no address`:             {"DEPLOY_LISTEN": "127.0.0.1:99999"},
		`listen (DEPLOY_LISTEN): "127.0.0.1:" is no address`:                  {"DEPLOY_LISTEN": "127.0.0.1:"},
		`semaphore.url (SEMAPHORE_URL): "ci.example.org" is no address`:       {"SEMAPHORE_URL": "ci.example.org"},
		"are both set: take one away (SEMAPHORE_TOKEN, SEMAPHORE_TOKEN_FILE)": {"SEMAPHORE_TOKEN_FILE": "/none"},
	} {
		env := onMatrixAlone().with(environment{"MATRIX_NO_ENCRYPTION": "true", "DEPLOY_DATA": filepath.Join(t.TempDir(), "data")}).with(change)
		got := runs(t, env, "check", "-admin", "@ada:example.org", "-room", "!ops:example.org")
		assert.Equal(t, statusConfig, got.status)
		assert.Contains(t, got.stderr, want)
		assert.NoDirExists(t, env.get("DEPLOY_DATA"))
	}
	empty := writeFile(t, "token", "\n")
	assert.Contains(t, runs(t, environment{"SEMAPHORE_TOKEN_FILE": empty}, "show").stderr, empty+" is empty")
}

func TestShowIsAConfigurationFile(t *testing.T) {
	t.Parallel()
	env := onZulipAlone().with(environment{"SEMAPHORE_TOKEN": "", "SEMAPHORE_TOKEN_FILE": writeFile(t, "token", "hunter2")})
	shown := runs(t, env, "show").stdout
	assert.Contains(t, shown, "  token_file: ")
	assert.NotContains(t, shown, "  token: ")
	again, err := readSettings(arguments{config: writeFile(t, "deploybot.yaml", shown)}, environment{}.get)
	require.NoError(t, err)
	assert.Equal(t, "hunter2", again.Semaphore.Token.Reveal())
}

func TestInitWritesBothFilesOrNone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"deploybot.yaml", "policy.yaml"} {
		there := writeFile(t, name, "mine")
		got := runs(t, environment{}, "init", filepath.Dir(there))
		assert.Equal(t, statusFailed, got.status)
		assert.Equal(t, "deploybot: "+there+" exists already, so nothing was written: move it away, or name another folder\n", got.stderr)
		assert.Empty(t, got.stdout)
		entries, err := os.ReadDir(filepath.Dir(there))
		require.NoError(t, err)
		assert.Len(t, entries, 1)
		content, err := os.ReadFile(there)
		require.NoError(t, err)
		assert.Equal(t, "mine", string(content))
	}
}

func TestFolderThatCannotBeMade(t *testing.T) {
	t.Parallel()
	fresh := filepath.Join(t.TempDir(), "a", "b")
	require.NoError(t, checkFolder(fresh))
	assert.NoDirExists(t, filepath.Dir(fresh))
	if runtime.GOOS == "linux" { // Where nobody can make anything, whoever they are.
		require.ErrorContains(t, checkFolder("/proc/deploybot/data"), "this user can make nothing in /proc (make it writable, or choose another folder)")
	}
}

func TestCheckFindsChannels(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	args := []string{"check", "-admin", number(o.ada)}
	got := runs(t, o.environment, append(args, "-room", "nowhere", "-room", "#Ops")...)
	assert.Equal(t, statusFailed, got.status)
	assert.Contains(t, got.stdout, "  WRONG room nowhere: there is no such channel, or the bot may not see it: create it, or subscribe the bot to it\n")
	assert.Contains(t, got.stdout, "  note  the bot is not in #Ops yet, and will subscribe to it when it starts\n")
	assert.Regexp(t, `\n1 of \d+ things is wrong\.\n$`, got.stdout)
}

// TestBackupOfABotThatCannot has a bot that breaks off before it has sent
// anything, as where its disk is full.
func TestBackupOfABotThatCannot(t *testing.T) {
	t.Parallel()
	folder, env := household(t)
	listener, err := listenControl(t.Context(), filepath.Join(folder, "control.sock"))
	require.NoError(t, err)
	server := newServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), slog.New(slog.DiscardHandler))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener)
	}()
	file := filepath.Join(t.TempDir(), "backup")
	got := runs(t, env, "backup", file)
	require.NoError(t, server.Close())
	<-ended
	assert.Equal(t, statusFailed, got.status)
	assert.True(t, strings.HasPrefix(got.stderr, "deploybot: the bot that runs gave no backup, see its log: "), got.stderr)
	assert.NotContains(t, got.stderr, "http://")
	assert.NoFileExists(t, file)
}
