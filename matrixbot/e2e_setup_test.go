//go:build goolm || libolm

package matrixbot_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/matrixjs"
	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// What follows happens on a real homeserver, between the bot and people who use the library and the crypto of Element.

const password = "a long password"

// town is a homeserver with a bot and people.
type town struct {
	*testing.T

	server *matrixtest.Homeserver
	bot    id.UserID
	data   string
	config matrixbot.Config
	stop   func()
}

// newTown makes a town whose bot repeats what anybody asks it to.
func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{T: t, server: matrixtest.Dendrite(t), data: filepath.Join(t.TempDir(), "bot")}
	w.bot = w.server.Register("bot", password).UserID
	w.config = matrixbot.Config{
		Homeserver: w.server.URL(), User: w.bot.String(), Password: matrixbot.NewSecret(password), Data: w.data,
		Invites: matrixbot.Invites{Servers: []string{w.server.Name()}},
	}
	return w
}

// echo is a router that repeats what anybody says.
func (w *town) echo() *matrixbot.Router {
	w.Helper()
	router, err := matrixbot.NewRouter(matrixbot.RouterConfig{Prefix: "!", Access: matrixbot.AllowEverybody()})
	require.NoError(w, err)
	require.NoError(w, router.Command(matrixbot.Command{
		Name: "echo", Args: []matrixbot.Arg{{Name: "text", Raw: true}},
		Handler: func(ctx context.Context, r *matrixbot.Request, in matrixbot.Values) error {
			_, err := r.ReplyText(ctx, in.Text("text"))
			return err
		},
	}))
	return router
}

// start runs the bot until the test or stop ends it.
func (w *town) start() {
	w.Helper()
	config := w.config
	if config.Handler == nil && config.Router == nil {
		config.Router = w.echo()
	}
	config.Log = testLog(w.T)
	bot, err := matrixbot.New(config)
	require.NoError(w, err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := bot.Run(ctx); !errors.Is(err, context.Canceled) {
			w.Error(err)
		}
	})
	w.stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	w.Cleanup(w.stop)
}

// person is somebody with another program.
func (w *town) person(name string) *matrixjs.Client {
	w.Helper()
	c := matrixjs.Start(w.T)
	w.server.Register(name, password)
	c.Login(w.server.URL(), name, password)
	return c
}

// room has people make an encrypted room, into which the bot comes.
func (w *town) room(host *matrixjs.Client, guests ...*matrixjs.Client) string {
	w.Helper()
	var room string
	invite := []string{w.bot.String()}
	for _, guest := range guests {
		invite = append(invite, guest.User)
	}
	host.Do(&room, "createRoom", map[string]any{"encrypted": true, "invite": invite})
	for _, guest := range guests {
		guest.Wait("an invite", func(e matrixjs.Event) bool { return e.Event == "invite" && e.Room == room })
		guest.Do(nil, "join", map[string]any{"room": room})
	}
	for _, guest := range invite {
		host.Wait(guest+" is in the room", func(e matrixjs.Event) bool {
			return e.Event == "timeline" && e.Type == "m.room.member" && e.Sender == guest && e.Content["membership"] == "join"
		})
	}
	return room
}
