package contract

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// TestOfficialPythonClient lets the client of Zulip's own makers work against the fake on a real port.
func TestOfficialPythonClient(t *testing.T) {
	t.Parallel()
	python := "/usr/bin/python3"
	if _, err := os.Stat(python); err != nil {
		python = "python3"
	}
	env := append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	if folder := os.Getenv("SIGNALBOX_ZULIP_PYTHON"); folder != "" {
		env = append(env, "PYTHONPATH="+folder)
	}
	probe := exec.CommandContext(t.Context(), python, "-c", "import zulip")
	probe.Env = env
	if out, err := probe.CombinedOutput(); err != nil {
		require.Empty(t, os.Getenv("SIGNALBOX_ZULIP_PYTHON"), "SIGNALBOX_ZULIP_PYTHON is set, but: %s", out)
		t.Skip("the Python package zulip is absent (SIGNALBOX_ZULIP_PYTHON names its folder)")
	}
	playBot(t, env, python, filepath.Join("testdata", "client.py"))
}

// TestZulipJS lets the JavaScript client work against the fake on a real port.
func TestZulipJS(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("SIGNALBOX_ZULIP_JS")
	if folder == "" {
		absent(t, "zulip-js (SIGNALBOX_ZULIP_JS names the folder with node_modules/zulip-js)")
	}
	env := append(os.Environ(), "NODE_PATH="+filepath.Join(folder, "node_modules"))
	playBot(t, env, "node", filepath.Join("testdata", "client.js"))
}

// playBot runs a program that uploads, sends, listens, answers, edits and reacts, and plays the people around it.
func playBot(t *testing.T, env []string, name, script string) {
	t.Helper()
	srv := zuliptest.New()
	t.Cleanup(srv.Close)
	site, err := srv.Listen("127.0.0.1:0")
	require.NoError(t, err)
	ada := srv.AddUser(zuliptest.User{FullName: "Ada Byron"})
	bot := srv.AddBot("Standup Bot", "")
	team := srv.AddChannel("team", ada, bot)

	dir := t.TempDir()
	zuliprc, note := filepath.Join(dir, "zuliprc"), filepath.Join(dir, "note.txt")
	require.NoError(t, os.WriteFile(zuliprc, []byte(bot.Zuliprc(site)), 0o600))
	require.NoError(t, os.WriteFile(note, []byte("what was agreed"), 0o600))

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var output bytes.Buffer
	program := exec.CommandContext(ctx, name, script, zuliprc, note)
	program.Env, program.Stdout, program.Stderr = env, &output, &output
	require.NoError(t, program.Start())
	ended := make(chan error, 1)
	go func() {
		ended <- program.Wait()
		cancel() // a program that ends early ends the waits below
	}()
	said := func(what string, m zuliptest.Message, err error) zuliptest.Message {
		t.Helper()
		if err != nil {
			cancel()
			<-ended
			t.Fatalf("no %s: %v\n%s\n%v", what, err, output.String(), srv.Requests())
		}
		return m
	}
	from := func(u *zuliptest.User, content string) func(zuliptest.Message) bool {
		return func(m zuliptest.Message) bool { return m.SenderID == u.ID && m.Content == content }
	}
	file := regexp.MustCompile(`^\[note\.txt\]\((/user_uploads/\S+)\)$`)
	m, err := srv.WaitForMessage(ctx, func(m zuliptest.Message) bool { return file.MatchString(m.Content) })
	m = said("uploaded file", m, err)
	assert.Equal(t, "team", m.Channel)
	assert.Equal(t, "what was agreed", download(t, site+file.FindStringSubmatch(m.Content)[1], ada))

	require.NoError(t, srv.WaitForPoll(ctx, bot))
	ping := srv.SendDirect(ada, "ping", bot)
	m, err = srv.WaitForMessage(ctx, from(bot, "pong, edited"))
	m = said("edited answer", m, err)
	assert.Equal(t, []int{ada.ID, bot.ID}, m.To)
	assert.False(t, m.EditedAt.IsZero())
	assert.Len(t, srv.MessagesFunc(func(m zuliptest.Message) bool { return m.ID == ping.ID && len(m.Reactions) == 1 }), 1)

	srv.React(ada, m.ID, "tada")
	m, err = srv.WaitForMessage(ctx, from(bot, fmt.Sprintf("add tada by %d", ada.ID)))
	said("answer to the reaction", m, err)

	srv.SendToChannel(ada, team, "lunch", "hello @**Standup Bot**")
	m, err = srv.WaitForMessage(ctx, from(bot, "flags: mentioned"))
	assert.Equal(t, "lunch", said("answer in the channel", m, err).Topic)

	srv.SendDirect(ada, "stop", bot)
	require.NoError(t, <-ended, output.String())
}

func download(t *testing.T, address string, as *zuliptest.User) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	r.SetBasicAuth(as.Email, as.APIKey)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(content))
	return string(content)
}
