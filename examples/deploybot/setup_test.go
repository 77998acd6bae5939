package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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

func (e environment) with(more environment) environment {
	all := maps.Clone(e)
	maps.Copy(all, more)
	return all
}

// onMatrixAlone is the least that a start needs on Matrix, without people and rooms.
func onMatrixAlone() environment {
	return environment{
		"MATRIX_HOMESERVER": "https://matrix.example.org", "MATRIX_USER": "@deploybot:example.org", "MATRIX_PASSWORD": "hunter2-matrix",
		"SEMAPHORE_URL": "https://ci.example.org", "SEMAPHORE_TOKEN": "hunter2-semaphore",
	}
}

// onZulipAlone is the same on Zulip.
func onZulipAlone() environment {
	return environment{
		"ZULIP_SITE": "https://chat.example.org", "ZULIP_EMAIL": "bot@example.org", "ZULIP_API_KEY": "hunter2-zulip",
		"SEMAPHORE_URL": "https://ci.example.org", "SEMAPHORE_TOKEN": "hunter2-semaphore",
	}
}

// everybody lets somebody in on Matrix.
func everybody() arguments {
	return arguments{admins: []string{"@ada:example.org"}, rooms: []string{"!ops:example.org"}}
}

// result is what a run of the program left behind.
type result struct {
	status         int
	stdout, stderr string
}

// runs runs the program until it ends.
func runs(t *testing.T, env environment, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := program{getenv: env.get, environ: env.all, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
	status := p.run(t.Context(), args)
	return result{status, stdout.String(), stderr.String()}
}

// writeFile writes a private file into a folder of its own.
func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, file.Close())
}
