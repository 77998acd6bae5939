package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/yamlfile"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

func TestShortestStarts(t *testing.T) {
	t.Parallel()
	s, err := readSettings(everybody(), onMatrixAlone().get)
	require.NoError(t, err)
	require.NoError(t, s.check())
	assert.Equal(t, onMatrix, s.chat())
	assert.Equal(t, "!cd", s.Prefix)
	assert.Equal(t, []string{"@ada:example.org"}, s.Admins)
	assert.Equal(t, []string{"!ops:example.org"}, s.Rooms)
	assert.Equal(t, "hunter2-matrix", s.Matrix.Password.Reveal())
	assert.Equal(t, "matrix", s.matrixData())
	assert.Equal(t, slog.LevelInfo, s.LogLevel.Level)

	token := onMatrixAlone().with(environment{"MATRIX_PASSWORD": "", "MATRIX_USER": "", "MATRIX_ACCESS_TOKEN": "hunter2-token"})
	s, err = readSettings(everybody(), token.get)
	require.NoError(t, err)
	require.NoError(t, s.check())

	s, err = readSettings(arguments{admins: []string{"ada@example.org", "8"}, rooms: []string{"ops"}}, onZulipAlone().get)
	require.NoError(t, err)
	require.NoError(t, s.check())
	assert.Equal(t, onZulip, s.chat())
}

func TestFlagsShadowTheEnvironmentWhichShadowsTheFile(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "deploybot.yaml", `
data: /file
prefix: "!file"
admins: ["@file:example.org"]
log_json: true
matrix: {user: "@file:example.org", password: of-the-file}
semaphore:
  token_file: /none
`)
	s, err := readSettings(arguments{config: file, admins: []string{"@flag:example.org"}}, environment{
		"DEPLOY_PREFIX": "!env", "DEPLOY_ADMINS": "@env:example.org", "DEPLOY_ROOMS": "!a:example.org, !b:example.org",
		"SEMAPHORE_TOKEN": "of-the-environment", "MATRIX_PASSWORD_FILE": writeFile(t, "password", " of-a-file\n"), "LOG_LEVEL": " ",
	}.get)
	require.NoError(t, err)
	assert.Equal(t, "/file", s.Data)
	assert.Equal(t, "!env", s.Prefix)
	assert.Equal(t, []string{"@flag:example.org"}, s.Admins)
	assert.Equal(t, []string{"!a:example.org", "!b:example.org"}, s.Rooms)
	assert.True(t, s.LogJSON)
	assert.Equal(t, "@file:example.org", s.Matrix.User)
	assert.Equal(t, "of-a-file", s.Matrix.Password.Reveal())
	assert.Equal(t, "of-the-environment", s.Semaphore.Token.Reveal())
}

// TestEveryKeyIsAVariable sets each setting alone, in each way that there is.
func TestEveryKeyIsAVariable(t *testing.T) {
	t.Parallel()
	var all settings
	values := map[string]string{"bool": "true", "slice": "one", "string": "one", "struct": "one"}
	seen := map[string]bool{}
	for i, each := range all.list() {
		kind := reflect.TypeOf(each.value).Elem().Kind().String()
		text := values[kind]
		require.NotEmpty(t, text, each.key)
		if _, level := each.value.(*logLevel); level {
			text = "debug"
		}
		if strings.HasSuffix(each.variable, fileSuffix) {
			text = writeFile(t, "secret", "one")
		}
		assert.NotEmpty(t, each.help, each.key)
		assert.NotEmpty(t, each.argument, each.key)
		assert.False(t, seen[each.variable], each.variable)
		seen[each.variable] = true
		if _, secret := each.secret(); secret {
			find(all.list(), each.variable+fileSuffix)
		}

		byVariable, err := readSettings(arguments{}, environment{each.variable: text}.get)
		require.NoError(t, err, each.variable)
		written := text
		if kind == "slice" {
			written = "[one]"
		}
		file := each.name() + ": " + written
		if each.section() != "" {
			file = each.section() + ":\n  " + file
		}
		byKey, err := readSettings(arguments{config: writeFile(t, "deploybot.yaml", file)}, environment{}.get)
		require.NoError(t, err, each.key)
		assert.Equal(t, fmt.Sprint(byVariable), fmt.Sprint(byKey), each.key)
		assert.True(t, byVariable.list()[i].isSet(), each.key)
	}
	assert.Greater(t, len(seen), 40)
}

