package semaphore_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
)

// The tests of this file and its neighbours run against a real server when SEMAPHORE_URL and SEMAPHORE_TOKEN name one;
// the token must be an administrator's. They make a project of their own and delete it. The server clones a repository
// that the tests make beside it; where the server is on another machine, SEMAPHORE_REPOSITORY names an empty repository
// which the tests can push to and the server can read without a key.

// realScripts are the files of the repository.
var realScripts = map[string]string{
	"success.sh": "echo first\nsleep 1\necho second\nsleep 1\nfor argument in \"$@\"; do echo \"argument $argument\"; done\necho last\nsleep 1\n",
	"failure.sh": "echo about to fail\nsleep 1\nexit 3\n",
	"sleep.sh":   "echo asleep\nexec sleep 120\n",
	"lines.sh":   "seq -f 'line %.0f of twenty thousand lines' 20000\nsleep 1\n",
	"slow.sh":    "for i in $(seq 60); do echo \"step $i\"; sleep 0.05; done\nsleep 1\n",
	"main.tf":    "output \"signal\" {\n  value = \"clear\"\n}\n",
}

// realYard is a project on a real server.
type realYard struct {
	client     *semaphore.Client
	id         semaphore.ProjectID
	key        semaphore.KeyID
	repository semaphore.RepositoryID
	modern     bool // 2.16 or later
}

// newRealYard skips the test where there is no server.
func newRealYard(t *testing.T) (context.Context, *realYard) {
	t.Helper()
	if os.Getenv("SEMAPHORE_URL") == "" || os.Getenv("SEMAPHORE_TOKEN") == "" {
		t.Skip("SEMAPHORE_URL and SEMAPHORE_TOKEN do not name a real server")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(cancel)
	y := &realYard{client: realClient(t)}
	info, err := y.client.Info(ctx)
	require.NoError(t, err)
	major, minor, _, _ := info.Release()
	y.modern = major > 2 || major == 2 && minor >= 16
	project, err := y.client.CreateProject(ctx, semaphore.Project{Name: uniqueName(t)})
	require.NoError(t, err)
	y.id = project.ID
	t.Cleanup(func() { y.cleanUp(t) })
	key, err := y.client.CreateKey(ctx, y.id, "none", semaphore.KeySecret{})
	require.NoError(t, err)
	y.key = key.ID
	address, branch := realRepository(ctx, t)
	repository, err := y.client.CreateRepository(ctx, y.id, semaphore.Repository{
		Name: "code", GitURL: address, GitBranch: branch, KeyID: y.key,
	})
	require.NoError(t, err)
	y.repository = repository.ID
	return ctx, y
}

func realClient(t *testing.T, options ...semaphore.Option) *semaphore.Client {
	t.Helper()
	credentials, err := semaphore.CredentialsFromEnv(os.Getenv)
	require.NoError(t, err)
	client, err := semaphore.NewClient(credentials, options...)
	require.NoError(t, err)
	return client
}

func uniqueName(t *testing.T) string {
	return fmt.Sprintf("%s-%d", strings.ToLower(t.Name()), time.Now().UnixNano())
}

// cleanUp stops what still runs and deletes the project.
func (y *realYard) cleanUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
	defer cancel()
	for task, err := range y.client.AllTasks(ctx, y.id, semaphore.TasksRequest{}) {
		if err == nil && !task.Status.Ended() {
			err = y.client.StopTask(ctx, y.id, task.ID, true)
		}
		if err != nil {
			t.Errorf("stop what still runs: %v", err)
		}
	}
	require.NoError(t, y.client.DeleteProject(ctx, y.id))
	_, err := y.client.Project(ctx, y.id)
	require.ErrorIs(t, err, semaphore.ErrNotFound)
}

