package zulipchat

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// office is an organisation with a standup bot, two people, an administrator and a channel. It lives in a bubble.
type office struct {
	*zuliptest.Server
	bot, ann, ben, root *zuliptest.User
	channel             *zuliptest.Channel
	log                 *journal
}

func newOffice(t *testing.T, options ...zuliptest.Option) *office {
	t.Helper()
	o := &office{Server: zuliptest.New(options...), log: &journal{}}
	t.Cleanup(o.Close)
	o.bot = o.AddBot("Standup", "")
	o.ann = o.AddUser(zuliptest.User{FullName: "Ann", Timezone: "Europe/Berlin"})
	o.ben = o.AddUser(zuliptest.User{FullName: "Ben"})
	o.root = o.AddUser(zuliptest.User{FullName: "Root", Role: zuliptest.RoleAdmin})
	o.channel = o.AddChannel("team", o.bot, o.ann, o.ben)
	return o
}

func (o *office) client(t *testing.T, options ...zulip.Option) *zulip.Client {
	t.Helper()
	client, err := zulip.NewClient(
		zulip.Credentials{Site: o.URL(), Email: o.bot.Email, APIKey: zulip.NewSecret(o.bot.APIKey)},
		append([]zulip.Option{zulip.WithTransport(o.Transport())}, options...)...)
	require.NoError(t, err)
	return client
}

func (o *office) chat(t *testing.T) *Chat {
	t.Helper()
	chat, err := New(o.client(t), WithLogger(slog.New(slog.NewTextHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	require.NoError(t, err)
	return chat
}

func (o *office) engine(t *testing.T, chat standup.Chat, store standup.Store) *standup.Engine {
	t.Helper()
	engine, err := standup.New(standup.Config{Store: store, Chat: chat, Logger: slog.New(slog.NewTextHandler(o.log, nil))})
	require.NoError(t, err)
	return engine
}

// start runs the engine and the chat until stop is called, which it is at the end of the test at the latest.
func start(t *testing.T, chat *Chat, engine *standup.Engine) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = engine.Run(ctx) })
	running.Go(func() { _ = chat.Run(ctx, engine) })
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	synctest.Wait()
	return stop
}

// says is what somebody writes to the bot.
func (o *office) says(user *zuliptest.User, content string) zuliptest.Message {
	m := o.SendDirect(user, content, o.bot)
	synctest.Wait()
	return m
}

// heard is what the bot has written to a person.
func (o *office) heard(user *zuliptest.User) []string {
	var contents []string
	for _, m := range o.DirectMessages(o.bot, user) {
		if m.SenderID == o.bot.ID {
			contents = append(contents, m.Content)
		}
	}
	return contents
}

// posted is what the bot has written to a topic of the channel.
func (o *office) posted(topic string) []string {
	var contents []string
	for _, m := range o.ChannelMessages(o.channel, topic) {
		if m.SenderID == o.bot.ID {
			contents = append(contents, m.Content)
		}
	}
	return contents
}

func user(u *zuliptest.User) standup.UserID { return standup.UserID(zulipadapter.IDText(int64(u.ID))) }

func channel(c *zuliptest.Channel) standup.ChannelID {
	return standup.ChannelID(zulipadapter.IDText(int64(c.ID)))
}

func messageID(id int) standup.MessageID { return standup.MessageID(zulipadapter.IDText(int64(id))) }

func text(s string) standup.Text {
	return standup.Text{{Kind: standup.Paragraph, Spans: []standup.Span{{Text: s}}}}
}

func sleepUntil(year int, month time.Month, day, hour, minute int) {
	time.Sleep(time.Until(time.Date(year, month, day, hour, minute, 0, 0, time.UTC)))
	synctest.Wait()
}

// journal is a log that a test reads.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
