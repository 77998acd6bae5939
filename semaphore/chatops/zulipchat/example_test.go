package zulipchat_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/boltstore"
	"github.com/signalbox-go/signalbox/semaphore/chatops/zulipchat"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// A bot answers a command in a channel. Both servers are fakes; with real ones the credentials come from
// zulip.LoadZuliprc and the environment, and the transports are left out.
func Example() {
	jobs, server := semaphoretest.New(), zuliptest.New()
	defer jobs.Close()
	defer server.Close()
	jobs.AddProject("website")
	bot, ann := server.AddBot("Deploybot", ""), server.AddUser(zuliptest.User{FullName: "Ann"})
	ops := server.AddChannel("ops", bot, ann)

	run := func() error {
		client, err := zulip.NewClient(
			zulip.Credentials{Site: server.URL(), Email: bot.Email, APIKey: zulip.NewSecret(bot.APIKey)}, zulip.WithTransport(server.Transport()))
		if err != nil {
			return err
		}
		chat, err := zulipchat.New(client, jobs.URL())
		if err != nil {
			return err
		}
		api, err := semaphore.NewClient(
			semaphore.Credentials{URL: jobs.URL(), Token: semaphore.NewSecret(jobs.Admin().Token)}, semaphore.WithTransport(jobs.Transport()))
		if err != nil {
			return err
		}
		folder, err := os.MkdirTemp("", "deploybot")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		store, err := boltstore.Open(filepath.Join(folder, "deploys.db"))
		if err != nil {
			return err
		}
		defer store.Close()
		engine, err := chatops.New(chatops.Config{Semaphore: api, Store: store, Chat: chat, Policy: chatops.Policy{
			Rooms:  []chatops.RoomID{chatops.RoomID(fmt.Sprint(ops.ID))},
			Grants: []chatops.Grant{{Users: []chatops.UserID{chatops.UserID(fmt.Sprint(ann.ID))}, Role: chatops.Viewer}},
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

		if err := server.WaitForPoll(ctx, bot); err != nil { // Now it listens.
			return err
		}
		server.SendToChannel(ann, ops, "releases", "!cd projects")
		reply, err := server.WaitForMessage(ctx, func(m zuliptest.Message) bool { return m.SenderID == bot.ID })
		fmt.Println("in", reply.Topic)
		fmt.Println(reply.Content)
		return err
	}
	if err := run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// in releases
	// | Project | Number |
	// | --- | --- |
	// | website | 1 |
}
