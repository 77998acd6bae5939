package matrixbot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// errEnough is why a bot of a test stops.
var errEnough = errors.New("the test has seen enough")

// echo answers what begins with "!".
func echo(ctx context.Context, r *matrixbot.Request) error {
	if !strings.HasPrefix(r.Text, "!") {
		return nil
	}
	_, err := r.ReplyText(ctx, "echo "+r.Text)
	return err
}

// settings are those of the account "bot" of a server, in a folder of the test.
func settings(t *testing.T, srv *matrixtest.Server) matrixbot.Config {
	t.Helper()
	bot := srv.User("bot")
	return matrixbot.Config{
		Homeserver: srv.URL(), User: string(bot.ID()), Password: matrixbot.NewSecret(bot.Password()),
		Data: t.TempDir(), NoEncryption: true, Transport: srv.Transport(), Handler: echo,
		PickleKey: matrixbot.NewSecret("a pickle key of a test"),
	}
}

// running is a bot that runs.
type running struct {
	bot  *matrixbot.Bot
	end  context.CancelCauseFunc
	done chan error
}

func start(t *testing.T, config matrixbot.Config) *running {
	t.Helper()
	bot, err := matrixbot.New(config)
	require.NoError(t, err)
	ctx, end := context.WithCancelCause(context.WithoutCancel(t.Context()))
	r := &running{bot, end, make(chan error, 1)}
	go func() { r.done <- bot.Run(ctx) }()
	return r
}

// stop ends the bot as a signal does.
func (r *running) stop(t *testing.T) {
	t.Helper()
	r.end(errEnough)
	require.ErrorIs(t, <-r.done, errEnough)
}

// failed waits for a bot that ends by itself.
func (r *running) failed(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.done:
		return err
	case <-time.After(time.Hour):
		t.Fatal("the bot goes on")
		return nil
	}
}

// listens waits until the bot has read everything.
func listens(t *testing.T, srv *matrixtest.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	require.NoError(t, srv.WaitForSync(ctx, srv.User("bot").ID()))
}

// answers waits for so many messages of the bot, looks a while for more, and returns them in order.
func answers(t *testing.T, srv *matrixtest.Server, room id.RoomID, n int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	bot := srv.User("bot").ID()
	_, err := srv.WaitForAll(ctx, n, func(e matrixtest.Event) bool {
		return e.Room == room && e.Sender == bot && e.Type == "m.room.message"
	})
	if err != nil {
		t.Error(err) // What there is instead is said below.
	}
	time.Sleep(time.Minute)
	var texts []string
	for _, e := range srv.Messages(room) {
		if e.Sender == bot {
			texts = append(texts, e.Body())
		}
	}
	return texts
}

func numbered(format string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(format, i)
	}
	return list
}

// journal collects what a bot logs.
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

func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
