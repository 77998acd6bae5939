package matrixchat_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/boltstore"
	"github.com/signalbox-go/signalbox/semaphore/chatops/matrixchat"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// A bot answers a command in a room. Both servers are fakes; with real ones the settings come from
// matrixbot.ConfigFromEnv, and NoEncryption and the transports are left out.
func Example() {
	jobs, server := semaphoretest.New(), matrixtest.New()
	defer jobs.Close()
	defer server.Close()
	jobs.AddProject("website")
	bot, ada := server.User("deploybot"), server.User("ada")
	ops := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot}})

	run := func() error {
		folder, err := os.MkdirTemp("", "deploybot")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		chat, err := matrixchat.New(matrixbot.Config{
			Homeserver: server.URL(), User: string(bot.ID()), Password: matrixbot.NewSecret(bot.Password()),
			Data: filepath.Join(folder, "matrix"), NoEncryption: true, Transport: server.Transport(),
		}, jobs.URL())
		if err != nil {
			return err
		}
		api, err := semaphore.NewClient(
			semaphore.Credentials{URL: jobs.URL(), Token: semaphore.NewSecret(jobs.Admin().Token)}, semaphore.WithTransport(jobs.Transport()))
		if err != nil {
			return err
		}
		store, err := boltstore.Open(filepath.Join(folder, "deploys.db"))
		if err != nil {
			return err
		}
		defer store.Close()
		engine, err := chatops.New(chatops.Config{Semaphore: api, Store: store, Chat: chat, Policy: chatops.Policy{
			Rooms:  []chatops.RoomID{chatops.RoomID(ops)},
			Grants: []chatops.Grant{{Users: []chatops.UserID{chatops.UserID(ada.ID())}, Role: chatops.Viewer}},
		}})
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { _ = engine.Run(ctx) })
		running.Go(func() { _ = chat.Run(ctx, engine) })
		defer running.Wait()
		defer cancel()

		if err := server.WaitForSync(ctx, bot.ID()); err != nil { // Now it listens.
			return err
		}
		ada.Send(ops, "!cd projects")
		reply, err := server.WaitForMessage(ctx, ops, bot.ID())
		fmt.Println(reply.Body())
		return err
	}
	if err := run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Project  Number
	// ───────  ──────
	// website  1
}
