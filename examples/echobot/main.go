// Command echobot answers "!echo TEXT" in the encrypted rooms to which the people named by -allow invite it.
//
//	go run -tags goolm ./examples/echobot -allow @ada:example.org
//
// Its account is set by MATRIX_HOMESERVER, MATRIX_USER, MATRIX_PASSWORD (or MATRIX_ACCESS_TOKEN) and MATRIX_DATA, the
// folder in which it keeps its keys; each secret may also be in a file named by the variable with _FILE added.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
)

func main() {
	var people []id.UserID
	flag.Func("allow", "a `user` who may use the bot, as @ada:example.org; may be repeated", func(user string) error {
		people = append(people, id.UserID(user))
		return nil
	})
	flag.Parse()
	config, err := matrixbot.ConfigFromEnv(os.Getenv)
	check(err)
	config.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	config.Invites.From = people
	config.Router, err = matrixbot.NewRouter(matrixbot.RouterConfig{Prefix: "!", Access: matrixbot.AllowUsers(people...)})
	check(err)
	check(config.Router.Command(matrixbot.Command{
		Name: "echo", Summary: "says what you say", Args: []matrixbot.Arg{{Name: "text", Raw: true}},
		Handler: func(ctx context.Context, r *matrixbot.Request, in matrixbot.Values) error {
			_, err := r.ReplyText(ctx, in.Text("text"))
			return err
		},
	}))
	bot, err := matrixbot.New(config)
	check(err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err = bot.Run(ctx)
	interrupted := ctx.Err() != nil
	stop()
	if !interrupted {
		check(err)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "echobot:", err)
		os.Exit(1)
	}
}
