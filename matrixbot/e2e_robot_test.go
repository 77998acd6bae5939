//go:build goolm || libolm

package matrixbot_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// patience is how long a test waits for anything of a bot.
const patience = 30 * time.Second

// robot is a bot with its account and its operator, who outlast the process of the bot.
type robot struct {
	*testing.T

	user   id.UserID
	config matrixbot.Config
	keys   chan string // Recovery keys that it made.
	shown  chan []e2ee.Emoji
	answer chan bool // Of the operator who sees emojis.
	ended  chan error

	running *matrixbot.Bot
	stop    func()

	mu    sync.Mutex
	heard []matrixbot.Request
	news  chan struct{} // Closed and replaced with every request.
}

// robot registers a bot, which repeats what anybody asks it to and has somebody compare emojis.
func (w *town) robot(name string) *robot {
	w.Helper()
	b := &robot{
		T: w.T, keys: make(chan string, 1), news: make(chan struct{}), stop: func() {},
		shown: make(chan []e2ee.Emoji, 20), answer: make(chan bool, 20), ended: make(chan error, 20),
	}
	b.user = w.server.Register(name, password).UserID
	router, err := matrixbot.NewRouter(matrixbot.RouterConfig{Prefix: "!", Access: matrixbot.AllowEverybody()})
	require.NoError(w, err)
	require.NoError(w, router.Command(matrixbot.Command{
		Name: "echo", Args: []matrixbot.Arg{{Name: "text", Raw: true}},
		Handler: func(ctx context.Context, r *matrixbot.Request, in matrixbot.Values) error {
			_, err := r.ReplyText(ctx, in.Text("text"))
			return err
		},
	}))
	b.config = matrixbot.Config{
		Homeserver: w.server.URL(), User: b.user.String(), Password: matrixbot.NewSecret(password),
		Data: filepath.Join(w.TempDir(), name), Invites: matrixbot.Invites{Servers: []string{w.server.Name()}},
		Handler: router.Handle, Reactions: router.Handle, Log: testLog(w.T),
	}
	b.config.Encryption.Operator = e2ee.Operator{
		Compare: func(ctx context.Context, _ e2ee.Verification, emojis []e2ee.Emoji) bool {
			b.shown <- emojis
			select {
			case same := <-b.answer:
				return same
			case <-ctx.Done():
				return false
			}
		},
		Ended: func(_ context.Context, _ e2ee.Verification, err error) { b.ended <- err },
	}
	return b
}

// start runs the bot until the test or stop ends it.
func (b *robot) start() {
	b.Helper()
	config := b.config
	config.Handler, config.Reactions = b.listening(config.Handler), b.listening(config.Reactions)
	bot, err := matrixbot.New(config)
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := bot.Run(ctx); !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
	})
	b.running, b.stop = bot, sync.OnceFunc(func() { cancel(); running.Wait() })
	b.Cleanup(b.stop)
}

// restart ends the bot and starts it again.
func (b *robot) restart() {
	b.Helper()
	b.stop()
	b.start()
}

// keepRecoveryKey is somebody who writes the recovery key down.
func (b *robot) keepRecoveryKey(_ context.Context, key matrixbot.Secret) error {
	b.keys <- key.Reveal()
	return nil
}

func (b *robot) machine() *e2ee.Machine {
	b.Helper()
	machine, err := b.running.Machine(b.Context())
	require.NoError(b, err)
	return machine
}

// listening notes what a handler gets.
func (b *robot) listening(handler matrixbot.Handler) matrixbot.Handler {
	return func(ctx context.Context, r *matrixbot.Request) error {
		b.mu.Lock()
		b.heard = append(b.heard, *r)
		close(b.news)
		b.news = make(chan struct{})
		b.mu.Unlock()
		return handler(ctx, r)
	}
}

// hears waits until the handler got something, and returns the first such.
func (b *robot) hears(what string, ok func(matrixbot.Request) bool) matrixbot.Request {
	b.Helper()
	late := time.After(patience)
	for {
		b.mu.Lock()
		heard, news := slices.Clone(b.heard), b.news
		b.mu.Unlock()
		if at := slices.IndexFunc(heard, ok); at >= 0 {
			return heard[at]
		}
		select {
		case <-news:
		case <-late:
			b.Fatalf("the bot waited in vain for %s, and heard %+v", what, heard)
		}
	}
}

// hearsText waits until the handler got a message.
func (b *robot) hearsText(text string) matrixbot.Request {
	b.Helper()
	return b.hears(text, func(r matrixbot.Request) bool { return r.Text == text })
}

// texts are all messages that the handler got.
func (b *robot) texts() (texts []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.heard {
		texts = append(texts, r.Text)
	}
	return texts
}

// await receives something that has to come.
func await[T any](t *testing.T, what string, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
	}
	return got
}
