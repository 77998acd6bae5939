package zulip_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// exampleServer is a server in this process with a bot and a person; the client speaks for the bot.
func exampleServer() (server *zuliptest.Server, client *zulip.Client, alice *zuliptest.User) {
	server = zuliptest.New()
	bot := server.AddBot("Porter", "porter-bot@zulip.example")
	alice = server.AddUser(zuliptest.User{FullName: "Alice"})
	server.AddChannel("engineering", bot, alice)
	client, err := zulip.NewClient(zulip.Credentials{
		Site: server.URL(), Email: bot.Email, APIKey: zulip.NewSecret(bot.APIKey),
	}, zulip.WithTransport(server.Transport()))
	if err != nil {
		panic(err)
	}
	return server, client, alice
}

func ExampleLoadZuliprc() {
	dir, err := os.MkdirTemp("", "zulip")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "zuliprc")
	content := "[api]\nemail=porter-bot@chat.example.org\nkey=uieVvBDfdzGdW8dFwJtAeGSHGdVnDtbr\nsite=https://chat.example.org\n"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		panic(err)
	}
	credentials, err := zulip.LoadZuliprc(path)
	if err != nil {
		panic(err)
	}
	fmt.Println(credentials.Email, credentials.Site, credentials.APIKey)
	// Output: porter-bot@chat.example.org https://chat.example.org REDACTED
}

func ExampleClient_SendMessage() {
	server, client, _ := exampleServer()
	defer server.Close()
	ctx := context.Background()

	sent, err := client.SendMessage(ctx, zulip.SendMessageRequest{
		To:      zulip.InChannelNamed("engineering", "releases"),
		Content: "Release 1.4 is **out**.",
	})
	if err != nil {
		panic(err)
	}
	message, err := client.Message(ctx, sent.ID)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s > %s: %s\n", message.Recipient.Channel, message.Topic, message.Content)
	// Output: engineering > releases: Release 1.4 is **out**.
}

func ExampleClient_EditMessage() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()

	sent, err := client.SendMessage(ctx, zulip.SendMessageRequest{To: zulip.Direct(zulip.UserID(alice.ID)), Content: "Deploying…"})
	if err != nil {
		panic(err)
	}
	if err := client.EditMessage(ctx, sent.ID, zulip.EditMessageRequest{Content: new("Deployed.")}); err != nil {
		panic(err)
	}
	fmt.Println(server.Messages()[0].Content)
	// Output: Deployed.
}

func ExampleClient_AddReaction() {
	server, client, alice := exampleServer()
	defer server.Close()

	question := server.SendToChannel(alice, server.AddChannel("plans", alice), "ship", "Shall we ship it?")
	err := client.AddReaction(context.Background(), zulip.MessageID(question.ID), zulip.Emoji{Name: "thumbs_up"})
	fmt.Println(err, server.Messages()[0].Reactions[0].EmojiName)
	// Output: <nil> thumbs_up
}

func ExampleClient_UploadFile() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()

	upload, err := client.UploadFile(ctx, "report.txt", strings.NewReader("All is well."))
	if err != nil {
		panic(err)
	}
	_, err = client.SendMessage(ctx, zulip.SendMessageRequest{
		To: zulip.Direct(zulip.UserID(alice.ID)), Content: "Today's report: " + upload.Markdown(),
	})
	if err != nil {
		panic(err)
	}
	text, _, _ := strings.Cut(server.Messages()[0].Content, "(")
	fmt.Println(text)
	// Output: Today's report: [report.txt]
}

func ExampleClient_Events() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	bot, err := client.OwnUser(ctx)
	if err != nil {
		panic(err)
	}
	go func() { // somebody writes as soon as the bot listens
		porter := &zuliptest.User{ID: int(bot.ID)}
		if server.WaitForPoll(ctx, porter) == nil {
			server.SendDirect(alice, "Good morning!", porter)
		}
	}()
	for event, err := range client.Events(ctx, zulip.ListenRequest{EventTypes: []string{zulip.EventMessage}}) {
		if err != nil {
			panic(err)
		}
		if event.Message != nil {
			fmt.Println(event.Message.SenderFullName+":", event.Message.Content)
			break
		}
	}
	// Output: Alice: Good morning!
}

func ExampleBot() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()

	bot, err := zulip.NewBot(client, func(ctx context.Context, b *zulip.Bot, m zulip.Message) error {
		_, err := b.Reply(ctx, m, "You said: "+zulip.EscapeText(m.Content))
		return err
	})
	if err != nil {
		panic(err)
	}
	go func() { // Alice writes, reads the answer and goes home
		defer stop()
		porter := &zuliptest.User{ID: alice.ID - 1}
		if server.WaitForPoll(ctx, porter) != nil {
			return
		}
		server.SendDirect(alice, "hello", porter)
		answer, err := server.WaitForMessage(ctx, func(m zuliptest.Message) bool { return m.SenderID == porter.ID })
		fmt.Println(answer.Content, err)
	}()
	fmt.Println(bot.Run(ctx))
	// Output:
	// You said: hello <nil>
	// context canceled
}

func ExampleSplitMessage() {
	for _, part := range zulip.SplitMessage("First paragraph.\n\nSecond paragraph.\n\nThird.", 40) {
		fmt.Printf("%q\n", part)
	}
	// Output:
	// "First paragraph.\n\nSecond paragraph."
	// "Third."
}

func ExampleEscapeText() {
	fmt.Println(strings.ReplaceAll(zulip.EscapeText("@**all** look"), "\u200b", "|"))
	// Output: @|**all** look
}
