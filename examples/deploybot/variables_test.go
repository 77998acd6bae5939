package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMistypedVariables(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := onMatrixAlone().with(environment{"DEPLOY_DTA": folder, "DEPLOY_PORT": "tcp://hunter2:80", "DEPLOY_ADMIN": ""})
	for _, words := range [][]string{
		{"run"}, {"init", folder}, {"check"}, {"show"}, {"verify"}, {"backup", "x"}, {"restore", "x"}, {"audit", "verify"}, {"health"},
	} {
		got := runs(t, env, words...)
		assert.Equal(t, statusConfig, got.status, words)
		assert.Empty(t, got.stdout, words)
		assert.Contains(t, got.stderr, "  - DEPLOY_DTA: there is no such setting; did you mean DEPLOY_DATA?\n", words)
		assert.Contains(t, got.stderr, "  - DEPLOY_PORT: there is no such setting", words)
		assert.NotContains(t, got.stderr, "hunter2", words)
		assert.NotContains(t, got.stderr, folder, words)
		assert.NotContains(t, got.stderr, "DEPLOY_ADMIN:", "what is empty is not set")
	}
	assert.Equal(t, statusOK, runs(t, env, "-h").status)
}

// TestMistypedVariablesOfOthers has names that another program may mean: they are
// worth a remark, in the log, by check, and where something is missing.
func TestMistypedVariablesOfOthers(t *testing.T) {
	t.Parallel()
	const remark = "MATRIX_PASSWD: there is no such setting; did you mean MATRIX_PASSWORD?"
	o := newOffice(t)
	o.environment = o.with(environment{"MATRIX_PASSWD": "hunter2", "SEMAPHORE_PORT": "tcp://hunter2:3000", "LOG_FORMAT": "hunter2"})
	people := []string{"-admin", number(o.ada), "-room", "ops"}
	got := runs(t, o.environment, append(people, "check")...)
	assert.Equal(t, statusOK, got.status, got.stdout+got.stderr)
	assert.Contains(t, got.stdout, "  note  "+remark+"\n")
	assert.Contains(t, runs(t, o.environment, "show").stderr, remark)
	p := o.start(t, people...)
	p.Stop()
	assert.Contains(t, p.Log.String(), remark)
	missing := runs(t, onMatrixAlone().with(environment{"MATRIX_PASSWORD": "", "MATRIX_PASSWD": "hunter2"}), "-admin", "@ada:example.org", "-room", "!ops:example.org")
	assert.Equal(t, statusConfig, missing.status)
	assert.Contains(t, missing.stderr, "  - "+remark+"\n")
	for _, text := range []string{got.stdout + got.stderr, p.Log.String(), missing.stderr} {
		for _, never := range []string{"hunter2", "SEMAPHORE_PORT", "LOG_FORMAT"} {
			assert.NotContains(t, text, never)
		}
	}
}
