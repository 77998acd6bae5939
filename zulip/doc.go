// Package zulip is a client of the Zulip chat server: its REST API, its event queue, and bots.
//
// A bot that answers is this long:
//
//	credentials, err := zulip.LoadZuliprc("zuliprc") // from the bot's settings page
//	if err != nil {
//		return err
//	}
//	client, err := zulip.NewClient(credentials)
//	if err != nil {
//		return err
//	}
//	bot, err := zulip.NewBot(client, func(ctx context.Context, b *zulip.Bot, m zulip.Message) error {
//		_, err := b.Reply(ctx, m, "You said:\n"+zulip.Quote(zulip.EscapeText(m.Content)))
//		return err
//	})
//	if err != nil {
//		return err
//	}
//	return bot.Run(ctx)
//
// # Client
//
// [NewClient] checks and builds, the first call connects. A [Client] does not change and can be shared. Calls are
// paced to the server's rate limit, as the server tells it with each answer, and wait their turn within
// [WithTimeout]. A call is repeated on its own only where the server surely did not act on it, or where acting twice is
// the same as acting once. A send that failed in any other way may have arrived.
//
// # Errors
//
// What the server refuses is an *[APIError] with status, code and message; sentinels such as [ErrNotFound],
// [ErrRateLimited] and [ErrUnauthorized] work with [errors.Is]. The status survives an answer that is not Zulip's, as
// the HTML page of a proxy. No error and no log line has the API key in it, nor the content of a message.
//
// # Messages
//
// A [Recipient] says where a message goes: [Direct], [InChannel] and so on. The server cuts long
// messages and topics silently; this package refuses them instead, and [SplitMessage] makes parts that fit.
// Text from people goes through [EscapeText] before it becomes part of a message, or it could mention everybody.
//
// # Events
//
// [Client.Events] is a range-over-func sequence of what happens. It survives whatever happens to the connection, the queue
// and, with a [QueueStore], this process, and neither loses nor repeats a message; its documentation has the details.
// Events of types and with values that this package does not know are passed on, with their JSON.
// [Client.Register], [Client.GetEvents] and [Client.DeleteQueue] are the single steps.
//
// # Bots
//
// [Bot] hears what is addressed to it (a direct message from one person, a message that begins with a mention),
// serves conversations side by side and each of them in order, and keeps serving when a handler fails.
//
// # Testing
//
// Package zuliptest has a server for tests that runs in the process.
//
// # Servers
//
// Zulip 8 and later. Words that changed over the years (stream and channel, private and direct)
// are sent in the form that all of them understand.
package zulip
