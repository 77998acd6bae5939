package chatops_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
	"github.com/signalbox-go/signalbox/standup"
)

// console is a chat that hands over what the bot says. What it does not have it leaves to the embedded interface.
type console struct {
	chatops.Chat
	said chan string
}

func (c console) Send(_ context.Context, m chatops.Outgoing) (chatops.MessageID, error) {
	c.said <- m.Body.String()
	return chatops.MessageID(m.Key), nil
}

func (c console) Edit(context.Context, chatops.MessageID, chatops.Outgoing) error { return nil }

func (c console) Fits(t chatops.Text) bool { return len(t.String()) < 5000 }

func (c console) Thread(where chatops.Address, _ chatops.MessageID, _ string) chatops.Address {
	return where
}

// A runner asks for a deploy and says yes to what exactly is run.
func Example() {
	server := semaphoretest.New(semaphoretest.WithSpeed(100))
	defer server.Close()
	website := server.AddProject("website")
	server.AddTemplate(website, semaphoretest.Template{Name: "deploy"})
	client, err := semaphore.NewClient(semaphore.Credentials{
		URL: server.URL(), Token: semaphore.NewSecret(server.Admin().Token),
	}, semaphore.WithTransport(server.Transport()))
	if err != nil {
		fmt.Println(err)
		return
	}

	chat := console{said: make(chan string)}
	engine, err := chatops.New(chatops.Config{
		Semaphore: client, Chat: chat,
		Store: standup.NewMemStore(), // A bot has one in a file: see package boltstore.
		Policy: chatops.Policy{
			Rooms:  []chatops.RoomID{"ops"},
			Grants: []chatops.Grant{{Users: []chatops.UserID{"@ada:example.org"}, Role: chatops.Runner}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- engine.Run(ctx) }()

	say := func(id, text string) {
		err := engine.Handle(ctx, chatops.Incoming{
			ID: chatops.EventID(id), Message: chatops.MessageID(id), At: time.Now(),
			From: "@ada:example.org", FromName: "Ada", Room: "ops", Text: text,
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	say("$1", "!cd run website deploy")
	question, _, _ := strings.Cut(<-chat.said, "?")
	fmt.Println(question)
	say("$2", "yes")
	<-chat.said // The card that is edited as the task goes on.
	end, _, _ := strings.Cut(<-chat.said, " ·")
	fmt.Println(end)
	go func() {
		for range chat.said { // And the log.
		}
	}()
	cancel()
	fmt.Println(<-done)
	// Output:
	// Run website / deploy
	// Ada: ✅ website / deploy #1 has succeeded
	// context canceled
}

// An audit that somebody has changed says so.
func ExampleVerifyAudit() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "audit.jsonl")
	audit, err := chatops.OpenAudit(path) // For Config.Audit.
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(audit.Close())

	file, err := os.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	summary, err := chatops.VerifyAudit(file)
	fmt.Println(summary.Entries, err)

	_, err = chatops.VerifyAudit(strings.NewReader(`{"seq":1,"time":"2026-11-23T09:00:01Z","decision":"denied","prev":"","sum":"00"}` + "\n"))
	wrong, ok := errors.AsType[*chatops.AuditError](err)
	fmt.Println(ok, wrong.Line)
	// Output:
	// <nil>
	// 0 <nil>
	// true 1
}
