package chatops

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/standup"
)

// realProject makes a project of two Bash templates on the server that SEMAPHORE_URL and SEMAPHORE_TOKEN name, which must
// be one that reads repositories of this machine, and deletes it at the end.
func realProject(t *testing.T) (client *semaphore.Client, name string) {
	t.Helper()
	if os.Getenv("SEMAPHORE_URL") == "" || os.Getenv("SEMAPHORE_TOKEN") == "" || os.Getenv("SEMAPHORE_REPOSITORY") != "" {
		t.Skip("SEMAPHORE_URL and SEMAPHORE_TOKEN do not name a real server on this machine")
	}
	credentials, err := semaphore.CredentialsFromEnv(os.Getenv)
	require.NoError(t, err)
	client, err = semaphore.NewClient(credentials)
	require.NoError(t, err)
	ctx, code := t.Context(), t.TempDir()
	for file, text := range map[string]string{
		"good.sh": "seq -f 'step %.0f' 100\nsleep 1\necho done with \"$@\"\n",
		"bad.sh":  "echo about to fail\nsleep 1\nexit 3\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(code, file), []byte(text), 0o600))
	}
	for _, arguments := range [][]string{
		{"init", "--quiet", "--initial-branch", "main"},
		{"add", "."},
		{"-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "--message", "Scripts"},
	} {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", code}, arguments...)...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	name = fmt.Sprintf("chatops-%d", time.Now().UnixNano())
	project, err := client.CreateProject(ctx, semaphore.Project{Name: name})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.DeleteProject(context.WithoutCancel(t.Context()), project.ID)) })
	key, err := client.CreateKey(ctx, project.ID, "none", semaphore.KeySecret{})
	require.NoError(t, err)
	repository, err := client.CreateRepository(ctx, project.ID, semaphore.Repository{
		Name: "code", GitURL: "file://" + code, GitBranch: "main", KeyID: key.ID,
	})
	require.NoError(t, err)
	environment, err := client.CreateEnvironment(ctx, project.ID, semaphore.Environment{Name: "empty"})
	require.NoError(t, err)
	for _, script := range []string{"good", "bad"} {
		_, err := client.CreateTemplate(ctx, project.ID, semaphore.Template{
			Name: script, App: semaphore.AppBash, Playbook: script + ".sh", RepositoryID: repository.ID,
			EnvironmentIDs: []semaphore.EnvironmentID{environment.ID}, AllowOverrideArguments: true,
		})
		require.NoError(t, err)
	}
	return client, name
}

// A deploy, and one that fails, on a real server.
func TestRealDeploy(t *testing.T) {
	client, project := realProject(t)
	audit, err := OpenAudit(filepath.Join(t.TempDir(), "audit.jsonl"))
	require.NoError(t, err)
	chat := newFakeChat()
	o := &town{t: t, chat: chat, store: standup.NewMemStore(), audit: filepath.Join(t.TempDir(), "audit.jsonl")}
	o.config = Config{
		Semaphore: client, Store: o.store, Chat: chat, Audit: audit,
		Policy: Policy{Rooms: []RoomID{ops}, Grants: []Grant{{Users: []UserID{ada}, Role: Admin}}},
	}
	o.start()
	t.Cleanup(func() { _ = o.stop() })
	say := func(text string) {
		t.Helper()
		require.NoError(t, o.engine.Handle(t.Context(), o.event(ada, text)))
	}
	said := func(words string) message {
		t.Helper()
		var found message
		require.Eventually(t, func() bool {
			for _, m := range chat.in(string(ops)) {
				if strings.Contains(m.text, words) {
					found = m
					return true
				}
			}
			return false
		}, time.Minute, 20*time.Millisecond, words)
		return found
	}

	say("!cd templates " + project)
	assert.Contains(t, said("good").text, "bad")
	say("!cd run " + project + " good --message \"release 1.4\" -- --now")
	assert.Contains(t, said("Run "+project+" / good?").text, "--now")
	say("yes")
	said(project + " / good #")
	said("has succeeded")
	assert.Contains(t, said("The last 20 of").text, "done with --now")
	file := said("The whole log")
	require.Eventually(t, func() bool {
		return strings.Contains(chat.in(string(ops))[len(chat.in(string(ops)))-1].file, "step 100")
	},
		time.Minute, 20*time.Millisecond)
	assert.NotEmpty(t, file.name)
	assert.Contains(t, chat.in(string(ops))[len(chat.in(string(ops)))-1].file, "done with --now")

	say("!cd run " + project + " bad")
	said("Run " + project + " / bad?")
	say("yes")
	said(project + " / bad #")
	said("has failed")
	said("about to fail")
	say("!cd history " + project)
	assert.Contains(t, said("Created (UTC)").text, "success")
}
