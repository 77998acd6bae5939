package zulipchat

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// server is where the links of the tests may lead.
const server = "https://ci.example/semaphore"

// office is an organisation with a bot, two people and a channel. It lives in a bubble.
type office struct {
	*zuliptest.Server

	bot, ann, ben *zuliptest.User
	channel       *zuliptest.Channel
	log           *journal
}

func newOffice(t *testing.T, options ...zuliptest.Option) *office {
	t.Helper()
	o := &office{Server: zuliptest.New(options...), log: &journal{}}
	t.Cleanup(o.Close)
	o.bot = o.AddBot("Deploybot", "")
	o.ann = o.AddUser(zuliptest.User{FullName: "Ann"})
	o.ben = o.AddUser(zuliptest.User{FullName: "Ben"})
	o.channel = o.AddChannel("ops", o.bot, o.ann, o.ben)
	return o
}

func (o *office) chat(t *testing.T, options ...zulip.Option) *Chat {
	t.Helper()
	client, err := zulip.NewClient(
		zulip.Credentials{Site: o.URL(), Email: o.bot.Email, APIKey: zulip.NewSecret(o.bot.APIKey)},
		append([]zulip.Option{zulip.WithTransport(o.Transport())}, options...)...)
	require.NoError(t, err)
	chat, err := New(client, server, WithLogger(o.logger()))
	require.NoError(t, err)
	return chat
}

func (o *office) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// listener is an engine that only hears.
type listener struct {
	mu     sync.Mutex
	heard  []chatops.Incoming
	cursor []byte // The place in the event queue.
	others map[string][]byte
	handle func(ctx context.Context, in chatops.Incoming) error // May be nil.
	broken error                                                // What the store answers.
}

func (l *listener) Handle(ctx context.Context, in chatops.Incoming) error {
	if l.handle != nil {
		if err := l.handle(ctx, in); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, in)
	return nil
}

func (l *listener) Cursor(_ context.Context, source string) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if source != "zulip" {
		return l.others[source], l.broken
	}
	return l.cursor, l.broken
}

func (l *listener) SaveCursor(_ context.Context, source string, cursor []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.broken != nil:
	case source == "zulip":
		l.cursor = cursor
	case l.others == nil:
		l.others = map[string][]byte{source: cursor}
	default:
		l.others[source] = cursor
	}
	return l.broken
}

func (l *listener) set(broken error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = broken
}

// take returns what was heard since the last call.
func (l *listener) take() []chatops.Incoming {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	heard := l.heard
	l.heard = nil
	return heard
}

func (l *listener) texts() []string {
	var texts []string
	for _, in := range l.take() {
		texts = append(texts, in.Text)
	}
	return texts
}

// start runs the chat until stop is called, which it is at the end of the test at the latest.
func start(t *testing.T, chat *Chat, e Engine) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	var err error
	running.Go(func() { err = chat.Run(ctx, e) })
	stop = func() error {
		cancel()
		running.Wait()
		return err
	}
	t.Cleanup(func() { _ = stop() })
	synctest.Wait()
	return stop
}

// written are the contents of the bot's messages.
func (o *office) written() []string {
	var contents []string
	for _, m := range o.Messages() {
		if m.SenderID == o.bot.ID {
			contents = append(contents, m.Content)
		}
	}
	return contents
}

func user(u *zuliptest.User) chatops.UserID { return chatops.UserID(zulipadapter.IDText(int64(u.ID))) }

func roomOf(c *zuliptest.Channel) chatops.RoomID {
	return chatops.RoomID(zulipadapter.IDText(int64(c.ID)))
}

func messageID(id int) chatops.MessageID { return chatops.MessageID(zulipadapter.IDText(int64(id))) }

func text(s string) chatops.Text {
	return chatops.Text{{Kind: chatops.Paragraph, Spans: []chatops.Span{{Text: s}}}}
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
