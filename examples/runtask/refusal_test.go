package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// TestRefusals is what keeps a task from being started, and what is said about it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("swordfish\n"), 0o600))
	for name, c := range map[string]struct {
		args []string
		env  environment // Replaces what is right.
		why  string
	}{
		"no setting at all": {
			env: environment{"SEMAPHORE_URL": "", "SEMAPHORE_TOKEN": ""},
			why: "the environment lacks SEMAPHORE_URL, SEMAPHORE_TOKEN (or SEMAPHORE_TOKEN_FILE) (runtask -h lists all settings)",
		},
		"wrong token":           {env: environment{"SEMAPHORE_TOKEN": "hunter2-hunter2"}, why: "the server does not take SEMAPHORE_TOKEN: "},
		"token with a blank":    {env: environment{"SEMAPHORE_TOKEN": "hunter2 hunter2"}, why: "the token has characters that no token has"},
		"wrong path":            {env: environment{"SEMAPHORE_URL": "http://127.0.0.1/elsewhere"}, why: "SEMAPHORE_URL, which is http://127.0.0.1/elsewhere, does not lead to Semaphore: "},
		"no address":            {env: environment{"SEMAPHORE_URL": "https://"}, why: "SEMAPHORE_URL or another setting of the server: "},
		"open to others":        {env: environment{"SEMAPHORE_URL": "http://ci.example.org"}, why: "use https, or allow http explicitly (runtask -h lists all settings)"},
		"unknown project":       {args: []string{"-project", "shpo"}, why: `there is no project "shpo"; there is "shop"`},
		"unknown template":      {args: []string{"depoly"}, why: `there is no template "depoly"; there is "deploy", "destroy", "release"`},
		"no template named":     {why: `name a template: "deploy", "destroy", "release"`},
		"two templates named":   {args: []string{"deploy", "-template", "destroy"}, why: `name one template, not "deploy", "destroy"`},
		"unknown flag":          {args: []string{"-colour"}, why: "flag provided but not defined: -colour"},
		"variable of no form":   {args: []string{"-var", "stage"}, why: "it must be NAME=VALUE"},
		"variable twice":        {args: []string{"-var", "a=1", "-var", "a=2"}, why: "a is given twice"},
		"secret of no form":     {args: []string{"-secret-file", "password"}, why: "it must be NAME=FILE"},
		"secret without file":   {args: []string{"-secret-file", "password=/does/not/exist"}, why: "no such file"},
		"secret of nothing":     {args: []string{"-secret-file", "password=/dev/null"}, why: "the file is empty"},
		"survey not answered":   {args: []string{"release"}, why: `-var stage=… is required; it can be "test", "live"; -var hosts=… is required`},
		"wrong answer":          {args: []string{"release", "-var", "stage=moon", "-var", "hosts=2"}, why: `-var stage=… cannot be "moon"; it can be "test", "live"`},
		"secret in the open":    {args: []string{"destroy", "-var", "password=hunter2"}, why: "password is secret: give it as -secret-file password=FILE"},
		"open as a secret":      {args: []string{"release", "-secret-file", "stage=" + secret}, why: "stage is no secret of this template: give it as -var stage=VALUE"},
		"dry run of a script":   {args: []string{"deploy", "-dry-run"}, why: "-dry-run is for Ansible"},
		"secret not given":      {args: []string{"destroy"}, why: "password is secret: give it as -secret-file password=FILE"},
		"wrong mark":            {args: []string{"deploy", "-mark", "short"}, why: "-mark must have 8 to 64 letters"},
		"limit not for Ansible": {args: []string{"deploy", "-limit", "web1"}, why: "-limit is for Ansible; this template runs bash"},
		"demo with a template":  {args: []string{"-demo", "deploy"}, why: "-demo takes -no-color alone"},
		"demo with a flag":      {args: []string{"-demo", "-debug"}, why: "-demo takes -no-color alone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBooth(t, semaphoretest.Script{}, func(b *booth) {
				b.surveys()
				maps.Copy(b.env, c.env)
				b.refuses(c.why, c.args...)
				assert.NotContains(t, b.stderr.String(), "hunter2-")
			}, semaphoretest.WithPrefix("/ci"))
		})
	}
}

// surveys adds a template that asks for a secret and one that asks nothing, and one with two questions.
func (b *booth) surveys() {
	ask := func(name string, vars ...map[string]any) {
		b.AddTemplate(b.project, semaphoretest.Template{Name: name, Fields: map[string]any{"survey_vars": vars}})
	}
	ask("release",
		map[string]any{"name": "stage", "type": "enum", "required": true, "values": []map[string]string{
			{"name": "Test", "value": "test"}, {"name": "Live", "value": "live"},
		}},
		map[string]any{"name": "hosts", "type": "int", "required": true},
	)
	ask("destroy", map[string]any{"name": "password", "type": "secret", "required": true})
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{}, func(b *booth) {
		b.Close()
		b.refuses("SEMAPHORE_URL, which is http://127.0.0.1, cannot be reached: ", "deploy")
	})
}

