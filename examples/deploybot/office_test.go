package main

import (
	"context"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/internal/proctest"
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

// start runs the program until it is stopped, at the latest when the test ends.
func (o *office) start(t *testing.T, args ...string) *proctest.Process {
	t.Helper()
	p := startProgram(t, o.environment, args...)
	o.poll.Do(func() { require.NoError(t, o.zulip.WaitForPoll(proctest.Patient(t), o.bot)) }) // The first start begins with the present.
	return p
}

func startProgram(t *testing.T, env environment, args ...string) *proctest.Process {
	t.Helper()
	return proctest.Start(t, func(ctx context.Context, log io.Writer) int {
		return program{getenv: env.get, environ: env.all, stdin: strings.NewReader(""), stdout: io.Discard, stderr: log}.run(ctx, args)
	})
}

// posts has somebody write in the channel.
func (o *office) posts(who *zuliptest.User, text string) {
	o.zulip.SendToChannel(who, o.ops, "deploys", text)
}

// reads waits until the bot has written in the channel what contains the text.
func (o *office) reads(t *testing.T, text string) zuliptest.Message {
	t.Helper()
	m, err := o.zulip.WaitForMessage(proctest.Patient(t), func(m zuliptest.Message) bool {
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
