package matrixbot_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

func ExampleRouter() {
	srv := matrixtest.New() // A homeserver for the example.
	defer srv.Close()
	ada, account := srv.User("ada"), srv.User("bot")
	room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{account}})
	data, err := os.MkdirTemp("", "bot")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(data)

	router, err := matrixbot.NewRouter(matrixbot.RouterConfig{Prefix: "!", Access: matrixbot.AllowUsers(ada.ID())})
	if err != nil {
		panic(err)
	}
	err = router.Command(matrixbot.Command{
		Name: "greet", Summary: "says hello",
		Args:  []matrixbot.Arg{{Name: "name"}},
		Flags: []matrixbot.Flag{{Name: "times", Short: 'n', Kind: matrixbot.IntValue, Default: "1"}},
		Handler: func(ctx context.Context, r *matrixbot.Request, in matrixbot.Values) error {
			_, err := r.ReplyText(ctx, fmt.Sprintf("Hello, %s! (%d times)", in.Text("name"), in.Int("times")))
			return err
		},
	})
	if err != nil {
		panic(err)
	}
	bot, err := matrixbot.New(matrixbot.Config{
		Homeserver: srv.URL(), User: string(account.ID()), Password: matrixbot.NewSecret(account.Password()),
		Data: data, NoEncryption: true, Transport: srv.Transport(), Router: router,
	})
	if err != nil {
		panic(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	done := make(chan error, 1)
	go func() { done <- bot.Run(ctx) }()
	if err := srv.WaitForSync(ctx, account.ID()); err != nil {
		panic(err)
	}
	for i, text := range []string{`!greet “Ada L.” -n 2`, "!gret Ada", "!greet"} {
		ada.Send(room, text)
		said, err := srv.WaitForAll(ctx, i+1, func(e matrixtest.Event) bool {
			return e.Sender == account.ID() && e.Type == "m.room.message"
		})
		if err != nil {
			panic(err)
		}
		fmt.Println(said[i].Body())
	}
	stop()
	<-done
	// Output:
	// Hello, Ada L.! (2 times)
	// There is no command "gret". Did you mean !greet?
	// <name> is missing.
	// Usage: !greet <name> [--times <times>]
}
