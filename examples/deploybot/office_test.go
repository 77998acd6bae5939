package main

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// office is a Zulip server and a Semaphore on ports, with people and a bot.
type office struct {
	environment

	zulip     *zuliptest.Server
	semaphore *semaphoretest.Server
	bot       *zuliptest.User
	ada, bola *zuliptest.User
	ops       *zuliptest.Channel
	poll      sync.Once
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{zulip: zuliptest.New(), semaphore: semaphoretest.New()}
	t.Cleanup(o.zulip.Close)
	t.Cleanup(o.semaphore.Close)
	site, err := o.zulip.Listen("127.0.0.1:0")
	require.NoError(t, err)
	ci, err := o.semaphore.Listen("127.0.0.1:0")
	require.NoError(t, err)
	o.bot = o.zulip.AddBot("Deploybot", "deploybot@zulip.example")
	o.ada = o.zulip.AddUser(zuliptest.User{FullName: "Ada"})
	o.bola = o.zulip.AddUser(zuliptest.User{FullName: "Bola"})
	o.ops = o.zulip.AddChannel("ops", o.ada, o.bola)
	o.semaphore.AddTemplate(o.semaphore.AddProject("website"), semaphoretest.Template{
		Name: "deploy-prod", Script: semaphoretest.Script{Lines: 3},
	})
	o.environment = environment{
		"ZULIP_SITE": site, "ZULIP_EMAIL": o.bot.Email, "ZULIP_API_KEY": o.bot.APIKey,
		"SEMAPHORE_URL": ci, "SEMAPHORE_TOKEN": o.semaphore.Admin().Token,
		"DEPLOY_DATA": filepath.Join(t.TempDir(), "data"), "LOG_LEVEL": "debug", "DEPLOY_LISTEN": "off",
	}
	return o
}

// process is the program between its start and its end.
type process struct {
	t      *testing.T
	cancel context.CancelFunc
	status chan int
	log    *logBuffer
}

// start runs the program until stop is called, at the latest when the test ends.
func (o *office) start(t *testing.T, args ...string) *process {
	t.Helper()
	p := startProgram(t, o.environment, args...)
	o.poll.Do(func() { require.NoError(t, o.zulip.WaitForPoll(patient(t), o.bot)) }) // The first start begins with the present.
	return p
}

func startProgram(t *testing.T, env environment, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := &process{t: t, cancel: cancel, status: make(chan int, 1), log: newLogBuffer()}
	var running sync.WaitGroup
	running.Go(func() {
		p.status <- program{getenv: env.get, stdin: strings.NewReader(""), stdout: io.Discard, stderr: p.log}.run(ctx, args)
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return p
}

// stop ends the program as a signal does.
func (p *process) stop() {
	p.t.Helper()
	p.cancel()
	assert.Equal(p.t, 0, <-p.status, p.log.String())
}

// patient ends a wait that would last for ever.
func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// posts has somebody write in the channel.
func (o *office) posts(who *zuliptest.User, text string) {
	o.zulip.SendToChannel(who, o.ops, "deploys", text)
}

// reads waits until the bot has written in the channel what contains the text.
func (o *office) reads(t *testing.T, text string) zuliptest.Message {
	t.Helper()
	m, err := o.zulip.WaitForMessage(patient(t), func(m zuliptest.Message) bool {
		return m.SenderID == o.bot.ID && m.ChannelID == o.ops.ID && strings.Contains(m.Content, text)
	})
	require.NoError(t, err, text)
	return m
}

// written returns what the bot has written in the channel that contains the text.
func (o *office) written(text string) []zuliptest.Message {
	return o.zulip.MessagesFunc(func(m zuliptest.Message) bool { return m.SenderID == o.bot.ID && strings.Contains(m.Content, text) })
}

func number(user *zuliptest.User) string { return strconv.Itoa(user.ID) }

// logBuffer keeps what a program logs, for those who wait for it.
type logBuffer struct {
	mu      sync.Mutex
	written bytes.Buffer
	more    chan struct{} // Closed and replaced at each write.
}

func newLogBuffer() *logBuffer { return &logBuffer{more: make(chan struct{})} }

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.more)
	b.more = make(chan struct{})
	return b.written.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.written.String()
}

func (b *logBuffer) waitFor(t *testing.T, text string) {
	t.Helper()
	ctx := patient(t)
	for {
		b.mu.Lock()
		found, more := strings.Contains(b.written.String(), text), b.more
		b.mu.Unlock()
		if found {
			return
		}
		select {
		case <-more:
		case <-ctx.Done():
			require.FailNow(t, "not logged", "%q is not in\n%s", text, b.String())
		}
	}
}
