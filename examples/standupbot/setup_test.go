package main

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/internal/proctest"
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

// start runs the program until it is stopped, at the latest when the test ends.
func (o *office) start(t *testing.T, args ...string) *proctest.Process {
	t.Helper()
	p := proctest.Start(t, func(ctx context.Context, log io.Writer) int {
		return program{o.get, o.all, io.Discard, log}.run(ctx, args)
	})
	o.poll.Do(func() { require.NoError(t, o.WaitForPoll(proctest.Patient(t), o.bot)) }) // The first start begins with the present.
	return p
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
	_, err := o.WaitForMessage(proctest.Patient(t), o.toldTo(who, text))
	require.NoError(t, err, text)
}

// heard returns what the bot has written to somebody that contains the text.
func (o *office) heard(who person, text string) []zuliptest.Message {
	return o.MessagesFunc(o.toldTo(who, text))
}

// reads waits until the bot has written in a topic what contains the text.
func (o *office) reads(t *testing.T, topic, text string) zuliptest.Message {
	t.Helper()
	m, err := o.WaitForMessage(proctest.Patient(t), func(m zuliptest.Message) bool {
		return m.SenderID == o.bot.ID && m.Topic == topic && strings.Contains(m.Content, text)
	})
	require.NoError(t, err, text)
	return m
}
