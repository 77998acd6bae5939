package main

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// environment is a getenv.
type environment map[string]string

func (e environment) get(name string) string { return e[name] }

// booth is a server with a template and somebody who runs the program.
type booth struct {
	*semaphoretest.Server
	t       *testing.T
	project *semaphoretest.Project
	env     environment

	signals  chan os.Signal
	keys     *keyboard
	terminal *terminal // Stdout, where there is one.
	stdout   buffer    // Stdout otherwise.
	stderr   buffer
	ended    chan int
}

// inBooth plays a scene in a bubble, in which time costs nothing.
func inBooth(t *testing.T, script semaphoretest.Script, scene func(b *booth), options ...semaphoretest.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &booth{
			Server: semaphoretest.New(options...), t: t, signals: make(chan os.Signal, 4), keys: newKeyboard(), ended: make(chan int, 1),
		}
		t.Cleanup(b.Close)
		t.Cleanup(func() { close(b.keys.lines) })
		b.project = b.AddProject("shop")
		b.AddTemplate(b.project, semaphoretest.Template{Name: "deploy", Script: script})
		b.env = environment{"SEMAPHORE_URL": b.URL(), "SEMAPHORE_TOKEN": b.Admin().Token}
		scene(b)
	})
}

// sit puts somebody before a terminal.
func (b *booth) sit() { b.terminal = newTerminal(b.t) }

// start runs the program.
func (b *booth) start(args ...string) {
	p := process{
		args: args, getenv: b.env.get, signals: b.signals, stdin: b.keys, stdout: &b.stdout, stderr: &b.stderr,
		options: []semaphore.Option{semaphore.WithTransport(b.Transport())},
	}
	if b.terminal != nil {
		p.stdout, p.terminal, p.answers = b.terminal, true, true
	}
	var running sync.WaitGroup
	running.Go(func() { b.ended <- run(b.t.Context(), p) })
	b.t.Cleanup(running.Wait)
}

// ends expects the status of the program.
func (b *booth) ends(status int) {
	b.t.Helper()
	select {
	case got := <-b.ended:
		require.Equal(b.t, status, got, "%s\n%s", b.shown(), b.stderr.String())
	case <-time.After(time.Hour):
		require.FailNow(b.t, "the program goes on", "%s\n%s", b.shown(), b.stderr.String())
	}
}

// runs is start and ends.
func (b *booth) runs(status int, args ...string) {
	b.t.Helper()
	b.start(args...)
	b.ends(status)
}

// shown is what stdout has.
func (b *booth) shown() string {
	if b.terminal != nil {
		return b.terminal.text()
	}
	return b.stdout.String()
}

// pass lets time pass.
func (b *booth) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// interrupt presses Ctrl-C.
func (b *booth) interrupt() {
	if b.terminal != nil {
		_, _ = b.terminal.Write([]byte("^C"))
	}
	b.signals <- os.Interrupt
	synctest.Wait()
}

// types answers a question after a moment of thought.
func (b *booth) types(line string) {
	b.pass(time.Second)
	b.typesAtOnce(line)
}

func (b *booth) typesAtOnce(line string) {
	_, _ = b.terminal.Write([]byte(line + "\n")) // Terminals show what is typed.
	b.keys.lines <- line
	synctest.Wait()
}

// asks expects a question below everything else.
func (b *booth) asks(question string) {
	b.t.Helper()
	require.Contains(b.t, b.terminal.bottom(), question, b.shown())
}

// task is the only task of the server.
func (b *booth) task() semaphoretest.Task {
	b.t.Helper()
	tasks := b.Tasks()
	require.Len(b.t, tasks, 1)
	return tasks[0]
}

// refuses expects that the program starts nothing and says why in one line.
func (b *booth) refuses(why string, args ...string) {
	b.t.Helper()
	b.runs(statusRefused, args...)
	assert.Contains(b.t, b.stderr.String(), why)
	assert.Regexp(b.t, `^runtask: [^\n]+\n$`, b.stderr.String())
	assert.Empty(b.t, b.Tasks())
}

// buffer is a writer for several goroutines.
type buffer struct {
	mu      sync.Mutex
	written bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.written.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.written.String()
}

// request is one of somebody else.
func (b *booth) request(method, path, body string) *http.Request {
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.URL()+"/api"+path, strings.NewReader(body))
	require.NoError(b.t, err)
	r.Header.Set("Authorization", "Bearer "+b.Admin().Token)
	return r
}
