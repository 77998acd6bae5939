package main

import (
	"bytes"
	"flag"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/internal/proctest"
)

// environment is that of the program.
type environment map[string]string

func (e environment) get(name string) string { return e[name] }

func (e environment) all() (entries []string) {
	for name, value := range e {
		entries = append(entries, name+"="+value)
	}
	return entries
}

// complete is the least that a start needs.
func complete() environment {
	return environment{"ZULIP_SITE": "https://chat.example.org", "ZULIP_EMAIL": "bot@example.org", "ZULIP_API_KEY": "hunter2-key"}
}

func with(more environment) environment {
	e := complete()
	maps.Copy(e, more)
	return e
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

const zuliprc = "[api]\nemail=file@example.org\nkey=file-key\nsite=https://file.example.org\n"

func TestDefaults(t *testing.T) {
	t.Parallel()
	s, err := readSettings(nil, complete().get)
	require.NoError(t, err)
	assert.Equal(t, "standup.db", s.database)
	assert.Equal(t, "UTC", s.zone)
	assert.Empty(t, s.admins)
	assert.Equal(t, slog.LevelInfo, s.logLevel)
	assert.True(t, s.rehearseAt.IsZero())
	assert.False(t, s.demo)
}

func TestEverySetting(t *testing.T) {
	t.Parallel()
	s, err := readSettings([]string{"-rehearse-at", "2026-06-17T09:29:50+02:00"}, with(environment{
		"STANDUP_DB": "/var/lib/standup.db", "STANDUP_ZONE": "Africa/Lagos", "STANDUP_ADMINS": "8, ada@example.org,9", "LOG_LEVEL": "DEBUG",
	}).get)
	require.NoError(t, err)
	assert.Equal(t, "/var/lib/standup.db", s.database)
	assert.Equal(t, "Africa/Lagos", s.zone)
	assert.Equal(t, []string{"8", "ada@example.org", "9"}, s.admins)
	assert.Equal(t, slog.LevelDebug, s.logLevel)
	assert.True(t, time.Date(2026, time.June, 17, 7, 29, 50, 0, time.UTC).Equal(s.rehearseAt))
}

func TestFlagsShadowTheEnvironmentWhichShadowsTheFile(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "zuliprc", zuliprc)
	keyFile := writeFile(t, "key", "key-of-the-flag\n")

	s, err := readSettings([]string{"-zuliprc", file}, environment{}.get)
	require.NoError(t, err)
	assert.Equal(t, "https://file.example.org", s.credentials.Site)
	assert.Equal(t, "file@example.org", s.credentials.Email)
	assert.Equal(t, "file-key", s.credentials.APIKey.Reveal())

	s, err = readSettings(nil, with(environment{"ZULIP_CONFIG": file}).get)
	require.NoError(t, err)
	assert.Equal(t, "https://chat.example.org", s.credentials.Site)
	assert.Equal(t, "hunter2-key", s.credentials.APIKey.Reveal())

	s, err = readSettings([]string{
		"-site", "https://flag.example.org", "-email", "flag@example.org", "-api-key-file", keyFile,
		"-db", "flag.db", "-zone", "Europe/Berlin", "-admins", "7", "-log-level", "error",
	}, with(environment{"STANDUP_DB": "env.db", "STANDUP_ZONE": "nowhere", "STANDUP_ADMINS": "!", "LOG_LEVEL": "loud"}).get)
	require.NoError(t, err, "what a flag shadows is not looked at")
	assert.Equal(t, "https://flag.example.org", s.credentials.Site)
	assert.Equal(t, "flag@example.org", s.credentials.Email)
	assert.Equal(t, "key-of-the-flag", s.credentials.APIKey.Reveal())
	assert.Equal(t, "flag.db", s.database)
	assert.Equal(t, "Europe/Berlin", s.zone)
	assert.Equal(t, []string{"7"}, s.admins)
	assert.Equal(t, slog.LevelError, s.logLevel)
}

func TestSecretFromFile(t *testing.T) {
	t.Parallel()
	s, err := readSettings(nil, environment{
		"ZULIP_SITE": "https://chat.example.org", "ZULIP_EMAIL": "bot@example.org", "ZULIP_API_KEY_FILE": writeFile(t, "key", "from-a-file\n"),
	}.get)
	require.NoError(t, err)
	assert.Equal(t, "from-a-file", s.credentials.APIKey.Reveal())
}

