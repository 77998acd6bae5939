package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestCheckOnZulip(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.environment["DEPLOY_POLICY"] = writeFile(t, "policy.yaml", `direct: true
grants:
  - {users: [`+number(o.ada)+`], role: admin, projects: [Website], templates: [website/deploy-prod, "1/1"]}
`)
	got := runs(t, o.environment, "check", "-admin", o.ada.Email, "-room", "ops")
	assert.Equal(t, statusOK, got.status, got.stdout)
	inOrder(t, got.stdout, "  ok    folder", "  ok    policy", "  ok    Semaphore", "  note  the token is that of an administrator",
		"  ok    right to run tasks in website", "  ok    projects and templates in the policy", "  ok    Zulip", "  ok    administrator",
		"  note  the bot is not in ops yet", "things are right")
	assert.NoDirExists(t, o.get("DEPLOY_DATA"), "check changes nothing")

	for name, tt := range map[string]struct {
		env  environment
		want string
	}{
		"a wrong token":    {environment{"SEMAPHORE_TOKEN": "hunter2"}, "WRONG token of Semaphore"},
		"no Semaphore":     {environment{"SEMAPHORE_URL": o.get("ZULIP_SITE")}, "WRONG Semaphore"},
		"a wrong key":      {environment{"ZULIP_API_KEY": "hunter2"}, "(zulip.email, zulip.api_key)"},
		"a wrong policy":   {environment{"DEPLOY_POLICY": writeFile(t, "policy.yaml", "grant: []")}, "did you mean grants?"},
		"no such policy":   {environment{"DEPLOY_POLICY": "/none/policy.yaml"}, "/none/policy.yaml"},
		"a wrong name":     {environment{"DEPLOY_POLICY": writeFile(t, "policy.yaml", "direct: true\ngrants: [{users: [8], role: admin, projects: [webside], templates: [x/y]}]")}, `there is no project "webside", or the bot may not see it`},
		"wrong messages":   {environment{"DEPLOY_MESSAGES": writeFile(t, "messages.yaml", "greeting: []")}, "did you mean greetings?"},
		"no certificates":  {environment{"ZULIP_CERT_BUNDLE": "/none/bundle.pem"}, "WRONG settings of Zulip"},
		"a person's place": {environment{"DEPLOY_DATA": writeFile(t, "file", "")}, "it is not a folder"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := runs(t, o.with(tt.env), "check", "-admin", "nobody@example.org", "-room", "ops")
			assert.Equal(t, statusFailed, got.status)
			assert.Contains(t, got.stdout, tt.want)
			assert.Regexp(t, `\n(1 of \d+ things is|[2-9] of \d+ things are) wrong\.\n$`, got.stdout)
			assert.NotContains(t, got.stdout+got.stderr, "hunter2")
			if name != "a wrong key" && name != "no certificates" {
				assert.Contains(t, got.stdout, "WRONG administrator nobody@example.org")
			}
		})
	}
}

func TestCheckRights(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	guest := o.semaphore.AddUser(semaphoretest.User{Username: "guest"})
	o.semaphore.AddProject("secret", semaphoretest.Member{User: guest, Role: "guest"})
	o.environment["SEMAPHORE_TOKEN"] = guest.Token
	folder := t.TempDir()
	o.environment["DEPLOY_DATA"] = folder
	require.NoError(t, os.Chmod(folder, 0o777))
	store := filepath.Join(folder, "deploy.db")
	require.NoError(t, os.WriteFile(store, nil, 0o600))
	require.NoError(t, os.Chmod(store, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "audit.jsonl"), []byte("{}\n"), 0o600))
	somebody := o.zulip.AddUser(zuliptest.User{FullName: "Somebody"})
	o.environment["ZULIP_EMAIL"], o.environment["ZULIP_API_KEY"] = somebody.Email, somebody.APIKey

	got := runs(t, o.environment, "check", "-admin", number(o.ada), "-room", "ops")
	assert.Equal(t, statusFailed, got.status)
	for _, want := range []string{
		"others can put files into it, its mode is 0777: run chmod 700 " + folder,
		"file " + store + ": others can read it, its mode is 0644",
		"WRONG audit",
		"user guest has the role guest there, with which nothing runs",
		"Somebody is a person's account",
	} {
		assert.Contains(t, got.stdout, want)
	}
}

func TestCheckOnMatrix(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	server := matrixtest.NewServer(t)
	address, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	bot := server.User("bot")
	server.User("ada")
	env := environment{
		"MATRIX_HOMESERVER": address, "MATRIX_USER": string(bot.ID()), "MATRIX_PASSWORD": bot.Password(), "MATRIX_NO_ENCRYPTION": "true",
		"SEMAPHORE_URL": o.get("SEMAPHORE_URL"), "SEMAPHORE_TOKEN": o.get("SEMAPHORE_TOKEN"), "DEPLOY_DATA": t.TempDir(),
	}
	checks := func(change environment) result {
		return runs(t, env.with(change), "check", "-admin", "@ada:matrix.example", "-room", "!a:matrix.example")
	}
	got := checks(nil)
	assert.Equal(t, statusOK, got.status, got.stdout)
	inOrder(t, got.stdout, "ok    settings of Matrix", "ok    homeserver "+address, "ok    account of Matrix")
	assert.Empty(t, bot.Devices(), "it has left no device behind")

	token := bot.NewSession("BOT").AccessToken
	assert.Equal(t, statusOK, checks(environment{"MATRIX_PASSWORD": "", "MATRIX_ACCESS_TOKEN": token}).status)
	assert.Equal(t, statusOK, checks(environment{"MATRIX_PASSWORD": "", "MATRIX_LOGIN_TOKEN": "hunter2"}).status, "it is good for one login")
	for want, change := range map[string]environment{
		"does not let the bot in (matrix.user, matrix.password)": {"MATRIX_PASSWORD": "hunter2"},
		"the access token is not accepted":                       {"MATRIX_PASSWORD": "", "MATRIX_ACCESS_TOKEN": "hunter2"},
		"the access token is that of " + string(bot.ID()):        {"MATRIX_PASSWORD": "", "MATRIX_ACCESS_TOKEN": token, "MATRIX_USER": "@ada:matrix.example"},
		"WRONG homeserver " + o.get("SEMAPHORE_URL"):             {"MATRIX_HOMESERVER": o.get("SEMAPHORE_URL")},
		"WRONG settings of Matrix":                               {"MATRIX_HOMESERVER": "http://matrix.example"},
	} {
		got := checks(change)
		assert.Equal(t, statusFailed, got.status, want)
		assert.Contains(t, got.stdout, want)
		assert.NotContains(t, got.stdout, "hunter2")
	}
}