func TestRefusedSettings(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		env  environment
		args arguments
		want []string
	}{
		"nothing": {environment{}, arguments{}, []string{
			"MATRIX_HOMESERVER", "MATRIX_USER", "MATRIX_PASSWORD", "MATRIX_ACCESS_TOKEN", "ZULIP_SITE", "ZULIP_EMAIL", "ZULIP_API_KEY",
			"SEMAPHORE_URL", "SEMAPHORE_TOKEN", "-admin", "-room",
		}},
		"both chats":  {onMatrixAlone().with(onZulipAlone()), everybody(), []string{"both matrix and zulip"}},
		"no password": {onMatrixAlone().with(environment{"MATRIX_PASSWORD": ""}), everybody(), []string{"MATRIX_PASSWORD"}},
		"two ways to log in": {
			onMatrixAlone().with(environment{"MATRIX_OAUTH": "true"}), everybody(), []string{"several ways to log in"},
		},
		"no user":          {onMatrixAlone().with(environment{"MATRIX_USER": ""}), everybody(), []string{"MATRIX_USER"}},
		"no key":           {onZulipAlone().with(environment{"ZULIP_API_KEY": ""}), arguments{admins: []string{"8"}, rooms: []string{"ops"}}, []string{"ZULIP_API_KEY"}},
		"nobody":           {onMatrixAlone(), arguments{rooms: []string{"!a:b"}}, []string{"nobody may do anything"}},
		"nowhere":          {onMatrixAlone(), arguments{admins: []string{"@a:b"}}, []string{"commands count in no room"}},
		"no user id":       {onMatrixAlone(), arguments{admins: []string{"ada"}, rooms: []string{"!a:b"}}, []string{`"ada" is no user id of Matrix`}},
		"no room":          {onMatrixAlone(), arguments{admins: []string{"@a:b"}, rooms: []string{"ops"}}, []string{`"ops" is neither the id of a room`}},
		"no person":        {onZulipAlone(), arguments{admins: []string{"Ada"}, rooms: []string{"ops"}}, []string{`"Ada" is neither a user id of Zulip`}},
		"everybody's port": {onMatrixAlone().with(environment{"DEPLOY_LISTEN": "0.0.0.0:9127"}), everybody(), []string{"DEPLOY_LISTEN", "not an address of this machine alone"}},
		"a nameless port":  {onMatrixAlone().with(environment{"DEPLOY_LISTEN": ":9127"}), everybody(), []string{"not an address of this machine alone"}},
		"no port":          {onMatrixAlone().with(environment{"DEPLOY_LISTEN": "localhost"}), everybody(), []string{"is no address"}},
		"two words":        {onMatrixAlone().with(environment{"DEPLOY_PREFIX": "hey bot"}), everybody(), []string{"DEPLOY_PREFIX"}},
		"an unknown level": {onMatrixAlone().with(environment{"LOG_LEVEL": "loud"}), everybody(), []string{`LOG_LEVEL: "loud" is none of debug`}},
		"neither nor":      {onMatrixAlone().with(environment{"LOG_JSON": "maybe"}), everybody(), []string{"LOG_JSON: here belongs true or false"}},
		"secret and file":  {onMatrixAlone().with(environment{"SEMAPHORE_TOKEN_FILE": "/x"}), everybody(), []string{"semaphore.token and semaphore.token_file are both set"}},
		"no such file":     {onMatrixAlone().with(environment{"SEMAPHORE_TOKEN": "", "SEMAPHORE_TOKEN_FILE": "/none/x"}), everybody(), []string{"SEMAPHORE_TOKEN_FILE", "/none/x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := readSettings(tt.args, tt.env.get)
			if err == nil {
				err = s.check()
			}
			require.Error(t, err)
			for _, want := range tt.want {
				require.ErrorContains(t, err, want)
			}
			assert.NotContains(t, err.Error(), "hunter2")
			assert.NotContains(t, fmt.Sprintf("%+v %#v", s, s), "hunter2")
		})
	}
}

func TestRisksAreSaid(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"SEMAPHORE_ALLOW_INSECURE", "SEMAPHORE_ALLOW_HTTP", "MATRIX_ALLOW_HTTP", "ZULIP_ALLOW_INSECURE", "ZULIP_ALLOW_HTTP"} {
		assert.Contains(t, runs(t, environment{variable: "true"}, "show").stderr, strings.ToLower(strings.Replace(variable, "_", ".", 1))+" is on: whoever")
		assert.Empty(t, runs(t, environment{variable: "false"}, "show").stderr)
	}
}

