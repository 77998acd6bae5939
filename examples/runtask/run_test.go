package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

func TestSuccess(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{Lines: 30, Rate: 10}, func(b *booth) {
		b.runs(statusSuccess, "-message", "release 1.4", "deploy")
		task := b.task()
		assert.Equal(t, strings.ReplaceAll(strings.Join(b.Log(task.ID), "\n")+"\n", "\n\n", "\n"), b.stdout.String(),
			"stdout has the log alone")
		assert.Equal(t, "Task 1 of deploy: http://127.0.0.1/project/1/templates/1?t=1\n"+
			"success after 0:03: http://127.0.0.1/project/1/templates/1?t=1\n", b.stderr.String())
		assert.Regexp(t, `^release 1\.4 \[runtask-[a-z2-7]{16}\]$`, task.Message)
	})
}

func TestFailure(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{Lines: 3, ExitCode: 4}, func(b *booth) {
		b.runs(statusFailed, "deploy")
		assert.Contains(t, b.stdout.String(), "line 3\nFailed to run task: exit status 4\n")
		assert.Contains(t, b.stderr.String(), "\nfailure after 0:00: http://")
	})
}

func TestBuildTellsItsVersion(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{}, func(b *booth) {
		b.AddTemplate(b.project, semaphoretest.Template{Name: "build", Fields: map[string]any{"type": "build", "start_version": "2.0.7"}})
		b.runs(statusSuccess, "build")
		assert.Contains(t, b.stderr.String(), "success after 0:00, version 2.0.7: http://")
	})
}

func TestWhatIsAskedForArrives(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{}, func(b *booth) {
		b.AddTemplate(b.project, semaphoretest.Template{Name: "site", App: "ansible", Playbook: "site.yml"})
		b.runs(statusSuccess, "-limit", "web1, web2", "site", "-debug", "-dry-run", "-branch=next", "-var", "a=1=2", "-var", "b=")
		task := b.task()
		assert.Equal(t, map[string]any{"debug": true, "dry_run": true, "limit": []any{"web1", "web2"}}, task.Params)
		assert.Equal(t, "next", task.GitBranch)
		assert.JSONEq(t, `{"a":"1=2","b":""}`, task.Environment)
	})
}

// TestLostAnswer loses the answer to the start, although the task was started.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{Lines: 2}, func(b *booth) {
		b.Fail(semaphoretest.Match{Method: "POST", Path: "/project/*/tasks"}, semaphoretest.Fault{CutAfter: true})
		b.runs(statusSuccess, "deploy")
		assert.Contains(t, b.stdout.String(), "line 2\n")
		assert.Len(t, b.Tasks(), 1)
	})
}

// TestStartInDoubt cuts the start, and nobody can find out whether it arrived.
func TestStartInDoubt(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{Lines: 2}, func(b *booth) {
		b.Fail(semaphoretest.Match{Method: "POST", Path: "/project/*/tasks"}, semaphoretest.Fault{CutAfter: true})
		repaired := b.Fail(semaphoretest.Match{Path: "/project/*/templates/*/tasks/last", Skip: 1, Times: -1}, semaphoretest.Fault{Status: 502})
		b.runs(statusUnwatched, "deploy", "-mark", "pipeline-4711")
		assert.Contains(t, b.stderr.String(), "run the same command with -mark pipeline-4711")
		repaired()
		b.runs(statusSuccess, "deploy", "-mark", "pipeline-4711")
		assert.Contains(t, b.stdout.String(), "line 2\n")
		assert.Len(t, b.Tasks(), 1, "the second start found the task of the first")
	})
}

