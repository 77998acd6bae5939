package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// systemd returns the unit in a folder of its own, as a machine would have it
// that has the program, and a program to check it with.
func systemd(t *testing.T) (analyze, unit string) {
	t.Helper()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("SIGNALBOX_REQUIRE_REAL") == "1" {
			t.Fatal("systemd-analyze is required and not here")
		}
		t.Skip("systemd-analyze is not here")
	}
	content, err := os.ReadFile("deploybot.service")
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)
	unit = filepath.Join(t.TempDir(), "deploybot.service")
	text := strings.Replace(string(content), "ExecStart=/usr/local/bin/deploybot", "ExecStart="+self, 1)
	require.NotEqual(t, string(content), text)
	require.NoError(t, os.WriteFile(unit, []byte(text), 0o600))
	return analyze, unit
}

func TestUnitIsRight(t *testing.T) {
	t.Parallel()
	analyze, unit := systemd(t)
	out, err := exec.CommandContext(t.Context(), analyze, "verify", unit).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Empty(t, string(out), "not a warning either")
}

func TestUnitIsHardened(t *testing.T) {
	t.Parallel()
	analyze, unit := systemd(t)
	const most = "15" // Of 100; 1.2 of 10 when this was written.
	out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold="+most, unit).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "Overall exposure level for deploybot.service")
}

func TestUnitStartsTheProgram(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("deploybot.service")
	require.NoError(t, err)
	command := regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindStringSubmatch(string(content))
	require.NotNil(t, command)
	words := strings.Fields(command[1])
	l, err := readLine(words[1:])
	require.NoError(t, err)
	assert.Equal(t, "run", l.command.name)
	var all settings
	for _, set := range regexp.MustCompile(`(?m)^Environment=([A-Z_]+)=`).FindAllStringSubmatch(string(content), -1) {
		find(all.list(), set[1])
	}
	assert.Contains(t, string(content), "RestartPreventExitStatus=2 78")
}

// instruction is a line of a Dockerfile.
type instruction struct{ word, rest string }

func dockerfile(t *testing.T) (all []instruction) {
	t.Helper()
	content, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	text := strings.ReplaceAll(string(content), "\\\n", " ")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		require.Contains(t, []string{"FROM", "WORKDIR", "COPY", "RUN", "ENV", "VOLUME", "USER", "HEALTHCHECK", "ENTRYPOINT"}, word)
		all = append(all, instruction{word, strings.TrimSpace(rest)})
	}
	return all
}

func TestImage(t *testing.T) {
	t.Parallel()
	var base string
	final := map[string][]string{}
	var built strings.Builder
	for _, each := range dockerfile(t) {
		if each.word == "FROM" {
			base, _, _ = strings.Cut(each.rest, " ")
			final = map[string][]string{}
		}
		if each.word == "RUN" {
			built.WriteString(each.rest + "\n")
		}
		final[each.word] = append(final[each.word], each.rest)
	}
	assert.Equal(t, "scratch", base, "the image has nothing but what is copied into it")
	assert.Empty(t, final["RUN"], "there is no shell to run anything")
	assert.Contains(t, built.String(), "CGO_ENABLED=0 go build -tags goolm ", "a static binary that encrypts")

	require.Len(t, final["USER"], 1)
	assert.Regexp(t, `^[1-9][0-9]*:[1-9][0-9]*$`, final["USER"][0], "a number, since scratch knows no names, and not root's")
	var certificates bool
	for _, copied := range final["COPY"] {
		words := strings.Fields(copied)
		assert.Equal(t, "--from=build", words[0], "nothing of the checkout is in the image")
		certificates = certificates || words[len(words)-1] == "/etc/ssl/certs/ca-certificates.crt"
		if strings.HasSuffix(copied, " /data") {
			assert.Contains(t, copied, "--chown="+final["USER"][0]+" ")
		}
	}
	assert.True(t, certificates)
	assert.Equal(t, []string{`["/deploybot"]`}, final["ENTRYPOINT"])
	assert.Equal(t, []string{"/data"}, final["VOLUME"])

	require.Len(t, final["HEALTHCHECK"], 1)
	check := regexp.MustCompile(`CMD \["/deploybot", "([a-z]+)"\]$`).FindStringSubmatch(final["HEALTHCHECK"][0])
	require.NotNil(t, check, "the program itself, without a shell")
	l, err := readLine(check[1:])
	require.NoError(t, err)
	assert.Equal(t, "health", l.command.name)

	var all settings
	for _, set := range final["ENV"] {
		variable, _, _ := strings.Cut(set, "=")
		_, secret := find(all.list(), variable).secret()
		assert.False(t, secret, "%s does not belong into an image", variable)
	}
}