// realRepository makes a repository with the scripts, and says where the server finds it.
func realRepository(ctx context.Context, t *testing.T) (address, branch string) {
	t.Helper()
	directory := t.TempDir()
	git := func(arguments ...string) {
		t.Helper()
		command := exec.CommandContext(ctx, "git", append([]string{"-C", directory}, arguments...)...)
		output, err := command.CombinedOutput()
		require.NoError(t, err, "git %v: %s", arguments, output)
	}
	for name, text := range realScripts {
		require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600))
	}
	branch = uniqueName(t)
	git("init", "--quiet", "--initial-branch", branch)
	git("add", ".")
	git("-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "--message", "Scripts")
	address = os.Getenv("SEMAPHORE_REPOSITORY")
	if address == "" {
		return "file://" + directory, branch
	}
	git("push", "--quiet", address, branch)
	t.Cleanup(func() {
		ctx = context.WithoutCancel(ctx)
		git("push", "--quiet", "--delete", address, branch)
	})
	return address, branch
}

// template makes a template that runs a script.
func (y *realYard) template(ctx context.Context, t *testing.T, script string, survey ...semaphore.SurveyVar) semaphore.TemplateID {
	t.Helper()
	template, err := y.client.CreateTemplate(ctx, y.id, semaphore.Template{
		Name: t.Name(), App: semaphore.AppBash, Playbook: script, RepositoryID: y.repository, SurveyVars: survey,
	})
	require.NoError(t, err)
	return template.ID
}

// start starts a task.
func (y *realYard) start(ctx context.Context, t *testing.T, template semaphore.TemplateID) semaphore.TaskID {
	t.Helper()
	task, err := y.client.StartTask(ctx, y.id, semaphore.StartTaskRequest{TemplateID: template, Message: t.Name()})
	require.NoError(t, err)
	return task.ID
}

// follow follows a task to the end of its log and shows that this is the log that the server keeps.
func (y *realYard) follow(ctx context.Context, t *testing.T, task semaphore.TaskID) []string {
	t.Helper()
	return y.followWith(ctx, t, y.client, task)
}

func (y *realYard) followWith(ctx context.Context, t *testing.T, client *semaphore.Client, task semaphore.TaskID) []string {
	t.Helper()
	followed := collect(t, client.Follow(ctx, y.id, task, semaphore.FollowRequest{}))
	require.Equal(t, collect(t, client.Output(ctx, y.id, task)), followed)
	return followed
}

// collect reads lines and checks their numbers.
func collect(t *testing.T, lines func(func(semaphore.LogLine, error) bool)) []string {
	t.Helper()
	var texts []string
	for line, err := range lines {
		require.NoError(t, err)
		require.Equal(t, len(texts), line.Number)
		texts = append(texts, line.Output)
	}
	return texts
}

// wait waits for the end of a task.
func (y *realYard) wait(ctx context.Context, t *testing.T, task semaphore.TaskID) semaphore.Result {
	t.Helper()
	result, err := y.client.Wait(ctx, y.id, task, semaphore.WaitRequest{Timeout: time.Minute})
	require.NoError(t, err)
	return result
}

// until waits until a task has a status, or has ended with another.
func (y *realYard) until(ctx context.Context, t *testing.T, task semaphore.TaskID, wanted semaphore.TaskStatus) semaphore.TaskStatus {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for range time.Tick(100 * time.Millisecond) {
		seen, err := y.client.Task(ctx, y.id, task)
		require.NoError(t, err)
		if seen.Status == wanted || seen.Status.Ended() {
			return seen.Status
		}
	}
	return ""
}

// awaitLine follows a task until it has written a line.
func (y *realYard) awaitLine(ctx context.Context, t *testing.T, task semaphore.TaskID, wanted string) {
	t.Helper()
	for line, err := range y.client.Follow(ctx, y.id, task, semaphore.FollowRequest{}) {
		require.NoError(t, err)
		if line.Output == wanted {
			return
		}
	}
	require.Fail(t, "the task ended without the line", wanted)
}

// inOrder requires lines to be in a log in this order.
func inOrder(t *testing.T, log []string, lines ...string) {
	t.Helper()
	rest := log
	for _, line := range lines {
		at := slices.Index(rest, line)
		require.GreaterOrEqual(t, at, 0, "%q is missing or comes too early in %q", line, log)
		rest = rest[at+1:]
	}
}