func TestMistakesInTheFile(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "deploybot.yaml", "data: /x\nlog_jsn: true\nsemaphore:\n  tokn: hunter2\n  allow_http: sometimes\nlog_level: loud\n")
	got := runs(t, environment{}, "-config", file)
	assert.Equal(t, statusConfig, got.status)
	for _, want := range []string{
		file + ": line 2: log_jsn: there is no such key; did you mean log_json?",
		file + ": line 4: semaphore.tokn: there is no such key; did you mean token?",
		file + ": line 5: semaphore.allow_http: here belongs true or false, not text",
		file + `: line 6: log_level: "loud" is none of debug, info, warn and error`,
	} {
		assert.Contains(t, got.stderr, want)
	}
	assert.NotContains(t, got.stderr, "hunter2")

	assert.Contains(t, runs(t, environment{"DEPLOY_CONFIG": "/none/deploybot.yaml"}).stderr, "/none/deploybot.yaml")
	assert.Contains(t, runs(t, environment{}, "-config", t.TempDir(), "check").stderr, "is not a file")
}

func TestConfigurationThatOthersCanRead(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o620, 0o601} {
		file := writeFile(t, "deploybot.yaml", "data: /x\n")
		require.NoError(t, os.Chmod(file, mode))
		got := runs(t, environment{}, "-config", file, "show")
		assert.Equal(t, 78, got.status)
		assert.Contains(t, got.stderr, fmt.Sprintf("others can read the configuration file %s, whose mode is %#o", file, mode))

		got = runs(t, environment{allowReadable: "true"}, "-config", file, "show")
		assert.Equal(t, statusOK, got.status)
		assert.Contains(t, got.stderr, allowReadable+" lets pass", "it is said")
	}
	for _, mode := range []os.FileMode{0o600, 0o400} {
		file := writeFile(t, "deploybot.yaml", "data: /x\n")
		require.NoError(t, os.Chmod(file, mode))
		assert.Equal(t, result{stdout: "data: \"/x\"\nprefix: \"!cd\"\nlisten: \"127.0.0.1:9127\"\nmatrix:\n  device_name: \"deploybot\"\n"},
			runs(t, environment{}, "-config", file, "show"))
	}
}

func TestShowHidesSecrets(t *testing.T) {
	t.Parallel()
	env := onMatrixAlone().with(environment{
		"DEPLOY_ADMINS": `@a:b,@"c:d`, "LOG_LEVEL": "debug", "DEPLOY_BACKUP_PASSPHRASE_FILE": writeFile(t, "passphrase", "hunter2-backup"),
	})
	got := runs(t, env, "show")
	assert.Equal(t, statusOK, got.status)
	assert.Empty(t, got.stderr)
	assert.NotContains(t, got.stdout, "hunter2")
	for _, want := range []string{
		`admins: ["@a:b", "@\"c:d"]`, "log_level: debug", "semaphore:\n  url: \"https://ci.example.org\"\n  token: REDACTED\n", "  password: REDACTED\n",
	} {
		assert.Contains(t, got.stdout, want)
	}
	again, err := readSettings(arguments{config: writeFile(t, "deploybot.yaml", strings.ReplaceAll(got.stdout, "passphrase_file", "#"))}, environment{}.get)
	require.NoError(t, err, "what is shown is a configuration file")
	assert.Equal(t, []string{"@a:b", `@"c:d`}, again.Admins)
}

func TestInit(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "etc")
	env := onMatrixAlone()
	got := runs(t, env, "init", folder, "-admin", "@ada:example.org")
	require.Equal(t, statusOK, got.status, got.stderr)
	config := filepath.Join(folder, "deploybot.yaml")
	for _, path := range []string{config, filepath.Join(folder, "policy.yaml")} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode())
	}
	content, err := os.ReadFile(config)
	require.NoError(t, err)
	assert.NotContains(t, string(content), "hunter2")
	var all settings
	for _, each := range all.list() {
		assert.Contains(t, string(content), each.variable+")\n", "a comment on every key")
		assert.Regexp(t, `(?m)^ *#?`+each.name()+": ", string(content))
	}

	s, err := readSettings(arguments{config: config}, environment{}.get)
	require.NoError(t, err)
	assert.Empty(t, s.Admins, "they are in the policy, where they can be taken out while the bot runs")
	assert.Equal(t, "@deploybot:example.org", s.Matrix.User)
	assert.Equal(t, filepath.Join(folder, "policy.yaml"), s.Policy)

	policy, err := readPolicy(s.Policy)
	require.NoError(t, err)
	assert.Equal(t, chatops.Policy{
		Direct: true, Grants: []chatops.Grant{{Users: []chatops.UserID{"@ada:example.org"}, Role: chatops.Admin}},
	}, policy)

	// With every comment sign before a key taken away it is a configuration file, but for what stands for values.
	uncommented := regexp.MustCompile(`(?m)^( *)#([a-z_]+: )`).ReplaceAllString(string(content), "$1$2")
	uncommented = strings.Replace(uncommented, ": LEVEL", ": warn", 1)
	require.NoError(t, yamlfile.Decode([]byte(uncommented), new(settings)))

	again := runs(t, env, "init", folder)
	assert.Equal(t, statusFailed, again.status)
	assert.Contains(t, again.stderr, "exists already, so nothing was written")
}

