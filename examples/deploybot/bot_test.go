package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/examples/internal/proctest"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

func TestDeployWithARestart(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	args := []string{"-admin", o.ada.Email, "-room", "ops"}
	p := o.start(t, args...)
	p.Log.WaitFor(t, "what=administrator")
	p.Log.WaitFor(t, "what=room")
	o.posts(o.ada, "!cd projects")
	o.reads(t, "website")
	o.posts(o.ada, "!cd run")
	o.reads(t, "Run website")
	p.Stop()

	p = o.start(t, args...)
	p.Log.WaitFor(t, "what=room")
	o.posts(o.ada, "yes")
	o.reads(t, "succeeded")
	p.Stop()
	assert.Len(t, o.semaphore.Tasks(), 1)
	for _, secret := range []string{o.get("ZULIP_API_KEY"), o.get("SEMAPHORE_TOKEN")} {
		assert.NotContains(t, p.Log.String(), secret)
	}
	assert.NotEmpty(t, privateNames(t, o.get("DEPLOY_DATA")))
	got := runs(t, o.environment, "audit", "verify")
	assert.Equal(t, statusOK, got.status, got.stderr)
	assert.Contains(t, got.stdout, "is whole")

	audit := filepath.Join(o.get("DEPLOY_DATA"), "audit.jsonl")
	content, err := os.ReadFile(audit)
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(content), `"command":"start","decision":"done","reason":"policy of the settings"`))
	assert.Equal(t, 2, strings.Count(string(content), `"command":"stop","decision":"done","reason":"it was told to"`))
	lines := strings.SplitAfter(string(content), "\n")
	lines[1] = strings.Replace(lines[1], `"decision":"`, `"decision":"x`, 1)
	changed := writeFile(t, "audit.jsonl", strings.Join(lines, ""))
	got = runs(t, environment{}, "audit", "verify", changed)
	assert.Equal(t, statusFailed, got.status)
	assert.Contains(t, got.stderr, changed)
	assert.Regexp(t, `line [23]\b`, got.stderr)
	empty := writeFile(t, "audit.jsonl", "")
	assert.Equal(t, result{stdout: empty + " is empty\n"}, runs(t, environment{}, "audit", "verify", empty))
	assert.Equal(t, statusFailed, runs(t, o.environment.with(environment{"DEPLOY_DATA": t.TempDir()}), "audit", "verify").status)
}

func TestPolicyThatChanges(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	policy := func(bola string) string {
		return "grants:\n- {users: [" + number(o.ada) + "], role: admin}\n" + bola
	}
	with := policy("- {users: [" + number(o.bola) + "], role: viewer}\n")
	path := writeFile(t, "policy.yaml", "direct: true\n"+with)
	o.environment["DEPLOY_POLICY"] = path
	p := o.start(t, "-room", "ops")
	p.Log.WaitFor(t, "what=room")
	o.posts(o.bola, "!cd projects")
	o.reads(t, "website")

	require.NoError(t, os.WriteFile(path, []byte(with[:len(with)/2]), 0o600))
	p.Log.WaitFor(t, "the policy file is wrong, the policy before it stays in force")
	o.posts(o.bola, "!cd templates website")
	o.reads(t, "deploy-prod")

	require.NoError(t, os.WriteFile(path, []byte("direct: true\n"+policy("")), 0o600))
	require.Eventually(t, func() bool {
		o.posts(o.bola, "!cd projects")
		return len(o.written("I take no commands from you")) > 0
	}, 10*time.Second, 100*time.Millisecond)
	p.Stop()
}

// TestTrouble tells settings that are wrong from what passes: a service manager
// tries the latter again.
func TestTrouble(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	args := []string{"-admin", number(o.ada), "-room", "ops"}
	got := runs(t, o.with(environment{"ZULIP_API_KEY": "hunter2"}), args...)
	assert.Equal(t, statusConfig, got.status)
	assert.Contains(t, got.stderr, "(zulip.email, zulip.api_key)")
	assert.NotContains(t, got.stderr, "hunter2")

	env, _ := newTown(t)
	got = runs(t, env.with(environment{"MATRIX_PASSWORD": "hunter2"}), "-admin", "@ada:example.org", "-room", "!a:example.org")
	assert.Equal(t, statusConfig, got.status, got.stderr)
	assert.NotContains(t, got.stderr, "hunter2")

	assert.Equal(t, statusConfig, runs(t, o.with(environment{"SEMAPHORE_URL": "http://ci.example.org"}), args...).status)
	assert.Equal(t, statusConfig, runs(t, o.with(environment{"DEPLOY_POLICY": "/none/policy.yaml"}), args...).status)

	p := o.start(t, args...)
	got = runs(t, o.environment, args...)
	assert.Equal(t, statusFailed, got.status)
	assert.Contains(t, got.stderr, "in use by another process")
	p.Stop()

	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, taken.Close()) })
	got = runs(t, o.with(environment{"DEPLOY_LISTEN": taken.Addr().String()}), args...)
	assert.Equal(t, statusFailed, got.status)
	assert.Contains(t, got.stderr, "DEPLOY_LISTEN")
}

