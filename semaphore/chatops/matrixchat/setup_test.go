package matrixchat

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// server is where the links of the tests may lead.
const server = "https://ci.example/semaphore"

// yard is a homeserver with a bot, two people and a room of all of them. It lives in a bubble.
type yard struct {
	*matrixtest.Server

	bot, ada, ben *matrixtest.User
	room          id.RoomID
	data          string
	log           *journal
}

func newYard(tb testing.TB) *yard {
	tb.Helper()
	y := &yard{Server: matrixtest.NewServer(tb), data: tb.TempDir(), log: &journal{}}
	y.bot, y.ada, y.ben = y.User("deploybot"), y.User("ada"), y.User("ben")
	y.room = y.ada.CreateRoom(matrixtest.RoomOptions{Name: "Operations", Members: []*matrixtest.User{y.bot, y.ben}})
	return y
}

func (y *yard) settings() matrixbot.Config {
	return matrixbot.Config{
		Homeserver: y.URL(), User: string(y.bot.ID()), Password: matrixbot.NewSecret(y.bot.Password()), Data: y.data,
		NoEncryption: true, Transport: y.Transport(), PickleKey: matrixbot.NewSecret("a pickle key of a test"),
		Log: slog.New(slog.NewTextHandler(y.log, nil)),
	}
}

func (y *yard) chat(tb testing.TB) *Chat {
	tb.Helper()
	chat, err := New(y.settings(), server)
	require.NoError(tb, err)
	return chat
}

// start runs the chat until stop is called, which it is at the end of the test at the latest.
func (y *yard) start(tb testing.TB, chat *Chat, e Engine) (stop func() error) {
	tb.Helper()
	ctx, cancel := context.WithCancel(tb.Context())
	var running sync.WaitGroup
	var err error
	running.Go(func() { err = chat.Run(ctx, e) })
	stop = func() error {
		cancel()
		running.Wait()
		return err
	}
	tb.Cleanup(func() { _ = stop() })
	require.NoError(tb, y.WaitForSync(tb.Context(), y.bot.ID()))
	return stop
}

// said is what the bot has written in a room.
func (y *yard) said(room id.RoomID) []matrixtest.Event {
	var said []matrixtest.Event
	for _, e := range y.Messages(room) {
		if e.Sender == y.bot.ID() {
			said = append(said, e)
		}
	}
	return said
}

// listener is an engine that only hears.
type listener struct {
	mu     sync.Mutex
	heard  []chatops.Incoming
	handle func(ctx context.Context, in chatops.Incoming) error // May be nil.
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

// take returns what was heard since the last call.
func (l *listener) take() []chatops.Incoming {
	time.Sleep(time.Second)
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

func para(spans ...chatops.Span) chatops.Text { return say(spans...) }

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
