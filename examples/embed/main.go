// Command embed holds standups inside a program of one's own: the least that it
// takes, to be copied. It reads ZULIP_SITE, ZULIP_EMAIL and ZULIP_API_KEY and
// keeps everything in standup.db. The command standupbot beside it does the same
// with more settings.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/boltstore"
	"github.com/signalbox-go/signalbox/standup/zulipchat"
	"github.com/signalbox-go/signalbox/zulip"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	credentials, err := zulip.CredentialsFromEnv(os.Getenv)
	if err == nil {
		err = holdStandups(ctx, credentials, "standup.db")
	}
	stop()
	fmt.Fprintln(os.Stderr, "embed:", err)
	os.Exit(1)
}

// holdStandups runs until ctx ends or it cannot go on, and returns the cause.
func holdStandups(ctx context.Context, credentials zulip.Credentials, database string) error {
	client, err := zulip.NewClient(credentials)
	if err != nil {
		return err
	}
	chat, err := zulipchat.New(client)
	if err != nil {
		return err
	}
	store, err := boltstore.Open(database)
	if err != nil {
		return err
	}
	defer store.Close()
	engine, err := standup.New(standup.Config{Store: store, Chat: chat})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel(nil)
	running.Go(func() { cancel(engine.Run(ctx)) }) // What is due happens, what waits is sent.
	return chat.Run(ctx, engine)                   // What people write reaches the engine.
}
