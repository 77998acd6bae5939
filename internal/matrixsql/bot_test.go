//go:build goolm || libolm

package matrixsql

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// run runs a bot until stop is called.
func run(t *testing.T, config matrixbot.Config) (bot *matrixbot.Bot, stop func()) {
	t.Helper()
	bot, err := matrixbot.New(config)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { assert.ErrorIs(t, bot.Run(ctx), context.Canceled) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return bot, stop
}

// A bot keeps its keys in mautrix's SQL store by one option, and has them after a restart.
func TestBotOnSQL(t *testing.T) {
	t.Parallel()
	server := matrixtest.NewServer(t)
	ada, porter := server.User("ada"), server.User("porter")
	keys, db, err := openSQL(t, filepath.Join(t.TempDir(), "keys.db"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	config := func(user *matrixtest.User, name string) matrixbot.Config {
		return matrixbot.Config{
			Homeserver: server.URL(), User: string(user.ID()), Password: matrixbot.NewSecret(user.Password()), Transport: server.Transport(),
			Data: filepath.Join(t.TempDir(), name), Invites: matrixbot.Invites{From: []id.UserID{ada.ID()}},
		}
	}
	bots := config(porter, "porter")
	bots.Encryption.Stores = func(_ id.UserID, device id.DeviceID) (e2ee.Stores, error) {
		keys.DeviceID = device
		return e2ee.Stores{Crypto: keys}, nil
	}
	bots.Handler = func(ctx context.Context, r *matrixbot.Request) error {
		_, err := r.ReplyText(ctx, "heard "+r.Text)
		return err
	}
	heard := make(chan string, 10)
	adas := config(ada, "ada")
	adas.Handler = func(context.Context, *matrixbot.Request) error { return nil }
	person, _ := run(t, adas)
	server.OnEvent(func(e matrixtest.Event) {
		if e.Type == "m.room.encrypted" && e.Sender == porter.ID() {
			heard <- string(e.ID)
		}
	})
	_, stop := run(t, bots)
	require.NoError(t, server.WaitForSync(t.Context(), ada.ID()))
	room := ada.CreateRoom(matrixtest.RoomOptions{Encrypted: true, Invite: []*matrixtest.User{porter}})
	require.NoError(t, server.WaitForSync(t.Context(), ada.ID()))
	require.NoError(t, server.WaitForSync(t.Context(), porter.ID()))
	say := func(text string) {
		_, err := person.Send(t.Context(), matrixbot.Message{Room: room, Key: text, Text: text, Alert: true})
		require.NoError(t, err)
		select {
		case <-heard:
		case <-time.After(10 * time.Second):
			t.Fatal("no answer to ", text)
		}
	}
	say("one")
	stop()
	_, stop = run(t, bots)
	defer stop()
	say("two")
	account, err := keys.GetAccount(t.Context())
	require.NoError(t, err)
	require.NotNil(t, account, "the keys are in the database")
}
