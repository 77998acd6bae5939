package zulip_test

import (
	"context"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func ExampleClient_Users() {
	server, client, alice := exampleServer()
	defer server.Close()
	server.SetTimezone(alice, "Africa/Lagos")
	server.AddUser(zuliptest.User{FullName: "Bob", Timezone: "America/New_York"})

	users, err := client.Users(context.Background(), zulip.UsersRequest{})
	if err != nil {
		panic(err)
	}
	noon := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	for _, user := range users {
		if user.IsActive && !user.IsBot {
			fmt.Println(user.FullName, noon.In(user.Location(time.UTC)).Format("15:04"))
		}
	}
	// Output:
	// Alice 13:00
	// Bob 07:00
}

func ExampleClient_SendPoll() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()

	sent, err := client.SendPoll(ctx, zulip.SendPollRequest{
		To: zulip.InChannelNamed("engineering", "lunch"), Question: "Where?", Options: []string{"Here", "There"},
	})
	if err != nil {
		panic(err)
	}
	server.VotePoll(alice, int(sent.ID), 1, true)

	message, err := client.Message(ctx, sent.ID)
	if err != nil {
		panic(err)
	}
	if poll, ok := message.Poll(); ok {
		for _, option := range poll.Options {
			fmt.Println(option.Text, len(option.Voters))
		}
	}
	// Output:
	// Here 0
	// There 1
}

func ExampleButtons() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()

	sent, err := client.SendMessage(ctx, zulip.SendMessageRequest{
		To: zulip.Direct(zulip.UserID(alice.ID)),
		Buttons: &zulip.Buttons{Heading: "Deploy 1.4?", Choices: []zulip.Button{
			{ShortName: "Yes", LongName: "to all hosts, now", Reply: "deploy 1.4"},
			{ShortName: "No", LongName: "wait for the next window", Reply: "wait"},
		}},
	})
	if err != nil {
		panic(err)
	}
	click := server.PressButton(alice, int(sent.ID), "Yes")
	fmt.Println(click.Content)
	// Output: deploy 1.4
}
