package zulipchat_test

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/zulipchat"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// A bot answers a command in a channel. The server is a fake; with a real one the credentials come from
// zulip.LoadZuliprc and the option WithTransport is left out.
func Example() {
	server := zuliptest.New()
	defer server.Close()
	bot, ann := server.AddBot("Standup", ""), server.AddUser(zuliptest.User{FullName: "Ann"})
	team := server.AddChannel("team", bot, ann)

	client, err := zulip.NewClient(
		zulip.Credentials{Site: server.URL(), Email: bot.Email, APIKey: zulip.NewSecret(bot.APIKey)},
		zulip.WithTransport(server.Transport()))
	if err != nil {
		fmt.Println(err)
		return
	}
	chat, err := zulipchat.New(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	engine, err := standup.New(standup.Config{Store: standup.NewMemStore(), Chat: chat})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = engine.Run(ctx) })
	running.Go(func() { _ = chat.Run(ctx, engine) })
	defer running.Wait()
	defer cancel()

	if err := server.WaitForPoll(ctx, bot); err != nil { // Now it listens.
		fmt.Println(err)
		return
	}
	server.SendToChannel(ann, team, "planning", "@**Standup** setup 09:30 11:45 12:45 Europe/Berlin")
	reply, err := server.WaitForMessage(ctx, func(m zuliptest.Message) bool { return m.SenderID == bot.ID })
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("in", reply.Topic)
	for line := range strings.Lines(reply.Content) {
		if strings.HasPrefix(line, "- Times") {
			fmt.Print(line)
		}
	}
	// Output:
	// in planning
	// - Times: prompt **09:30**, reminder **11:45**, cutoff **12:45** Europe/Berlin
}
