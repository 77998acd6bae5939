package zulip_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/boltqueue"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// With a store, a program that was away gets what was written in the meantime.
func ExampleListenRequest() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()
	self, err := client.OwnUser(ctx)
	if err != nil {
		panic(err)
	}
	porter := &zuliptest.User{ID: int(self.ID)}
	dir, err := os.MkdirTemp("", "zulip")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	hearOne := func() { // one run of the program
		store, err := boltqueue.Open(filepath.Join(dir, "porter.db"))
		if err != nil {
			panic(err)
		}
		defer store.Close()
		heard := false
		for event, err := range client.Events(ctx, zulip.ListenRequest{EventTypes: []string{zulip.EventMessage}, Store: store}) {
			if err != nil {
				panic(err)
			}
			if heard {
				break // what was heard is handled, and this event is not
			}
			if event.Message != nil {
				fmt.Println(event.Message.Content)
				heard = true
				server.SendDirect(alice, "Is anybody there?", porter)
			}
		}
	}
	go func() { // Alice writes when the program listens for the first time
		if server.WaitForPoll(ctx, porter) == nil {
			server.SendDirect(alice, "Good morning!", porter)
		}
	}()
	hearOne()
	fmt.Println("(away)")
	hearOne()
	// Output:
	// Good morning!
	// (away)
	// Is anybody there?
}
