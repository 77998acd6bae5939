package zulip_test

import (
	"context"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/zulip"
)

func ExampleDirect() {
	server, client, alice := exampleServer()
	defer server.Close()

	_, err := client.SendMessage(context.Background(), zulip.SendMessageRequest{
		To: zulip.Direct(zulip.UserID(alice.ID)), Content: "The build is green again.",
	})
	fmt.Println(server.Messages()[0].IsDirect(), err)
	// Output: true <nil>
}

func ExampleMessage_ReplyTo() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()
	self, err := client.OwnUser(ctx)
	if err != nil {
		panic(err)
	}
	question := server.SendToChannel(alice, server.AddChannel("help", alice), "printer", "Who has the key?")

	message, err := client.Message(ctx, zulip.MessageID(question.ID))
	if err != nil {
		panic(err)
	}
	_, err = client.SendMessage(ctx, zulip.SendMessageRequest{
		To: message.ReplyTo(self.ID), Content: zulip.Mention(message.SenderID) + " I have.\n" + zulip.Quote(message.Content),
	})
	if err != nil {
		panic(err)
	}
	answer := server.Messages()[1]
	fmt.Println(answer.Channel, ">", answer.Topic)
	// Output: help > printer
}

func ExampleClient_AllMessages() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()
	releases := server.AddChannel("releases", alice)
	server.SendToChannel(alice, releases, "1.4", "The tests pass.")
	server.SendToChannel(alice, releases, "1.4", "It is out.")
	server.SendToChannel(alice, releases, "1.5", "Something else.")

	for message, err := range client.AllMessages(ctx, zulip.MessagesRequest{Narrow: []zulip.NarrowTerm{
		zulip.NarrowChannelNamed("releases"), zulip.NarrowTopic("1.4"),
	}}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(message.SenderFullName+":", message.Content)
	}
	// Output:
	// Alice: The tests pass.
	// Alice: It is out.
}

func ExampleClient_ScheduleMessage() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()

	tomorrow := time.Now().AddDate(0, 0, 1)
	id, err := client.ScheduleMessage(ctx, zulip.ScheduleMessageRequest{
		To: zulip.Direct(zulip.UserID(alice.ID)), Content: "The certificate ends today.", DeliverAt: tomorrow,
	})
	if err != nil {
		panic(err)
	}
	waiting, err := client.ScheduledMessages(ctx)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(waiting), waiting[0].ID == id, waiting[0].Time().Unix() == tomorrow.Unix())
	// Output: 1 true true
}

func ExampleClient_StartTyping() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()
	to := zulip.Direct(zulip.UserID(alice.ID))

	if err := client.StartTyping(ctx, to); err != nil {
		panic(err)
	}
	answer := "42" // found after a while
	_, err := client.SendMessage(ctx, zulip.SendMessageRequest{To: to, Content: answer})
	fmt.Println(server.Messages()[0].Content, err)
	// Output: 42 <nil>
}
