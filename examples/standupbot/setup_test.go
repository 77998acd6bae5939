package main

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// office is a Zulip server on a port with people, a channel and a bot account.
type office struct {
	*zuliptest.Server
	cast
	environment
	poll sync.Once
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{Server: zuliptest.New()}
	t.Cleanup(o.Close)
	site, err := o.Listen("127.0.0.1:0")
	require.NoError(t, err)
	o.cast = newCast(o.Server)
	o.environment = environment{
		"ZULIP_SITE": site, "ZULIP_EMAIL": o.bot.Email, "ZULIP_API_KEY": o.bot.APIKey,
		"STANDUP_DB": filepath.Join(t.TempDir(), "standup.db"), "LOG_LEVEL": "debug",
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
	ctx, cancel := context.WithCancel(t.Context())
	p := &process{t: t, cancel: cancel, status: make(chan int, 1), log: newLogBuffer()}
	var running sync.WaitGroup
	running.Go(func() { p.status <- run(ctx, args, o.get, io.Discard, p.log) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	o.poll.Do(func() { require.NoError(t, o.WaitForPoll(patient(t), o.bot)) }) // The first start begins with the present.
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

func (o *office) says(who person, text string) { o.SendDirect(who.User, text, o.bot) }

func (o *office) posts(who person, command string) {
	o.SendToChannel(who.User, o.channel, commandTopic, "@**"+botName+"** "+command)
}

// toldTo selects what the bot wrote to somebody that contains the text.
func (o *office) toldTo(who person, text string) func(zuliptest.Message) bool {
	return func(m zuliptest.Message) bool {
		return m.SenderID == o.bot.ID && m.IsDirect() && slices.Contains(m.To, who.ID) && strings.Contains(m.Content, text)
	}
}

// hears waits until the bot has written to somebody what contains the text.
func (o *office) hears(t *testing.T, who person, text string) {
	t.Helper()
	_, err := o.WaitForMessage(patient(t), o.toldTo(who, text))
	require.NoError(t, err, text)
}

// heard returns what the bot has written to somebody that contains the text.
func (o *office) heard(who person, text string) []zuliptest.Message {
	return o.MessagesFunc(o.toldTo(who, text))
}

// reads waits until the bot has written in a topic what contains the text.
func (o *office) reads(t *testing.T, topic, text string) zuliptest.Message {
	t.Helper()
	m, err := o.WaitForMessage(patient(t), func(m zuliptest.Message) bool {
		return m.SenderID == o.bot.ID && m.Topic == topic && strings.Contains(m.Content, text)
	})
	require.NoError(t, err, text)
	return m
}

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
