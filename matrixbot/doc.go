// Package matrixbot is a Matrix bot that loses nothing, leaks nothing and needs no C compiler.
//
//	config, err := matrixbot.ConfigFromEnv(os.Getenv) // who the bot is, and its folder
//	config.Invites.From = []id.UserID{"@ada:example.org"}
//	config.Router, err = matrixbot.NewRouter(matrixbot.RouterConfig{Prefix: "!"})
//	err = config.Router.Command(matrixbot.Command{
//		Name: "deploy", Args: []matrixbot.Arg{{Name: "what"}}, Access: matrixbot.AllowUsers("@ada:example.org"),
//		Handler: func(ctx context.Context, r *matrixbot.Request, in matrixbot.Values) error {
//			_, err := r.Reply(ctx, "deploying "+matrixbot.Code(in.Text("what")))
//			return err
//		},
//	})
//	bot, err := matrixbot.New(config)
//	err = bot.Run(ctx)
//
// [New] checks the settings and connects to nobody; [Bot.Run] blocks until its context ends. The example echobot is
// the same as a whole program.
//
// # Encryption
//
// A bot encrypts, and its program is built with the tag goolm: CGO_ENABLED=0 go build -tags goolm makes one static
// binary. Without the tag everything compiles, and New refuses with a sentence that names it; Config.NoEncryption is
// for bots that have nothing to do in encrypted rooms. What encryption means for a bot, and how people verify it, is
// told by [github.com/signalbox-go/signalbox/matrixbot/e2ee].
//
// # What happens to a message
//
// What a sync response brings is first learned (state of rooms, keys), then decrypted, and then written to the store:
// messages, keys and the token of the response in one transaction. Only after that a handler sees a message. Each room
// has its turn: one handler at a time, in the order of the room. So
//
//   - a message that arrived is handled, also when the process is killed in between, and it is handled once: a handler
//     that was interrupted by a kill begins again, and finds that in [Request.Attempt];
//   - what a handler sends is written down under a stable key before its request leaves, and the key is the
//     transaction id, so that the homeserver shows it once however often it is sent;
//   - what was said while the bot was away is fetched, in order, also where the homeserver leaves a gap; what is older
//     than Config.MaxAge is not done any more, and whoever asked for it is told.
//
// Effects outside of Matrix cannot be part of that: a handler that starts something elsewhere gives it the event's id as
// an idempotency key, or looks at Attempt.
//
// # Who may do what
//
// Nobody, unless somebody says so. The zero value of [Invites] accepts no invitation, a [Command] without a rule of
// access is refused, a list without names lets nobody in. Messages that are not encrypted do not count in encrypted
// rooms, and reactions, which never are, confirm only where [Question] says that they may. Own messages, notices, edits
// and redacted messages never reach a handler, and the bot's own answers are notices: so two bots do not answer each
// other for ever.
//
// # Text
//
// What handlers send is Markdown without HTML. Data goes through [Escape], [Code], [CodeBlock] or [Link], and then
// becomes no markup, no link and no mention, whatever is in it. People are told of a message by [Message].Mentions and
// [Request.Alert] alone. Long texts are split, and very long ones sent as a file, encrypted where the room is.
//
// # Asking first
//
// An [Action] is something that is done after somebody said yes: [Action.Ask] asks a question that is bound to one
// request, is answered once by those who may, by text or by reaction, survives restarts and expires.
//
// # Testing
//
// [github.com/signalbox-go/signalbox/matrixbot/matrixtest] is a homeserver inside the test, on which bots run in
// testing/synctest, and starts a real Dendrite where there is one.
package matrixbot