func TestServerThatIsLostMeanwhile(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{Lines: 10, Rate: 1}, func(b *booth) {
		b.start("deploy")
		b.pass(3 * time.Second)
		b.Fail(semaphoretest.Match{Path: "/project/*/tasks/*", Times: -1}, semaphoretest.Fault{Status: 401})
		b.ends(statusUnwatched)
		assert.Contains(t, b.stderr.String(), "The log cannot be followed, only the status: semaphore: follow task 1: ")
		assert.Contains(t, b.stderr.String(), "\nruntask: watching failed: semaphore: wait for task 1: ")
		assert.Contains(t, b.stderr.String(), "To look again: the same command with -mark runtask-")
	})
}

// TestResultWithoutLog has a server that keeps the log to itself.
func TestResultWithoutLog(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{Lines: 10, Rate: 1}, func(b *booth) {
		b.Fail(semaphoretest.Match{Path: "/project/*/tasks/*/output", Times: -1}, semaphoretest.Fault{Status: 403})
		b.runs(statusSuccess, "deploy")
		assert.Contains(t, b.stderr.String(), "The log cannot be followed, only the status: semaphore: follow task 1: ")
		assert.Contains(t, b.stderr.String(), "\nsuccess after 0:09: ")
	})
}

func TestSignalBeforeTheStart(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{}, func(b *booth) {
		b.Fail(semaphoretest.Match{Path: "/projects"}, semaphoretest.Fault{Delay: time.Minute})
		b.sit()
		b.start("deploy")
		b.pass(time.Second)
		b.asks("asking the server …")
		b.interrupt()
		b.ends(statusRefused)
		assert.Equal(t, "runtask: ended by a signal (interrupt) before anything was started\n", b.stderr.String())
		assert.Empty(t, b.Tasks())
		assert.Empty(t, b.terminal.bottom())
		time.Sleep(time.Minute) // The server is still at it.
	})
}

func TestDemo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var stdout, stderr buffer
		began := time.Now()
		status := run(t.Context(), process{args: []string{"-demo"}, getenv: environment{}.get, stdout: &stdout, stderr: &stderr})
		require.Equal(t, statusSuccess, status, stderr.String())
		assert.Less(t, time.Since(began), 6*time.Second)
		assert.Contains(t, stdout.String(), "\nchanged: [web2]\n")
		assert.Contains(t, stderr.String(), "success after 0:02, version 1.4.0: ")
	})
}

// TestSignalDuringTheStart presses Ctrl-C while the answer to the start is
// missing, and the task is there.
func TestSignalDuringTheStart(t *testing.T) {
	t.Parallel()
	inBooth(t, long, func(b *booth) {
		b.Fail(semaphoretest.Match{Method: "POST", Path: "/project/*/tasks"}, semaphoretest.Fault{CutAfter: true})
		b.Fail(semaphoretest.Match{Path: "/project/*/templates/*/tasks/last", Skip: 1}, semaphoretest.Fault{Delay: 10 * time.Second})
		b.start("deploy", "-mark", "pipeline-4711")
		b.pass(5 * time.Second)
		b.interrupt()
		b.ends(statusUnwatched)
		assert.Contains(t, b.stderr.String(), "No longer watching; task 1 runs on. To look again: the same command with -mark pipeline-4711, or http://")
		assert.Equal(t, "running", b.task().Status)
	})
}

func TestSignalInTheDemo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var stdout, stderr buffer
		signals := make(chan os.Signal, 1)
		time.AfterFunc(time.Second, func() { signals <- syscall.SIGTERM })
		status := run(t.Context(), process{
			args: []string{"-demo"}, getenv: environment{}.get, signals: signals, stdout: &stdout, stderr: &stderr,
		})
		require.Equal(t, statusUnwatched, status, stderr.String())
		assert.Contains(t, stderr.String(), "No longer watching; task 1 runs on. But this is a demo, whose server ends with it.\n")
	})
}

func TestClock(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0:00", 59 * time.Second: "0:59", 61 * time.Second: "1:01", 25*time.Hour + 2*time.Minute + 3*time.Second: "25:02:03",
	} {
		assert.Equal(t, want, clock(d))
	}
}