func TestFolderWithALongName(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.environment["DEPLOY_DATA"] = filepath.Join(t.TempDir(), strings.Repeat("x", 120))
	p := o.start(t, "-admin", number(o.ada), "-room", "ops")
	p.Log.WaitFor(t, "backups are possible only while the bot does not run")
	p.Log.WaitFor(t, "what=room")
	o.posts(o.ada, "!cd projects")
	o.reads(t, "website")
	p.Stop()
	got := runs(t, o.with(environment{"DEPLOY_BACKUP_PASSPHRASE": passphrase}), "backup", filepath.Join(t.TempDir(), "backup"))
	assert.Equal(t, statusOK, got.status, got.stderr)
}

// newTown is a Matrix and a Semaphore on ports, and the environment of a bot in it.
func newTown(t *testing.T, options ...matrixtest.Option) (env environment, server *matrixtest.Server) {
	t.Helper()
	o := newOffice(t)
	server = matrixtest.NewServer(t, options...)
	address, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	bot := server.User("bot")
	return environment{
		"MATRIX_HOMESERVER": address, "MATRIX_USER": string(bot.ID()), "MATRIX_PASSWORD": bot.Password(), "MATRIX_NO_ENCRYPTION": "true",
		"SEMAPHORE_URL": o.get("SEMAPHORE_URL"), "SEMAPHORE_TOKEN": o.get("SEMAPHORE_TOKEN"),
		"DEPLOY_DATA": filepath.Join(t.TempDir(), "data"), "DEPLOY_LISTEN": "127.0.0.1:0", "LOG_LEVEL": "debug",
		"DEPLOY_BACKUP_PASSPHRASE": passphrase,
	}, server
}

func TestOnMatrix(t *testing.T) {
	t.Parallel()
	env, server := newTown(t)
	ada, mallory, bot := server.User("ada"), server.User("mallory"), server.User("bot")
	room := ada.CreateRoom(matrixtest.RoomOptions{Name: "Ops"})
	ada.Invite(room, bot.ID())
	p := startProgram(t, env, "-admin", string(ada.ID()), "-room", string(room))
	p.Log.WaitFor(t, "what=room")
	require.NoError(t, server.WaitForSync(proctest.Patient(t), bot.ID()))
	trap := mallory.CreateRoom(matrixtest.RoomOptions{Name: "Trap"})
	mallory.Invite(trap, bot.ID())

	ada.Send(room, "!cd run website deploy-prod")
	waitForText(t, server, room, "Run website / deploy-prod")
	ada.Send(room, "yes")
	waitForText(t, server, room, "has succeeded")

	address := regexp.MustCompile(`msg=listening address=(\S+)`).FindStringSubmatch(p.Log.String())[1]
	status, body := get(t, "http://"+address+"/readyz")
	assert.Equal(t, http.StatusOK, status, body)
	require.Eventually(t, func() bool {
		_, body := get(t, "http://"+address+"/metrics")
		samples := parseMetrics(t, body)
		return samples[`deploybot_decisions_total{decision="started"}`] == 1 && samples[`deploybot_decisions_total{decision="ended"}`] == 1 &&
			samples[`deploybot_events_total{kind="message"}`] == 2 && samples[`deploybot_messages_total{result="sent"}`] >= 3 &&
			samples["deploybot_waiting_messages"] == 0 && samples["deploybot_followed_tasks"] == 0
	}, 20*time.Second, 50*time.Millisecond, "the engine's records are found")
	assert.Equal(t, "ok\n", runs(t, env.with(environment{"DEPLOY_LISTEN": address}), "health").stdout)

	file := filepath.Join(t.TempDir(), "backup")
	got := runs(t, env, "backup", file)
	require.Equal(t, statusOK, got.status, got.stderr)
	p.Stop()
	assert.NotContains(t, p.Log.String(), bot.Password())

	// On another disk it is the same device, and knows what was.
	fresh := env.with(environment{"DEPLOY_DATA": filepath.Join(t.TempDir(), "fresh")})
	require.Equal(t, statusOK, runs(t, fresh, "restore", file).status)
	devices := bot.Devices()
	p = startProgram(t, fresh, "-admin", string(ada.ID()), "-room", string(room))
	ada.Send(room, "!cd history")
	waitForText(t, server, room, "Created")
	p.Stop()
	assert.Equal(t, devices, bot.Devices())
	assert.NotEqual(t, "join", server.Membership(trap, bot.ID()))
}

// waitForText waits until a message with a text, or an edit to it, is in a room.
func waitForText(t *testing.T, server *matrixtest.Server, room id.RoomID, text string) {
	t.Helper()
	_, err := server.WaitFor(proctest.Patient(t), func(e matrixtest.Event) bool {
		return e.Room == room && strings.Contains(e.Body(), text)
	})
	require.NoError(t, err, text)
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(content)
}

func TestLoginByOAuth(t *testing.T) {
	t.Parallel()
	env, server := newTown(t, matrixtest.WithOAuth())
	env["MATRIX_PASSWORD"], env["MATRIX_OAUTH"] = "", "true"
	p := startProgram(t, env, "-admin", "@ada:matrix.example", "-room", "!a:matrix.example")
	p.Log.WaitFor(t, "type in ")
	p.Log.WaitFor(t, "\n")
	code := regexp.MustCompile(`type in (\S+)\n`).FindStringSubmatch(p.Log.String())
	require.NotNil(t, code)
	server.User("bot").Approve(code[1])
	require.NoError(t, server.WaitForSync(proctest.Patient(t), server.User("bot").ID()))
	p.Stop()
}
