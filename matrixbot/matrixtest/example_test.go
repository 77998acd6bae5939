package matrixtest_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// client is the program under test in these examples.
func client(srv *matrixtest.Server, session matrixtest.Session) *mautrix.Client {
	cli, err := mautrix.NewClient(srv.URL(), session.UserID, session.AccessToken)
	if err != nil {
		panic(err)
	}
	cli.Client = srv.Client()
	return cli
}

// A bot answers; the test waits for the answer.
func Example() {
	srv := matrixtest.New()
	defer srv.Close()
	ada, bot := srv.User("ada"), srv.User("bot")
	room := ada.CreateRoom(matrixtest.RoomOptions{Name: "Ops", Members: []*matrixtest.User{bot}})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()

	cli := client(srv, bot.NewSession("BOT"))
	cli.Syncer.(*mautrix.DefaultSyncer).OnEventType(event.EventMessage, func(ctx context.Context, e *event.Event) {
		if e.Sender != cli.UserID {
			_, _ = cli.SendText(ctx, e.RoomID, "you said "+e.Content.AsMessage().Body)
		}
	})
	go func() { _ = cli.SyncWithContext(ctx) }()

	ada.Send(room, "hello")
	answer, err := srv.WaitForMessage(ctx, room, bot.ID())
	fmt.Println(answer.Body(), err)
	// Output: you said hello <nil>
}

// The second message is refused, as when a bot writes too fast.
func ExampleServer_Fail() {
	srv := matrixtest.New()
	defer srv.Close()
	bot := srv.User("bot")
	room := bot.CreateRoom(matrixtest.RoomOptions{})
	cli := client(srv, bot.NewSession("BOT"))
	srv.Fail(
		matrixtest.Match{Path: "/rooms/*/send/**", Skip: 1},
		matrixtest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 1500 * time.Millisecond, RetryIn: matrixtest.RetryInBody},
	)
	for range 3 {
		_, err := cli.SendText(context.Background(), room, "hello")
		fmt.Println(err)
	}
	fmt.Println(len(srv.Messages(room)), "messages")
	// Output:
	// <nil>
	// M_LIMIT_EXCEEDED (HTTP 429): You are sending too many requests too quickly!
	// <nil>
	// 2 messages
}

// Requests tells what a program asked for.
func ExampleServer_Requests() {
	srv := matrixtest.New()
	defer srv.Close()
	cli := client(srv, srv.User("bot").NewSession("BOT"))
	_, _ = cli.JoinRoomByID(context.Background(), "!nowhere:matrix.example")
	for _, r := range srv.Requests() {
		fmt.Println(r.Method, r.Path, r.DeviceID, r.Status, r.ErrCode)
	}
	// Output: POST /rooms/!nowhere:matrix.example/join BOT 404 M_NOT_FOUND
}
