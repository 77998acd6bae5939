//go:build unix

package main

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/internal/proctest"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// asProgram makes this test the program, for another test that starts it as a process.
const asProgram = "DEPLOYBOT_TEST_AS_PROGRAM"

// TestMain is the program where another test wants that.
func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// TestAProcessEndsInTimeAndLeavesNothingElsewhere runs the program as a service manager does: in a folder that is not
// its own and with a umask that forbids nothing. A signal ends it well, within the five seconds that a hasty manager
// gives, and in the middle of a task. It has written to its data folder alone, where nobody else can read.
func TestAProcessEndsInTimeAndLeavesNothingElsewhere(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			project := o.semaphore.AddProject("slow")
			o.semaphore.AddTemplate(project, semaphoretest.Template{Name: "long", Script: semaphoretest.Script{Lines: 1, Hold: time.Hour}})
			elsewhere, log := t.TempDir(), new(proctest.Log)
			self, err := os.Executable()
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			process := exec.CommandContext(ctx, "sh", "-c", `umask 0; exec "$0" "$@"`, self, "-admin", o.ada.Email, "-room", "ops")
			process.Dir, process.Stderr, process.Stdout = elsewhere, log, log
			process.Env = []string{asProgram + "=1", "HOME=" + elsewhere, "TMPDIR=" + elsewhere}
			for name, value := range o.environment {
				process.Env = append(process.Env, name+"="+value)
			}
			require.NoError(t, process.Start())
			log.WaitFor(t, "what=administrator")
			log.WaitFor(t, "what=room")
			require.NoError(t, o.zulip.WaitForPoll(proctest.Patient(t), o.bot))
			o.posts(o.ada, "!cd run slow long")
			o.reads(t, "Run slow")
			o.posts(o.ada, "yes")
			o.reads(t, "** (") // The card.
			begin := time.Now()
			require.NoError(t, process.Process.Signal(signal))
			require.NoError(t, process.Wait(), log.String())
			assert.Less(t, time.Since(begin), 5*time.Second)

			entries, err := os.ReadDir(elsewhere)
			require.NoError(t, err)
			assert.Empty(t, entries)
			assert.NotEmpty(t, privateNames(t, o.get("DEPLOY_DATA")))
			assert.Equal(t, statusOK, runs(t, o.environment, "audit", "verify").status, "what it knew is written")
		})
	}
}

// TestTheDataFolderIsAsDocumented compares what the program keeps with what its documentation says that it keeps.
func TestTheDataFolderIsAsDocumented(t *testing.T) {
	t.Parallel()
	documentation, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	top := func(folder string) []string {
		found := map[string]bool{}
		for _, name := range privateNames(t, folder) {
			if name = strings.Split(strings.TrimPrefix(name, "/"), "/")[0]; name != "" {
				found[name] = true
			}
		}
		return slices.Sorted(maps.Keys(found))
	}
	o := newOffice(t)
	p := o.start(t, "-admin", o.ada.Email, "-room", "ops")
	p.Log.WaitFor(t, "what=room")
	o.posts(o.ada, "!cd projects")
	o.reads(t, "website")
	socket := filepath.Base((&settings{Data: o.get("DEPLOY_DATA")}).controlFile())
	assert.Equal(t, []string{"audit.jsonl", socket, "deploy.db"}, top(o.get("DEPLOY_DATA")))
	assert.NotContains(t, readAll(t, o.get("DEPLOY_DATA")), o.get("ZULIP_API_KEY"), "no secret is kept")
	assert.NotContains(t, readAll(t, o.get("DEPLOY_DATA")), o.get("SEMAPHORE_TOKEN"), "no secret is kept")
	p.Stop()

	env, server := newTown(t)
	ada := server.User("ada")
	room := ada.CreateRoom(matrixtest.RoomOptions{Name: "Ops"})
	ada.Invite(room, server.User("bot").ID())
	p = startProgram(t, env, "-admin", string(ada.ID()), "-room", string(room))
	p.Log.WaitFor(t, "what=room")
	ada.Send(room, "!cd projects")
	waitForText(t, server, room, "website")
	p.Stop()
	assert.Equal(t, []string{"audit.jsonl", "deploy.db", "matrix"}, top(env.get("DEPLOY_DATA")))
	kept := readAll(t, env.get("DEPLOY_DATA"))
	assert.NotContains(t, kept, env.get("MATRIX_PASSWORD"))
	assert.NotContains(t, kept, env.get("SEMAPHORE_TOKEN"))
	for _, name := range []string{"deploy.db, ", "audit.jsonl, ", "the folder matrix with session and keys", "the socket"} {
		assert.Contains(t, strings.ReplaceAll(string(documentation), "\n// ", " "), name)
	}
}

// readAll is the content of all files in a folder.
func readAll(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		all.Write(content)
		return err
	}))
	return all.String()
}

// TestNoSecretIsTold has servers that repeat in their refusals what they were sent, and a program that logs everything.
func TestNoSecretIsTold(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusFound, http.StatusOK} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				said, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
				user, password, _ := r.BasicAuth()
				text := strings.Join([]string{r.URL.String(), r.Header.Get("Authorization"), r.Header.Get("Cookie"), user, password, string(said)}, " ")
				w.Header().Set("Location", "/elsewhere")
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, `{"error":"`+text+`","errcode":"M_FORBIDDEN","msg":"`+text+`"}`)
			}))
			t.Cleanup(mirror.Close)
			for _, env := range []environment{
				onMatrixAlone().with(environment{"MATRIX_HOMESERVER": mirror.URL, "MATRIX_NO_ENCRYPTION": "true"}),
				onMatrixAlone().with(environment{
					"MATRIX_HOMESERVER": mirror.URL, "MATRIX_NO_ENCRYPTION": "true", "MATRIX_PASSWORD": "", "MATRIX_ACCESS_TOKEN": "hunter2-token",
				}),
				onZulipAlone().with(environment{"ZULIP_SITE": mirror.URL}),
			} {
				env = env.with(environment{
					"SEMAPHORE_URL": mirror.URL, "DEPLOY_DATA": filepath.Join(t.TempDir(), "data"), "DEPLOY_LISTEN": "off", "LOG_LEVEL": "debug",
					"DEPLOY_BACKUP_PASSPHRASE": "hunter2-backup-passphrase",
				})
				people := []string{"-admin", "@ada:example.org", "-room", "!ops:example.org"}
				if env.get("ZULIP_SITE") != "" {
					people = []string{"-admin", "8", "-room", "3"}
				}
				for _, words := range [][]string{{"check"}, {"show"}} {
					got := runs(t, env, append(people, words...)...)
					assert.NotContains(t, got.stdout+got.stderr, "hunter2", words)
					assert.NotEmpty(t, got.stdout+got.stderr, words)
				}
				p := startProgram(t, env, people...)
				select {
				case <-p.Status:
				case <-time.After(300 * time.Millisecond): // It keeps trying.
					p.Interrupt()
					<-p.Status
				}
				assert.NotContains(t, p.Log.String(), "hunter2")
				assert.NotEmpty(t, p.Log.String())
			}
		})
	}
}