// TestPolicyTemplate reads the policy with all of its comments taken away that
// are examples.
func TestPolicyTemplate(t *testing.T) {
	t.Parallel()
	_, err := readPolicy(writeFile(t, "policy.yaml", new(settings).policyTemplate()))
	require.ErrorContains(t, err, "nobody is granted anything", "deny by default")

	s := settings{Admins: []string{"7", "8"}, Rooms: []string{"3"}}
	text := regexp.MustCompile(`(?m)^#( *- |   +[a-z_]+: |[a-z_]+:)`).ReplaceAllString(s.policyTemplate(), "$1")
	text = regexp.MustCompile(`(?m)^ +(viewer|runner|approver|admin|templates are|waits) .*\n`).ReplaceAllString(text, "")
	policy, err := readPolicy(writeFile(t, "policy.yaml", text))
	require.NoError(t, err, text)
	assert.Equal(t, []chatops.RoomID{"3"}, policy.Rooms)
	assert.Len(t, policy.Grants, 2)
	assert.Len(t, policy.Approvals, 1)
	assert.Len(t, policy.Freezes, 2)
	assert.Len(t, policy.Arguments, 1)
	assert.Equal(t, time.Hour, policy.Approve)
	assert.True(t, policy.RequireVerified)

	for _, tt := range []struct {
		env           environment
		admins, rooms []string
		left          settings
	}{
		{onMatrixAlone(), []string{"@a:b"}, []string{"!a:b"}, settings{}},
		{onMatrixAlone(), []string{"@a:b"}, []string{"!a:b", "#c:d"}, settings{Rooms: []string{"!a:b", "#c:d"}}},
		{onZulipAlone(), []string{"7"}, []string{"ops"}, settings{Rooms: []string{"ops"}}},
		{onZulipAlone(), []string{"7", "a@b"}, []string{"3"}, settings{Admins: []string{"7", "a@b"}}},
	} {
		s, err := readSettings(arguments{admins: tt.admins, rooms: tt.rooms}, tt.env.get)
		require.NoError(t, err)
		s.handOver()
		assert.Equal(t, tt.left.Admins, s.Admins)
		assert.Equal(t, tt.left.Rooms, s.Rooms)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"chek"}, `there is no command "chek"; did you mean check?`},
		{[]string{"xyzzy"}, `there is no command "xyzzy"`},
		{[]string{"audit"}, `there is no command "audit"`},
		{[]string{"show", "it"}, `show takes no "it"`},
		{[]string{"-colour"}, "there is no flag -colour: settings are variables"},
		{[]string{"check", "-rooms", "x"}, "there is no flag -rooms; did you mean -room?"},
		{[]string{"-config=", "check"}, "it is empty"},
		{[]string{"-admin"}, "-admin"},
		{[]string{"-admin", ""}, "it is empty"},
		{[]string{"-demo", "show"}, "-demo takes nothing else"},
		{[]string{"-demo", "-admin", "x"}, "-demo takes nothing else"},
	} {
		got := runs(t, environment{}, tt.args...)
		assert.Equal(t, statusUsage, got.status)
		assert.Contains(t, got.stderr, tt.want)
	}
	l, err := readLine([]string{"-admin", "a", "audit", "-room", "r", "verify", "-admin", "b", "file", "-config", "c"})
	require.NoError(t, err)
	assert.Equal(t, "audit verify", l.command.name)
	assert.Equal(t, arguments{config: "c", admins: []string{"a", "b"}, rooms: []string{"r"}, words: []string{"file"}}, l.arguments)
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-h"}, {"-help"}, {"help"}, {"check", "-h"}} {
		got := runs(t, environment{}, args...)
		assert.Equal(t, statusOK, got.status)
		var all settings
		for _, each := range all.list() {
			assert.Contains(t, got.stdout, "  "+each.variable+", "+each.key+"\n")
			assert.Contains(t, got.stdout, each.help)
		}
		for _, c := range allCommands() {
			assert.Contains(t, got.stdout, c.usage)
		}
	}
}

func TestStartWithoutAnything(t *testing.T) {
	t.Parallel()
	got := runs(t, environment{})
	assert.Equal(t, statusConfig, got.status)
	assert.Empty(t, got.stdout)
	for _, want := range []string{"-demo", "deploybot init", "deploybot -h"} {
		assert.Contains(t, got.stderr, want)
	}
}