func TestGuest(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{}, func(b *booth) {
		guest := b.AddUser(semaphoretest.User{Username: "guest"})
		b.AddProject("club", semaphoretest.Member{User: guest, Role: semaphoretest.RoleGuest})
		b.env["SEMAPHORE_TOKEN"] = guest.Token
		b.refuses(`project "club" has no template`)
	})
	inBooth(t, semaphoretest.Script{}, func(b *booth) {
		guest := b.AddUser(semaphoretest.User{Username: "guest"})
		club := b.AddProject("club", semaphoretest.Member{User: guest, Role: semaphoretest.RoleGuest})
		b.AddTemplate(club, semaphoretest.Template{Name: "deploy"})
		b.env["SEMAPHORE_TOKEN"] = guest.Token
		b.refuses("semaphore: start task: POST /api/project/2/tasks: 403: the user's role does not allow this")
	})
}

func TestNamesAndIDs(t *testing.T) {
	t.Parallel()
	all := []candidate{{1, "deploy"}, {2, "backup"}, {3, "deploy"}, {4, "2"}}
	for _, c := range []struct {
		wanted string
		index  int
		why    string
	}{
		{wanted: "backup", index: 1},
		{wanted: "3", index: 2},
		{wanted: "2", index: 3}, // A name comes before an id.
		{wanted: "deploy", why: `several templates are called "deploy"; name one by its id: 1, 3`},
		{wanted: "5", why: `there is no template "5"; there is "2", `},
		{wanted: "", why: `name a template: "2", "backup", "deploy", "deploy"`},
	} {
		index, err := choose("template", c.wanted, "none", all)
		if c.why != "" {
			require.ErrorContains(t, err, c.why)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, c.index, index, c.wanted)
	}
	_, err := choose("template", "", "the project has no template", nil)
	require.EqualError(t, err, "the project has no template")

	var many []candidate
	for i := range int64(30) {
		many = append(many, candidate{100 + i, fmt.Sprintf("template %d", i)})
	}
	_, err = choose("template", "templat 27", "none", many)
	require.ErrorContains(t, err, `there is "template 27", `)
	require.ErrorContains(t, err, " and 22 more")
}

func TestSecretsComeFromFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	secret, token := filepath.Join(folder, "secret"), filepath.Join(folder, "token")
	require.NoError(t, os.WriteFile(secret, []byte("swordfish\n"), 0o644))
	inBooth(t, semaphoretest.Script{}, func(b *booth) {
		b.surveys()
		require.NoError(t, os.WriteFile(token, []byte(b.Admin().Token+"\n"), 0o644))
		b.env = environment{"SEMAPHORE_URL": b.URL(), "SEMAPHORE_TOKEN_FILE": token}
		b.runs(statusSuccess, "destroy", "-secret-file", "password="+secret)
		assert.Contains(t, b.stderr.String(), token+" can be read by others; chmod 600 protects it\n")
		assert.Contains(t, b.stderr.String(), secret+" can be read by others; chmod 600 protects it\n")
		assert.NotContains(t, b.stderr.String(), "swordfish")
		found := false
		for _, r := range b.Requests() {
			found = found || r.Method == "POST" && strings.Contains(r.Body, `"secret":"REDACTED"`)
		}
		assert.True(t, found)
	})
}

func TestInsecureHTTP(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{}, func(b *booth) {
		b.env["SEMAPHORE_URL"] = "http://ci.example.org"
		b.runs(statusSuccess, "-insecure-http")
	})
}

func TestOnlyTemplate(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{Hold: time.Second}, func(b *booth) {
		b.runs(statusSuccess)
	})
}

func TestUsage(t *testing.T) {
	t.Parallel()
	var stdout, stderr buffer
	status := run(t.Context(), process{args: []string{"-h"}, getenv: environment{}.get, stdout: &stdout, stderr: &stderr})
	require.Equal(t, statusSuccess, status)
	for _, s := range allSettings() {
		assert.Contains(t, stdout.String(), "  -"+s.flag)
		args := []string{"-" + s.flag}
		if s.argument != "" {
			args = append(args, "name=settings.go")
		}
		_, err := readSettings(args, environment{"SEMAPHORE_URL": "https://ci.example.org", "SEMAPHORE_TOKEN": "t0ken"}.get)
		require.NoError(t, err, "%s is known", s.flag)
	}
	assert.Contains(t, stdout.String(), "SEMAPHORE_TOKEN_FILE")
	assert.Contains(t, stdout.String(), "  3  the task is no longer watched")
}