func TestBadSettings(t *testing.T) {
	t.Parallel()
	noAPI := writeFile(t, "noapi", "[other]\n")
	partly := writeFile(t, "partly", "[api]\nsite=https://chat.example.org\n")
	for name, tt := range map[string]struct {
		args []string
		env  environment
		want []string
	}{
		"nothing set":             {nil, environment{}, []string{"ZULIP_SITE", "ZULIP_EMAIL", "ZULIP_API_KEY", "ZULIP_API_KEY_FILE"}},
		"part of it set":          {nil, environment{"ZULIP_SITE": "https://chat.example.org"}, []string{"ZULIP_EMAIL", "ZULIP_API_KEY"}},
		"a zuliprc without key":   {[]string{"-zuliprc", partly}, environment{}, []string{"ZULIP_EMAIL", "ZULIP_API_KEY"}},
		"no such zuliprc":         {[]string{"-zuliprc", "/none/zuliprc"}, environment{}, []string{"/none/zuliprc", "no such file"}},
		"a file of other content": {[]string{"-zuliprc", noAPI}, environment{}, []string{noAPI, "[api]"}},
		"no such key file":        {[]string{"-api-key-file", "/none/key"}, complete(), []string{"ZULIP_API_KEY_FILE", "/none/key"}},
		"two keys":                {nil, with(environment{"ZULIP_API_KEY_FILE": "/none/key"}), []string{"ZULIP_API_KEY and ZULIP_API_KEY_FILE"}},
		"an unknown zone":         {nil, with(environment{"STANDUP_ZONE": "Europe/Berlim"}), []string{"STANDUP_ZONE", "Europe/Berlin"}},
		"no admin":                {nil, with(environment{"STANDUP_ADMINS": "8,Jonas"}), []string{"STANDUP_ADMINS", `"Jonas"`}},
		"an unknown level":        {nil, with(environment{"LOG_LEVEL": "loud"}), []string{"LOG_LEVEL", `"loud"`, "warn"}},
		"no instant":              {[]string{"-rehearse-at", "tomorrow"}, complete(), []string{"-rehearse-at", `"tomorrow"`, "2026-06-17T09:29:50+02:00"}},
		"everything at once": {
			[]string{"-rehearse-at", "9:30"},
			environment{"STANDUP_ZONE": "x", "STANDUP_ADMINS": "x", "LOG_LEVEL": "x"},
			[]string{"ZULIP_SITE", "ZULIP_EMAIL", "ZULIP_API_KEY", "STANDUP_ZONE", "STANDUP_ADMINS", "LOG_LEVEL", "-rehearse-at"},
		},
		"an unknown flag":      {[]string{"-colour"}, complete(), []string{"-colour"}},
		"a flag without value": {[]string{"-db"}, complete(), []string{"-db"}},
		"an unknown argument":  {[]string{"-db", "x.db", "start"}, complete(), []string{`"start"`}},
		"a demo of something":  {[]string{"-demo", "-db", "x.db"}, complete(), []string{"-demo", "no other flag"}},
		"a demo with argument": {[]string{"-demo", "fast"}, complete(), []string{`"fast"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readSettings(tt.args, tt.env.get)
			require.Error(t, err)
			for _, want := range tt.want {
				require.ErrorContains(t, err, want)
			}
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestMistypedVariables(t *testing.T) {
	t.Parallel()
	const remark = "ZULIP_SITTE: there is no such setting; did you mean ZULIP_SITE?"
	var stdout, stderr bytes.Buffer
	e := with(environment{"STANDUP_ZON": "hunter2", "ZULIP_SITTE": "hunter2", "STANDUP_ADMINS": "", "ZULIP_REALM": "hunter2"})
	assert.Equal(t, statusSettings, program{e.get, e.all, &stdout, &stderr}.run(proctest.Patient(t), nil))
	assert.Contains(t, stderr.String(), "  - STANDUP_ZON: there is no such setting; did you mean STANDUP_ZONE?\n")
	assert.Contains(t, stderr.String(), "  - "+remark+"\n")
	for _, never := range []string{"hunter2", "ZULIP_REALM"} {
		assert.NotContains(t, stderr.String(), never)
	}
	assert.Equal(t, statusOK, program{e.get, e.all, &stdout, &stderr}.run(t.Context(), []string{"-h"}))

	o := newOffice(t)
	o.environment["ZULIP_SITTE"] = "hunter2"
	p := o.start(t)
	p.Stop()
	assert.Contains(t, p.Log.String(), remark)
	assert.NotContains(t, p.Log.String(), "hunter2")
}

func TestDemoLooksAtNoSetting(t *testing.T) {
	t.Parallel()
	s, err := readSettings([]string{"-demo"}, environment{"STANDUP_ZONE": "nowhere", "ZULIP_CONFIG": "/none"}.get)
	require.NoError(t, err)
	assert.True(t, s.demo)
}

func TestNothingSet(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	status := program{environment{}.get, environment{}.all, &stdout, &stderr}.run(t.Context(), nil)
	assert.Equal(t, 2, status)
	assert.Empty(t, stdout.String())
	for _, want := range []string{"ZULIP_SITE", "ZULIP_EMAIL", "ZULIP_API_KEY", "go run ./examples/standupbot -demo", "-h"} {
		assert.Contains(t, stderr.String(), want)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	_, err := readSettings([]string{"-help"}, environment{}.get)
	require.ErrorIs(t, err, flag.ErrHelp)

	var stdout, stderr bytes.Buffer
	assert.Equal(t, 0, program{environment{}.get, environment{}.all, &stdout, &stderr}.run(t.Context(), []string{"-h"}))
	assert.Empty(t, stderr.String())
	for _, s := range allSettings() {
		assert.Contains(t, stdout.String(), s.variable)
		assert.Contains(t, stdout.String(), s.usage)
	}
	assert.Contains(t, stdout.String(), "-rehearse-at")
	assert.Contains(t, stdout.String(), "-demo")
}

func TestUnusableSite(t *testing.T) {
	t.Parallel()
	for _, site := range []string{"http://chat.example.org", "ftp://chat.example.org", "https://"} {
		var stdout, stderr bytes.Buffer
		assert.Equal(t, 2, program{with(environment{"ZULIP_SITE": site}).get, with(environment{"ZULIP_SITE": site}).all, &stdout, &stderr}.run(t.Context(), nil))
		assert.Contains(t, stderr.String(), "ZULIP_SITE")
		assert.NotContains(t, stderr.String(), "hunter2")
	}
}
