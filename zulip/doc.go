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
// [NewClient] checks and builds, the first call connects. A [Client] can be shared. Calls are paced to the server's rate
// limit, as the server tells it with each answer, and wait their turn within [WithTimeout]. A call is repeated on its own
// only where the server surely did not act on it, or where acting twice is the same as acting once.
//
// # Errors
//
// What the server refuses is an *[APIError] with status, code and message; sentinels such as [ErrNotFound],
// [ErrRateLimited] and [ErrUnauthorized] work with [errors.Is]. The status survives an answer that is not Zulip's, as
// the HTML page of a proxy. No error and no log line has the API key in it, nor the content of a message.
//
// # Sending
//
// A [Recipient] says where a message goes: [Direct], [InChannel] and so on. [Client.SendMessage] sends it,
// [Client.EditMessage], [Client.AddReaction] and [Client.DeleteMessage] work on what is there, [Client.UploadFile]
// makes a file that [Upload.Markdown] links to. The server cuts long messages and topics silently; this package
// refuses them instead, and [Client.SendLongMessage] sends as many parts as it takes. Text from people goes through
// [EscapeText] before it becomes part of a message, or it could mention everybody.
//
// A send whose connection breaks may have arrived. [NotSent] tells whether it surely did not;
// [Client.SendMessageOnce] looks for the message before it sends again.
//
// # Reading
//
// [Client.Messages] fetches a page of the history and [Client.AllMessages] all of it, filtered by a narrow: a list of
// terms as [NarrowChannel], [NarrowSender], [NarrowSearch]. [Client.Users] and [Client.UserGroupMembers] know the
// people, [User.Location] their time zones, [Client.ProfileFields] what else the organisation keeps about them.
//
// # Events
//
// [Client.Events] is a range-over-func sequence of what happens. It survives whatever happens to the connection, the queue
// and, with a [QueueStore], this process, and neither loses nor repeats a message; its documentation has the details.
// Package boltqueue has a store in a file. Events of types and with values that this package does not know are passed
// on, with their JSON. [Client.Register], [Client.GetEvents] and [Client.DeleteQueue] are the single steps.
//
// # Bots
//
// [Bot] hears what is addressed to it (a direct message from one person, a message that begins with a mention),
// serves conversations side by side and each of them in order, and keeps serving when a handler fails.
// Where the server can reach the program, [NewWebhookHandler] is an alternative that needs no event queue.
//
// # Asking people
//
// [Client.SendPoll] asks and [Message.Poll] counts, [Client.SendTodoList] and [Message.TodoList] do so for tasks, and
// [Buttons] below a message send an answer at a click. All of them are text too, for clients that cannot show them.
// [Client.ScheduleMessage] sends later, [Client.CreateReminder] reminds, [Client.StartTyping] shows that an answer comes.
//
// # Testing
//
// Package zuliptest has a server for tests that runs in the process.
//
// # Servers
//
// Zulip 7 (feature level 185) and later. What changed its name over the years (stream and channel, private and direct) is
// sent in the form that the server understands. A call that needs a later server than there is gives [ErrUnsupported],
// with the level that it needs.
//
// # Coming from the Python client
//
// You wrote, you write:
//
//	client = zulip.Client(config_file="zuliprc")
//	credentials, err := zulip.LoadZuliprc("zuliprc"); client, err := zulip.NewClient(credentials)
//
//	client = zulip.Client()  # ZULIP_SITE, ZULIP_EMAIL, ZULIP_API_KEY
//	credentials, err := zulip.CredentialsFromEnv(os.Getenv)
//
//	client.send_message({"type": "stream", "to": "team", "topic": "lunch", "content": "Pizza?"})
//	client.SendMessage(ctx, zulip.SendMessageRequest{To: zulip.InChannelNamed("team", "lunch"), Content: "Pizza?"})
//
//	client.send_message({"type": "private", "to": [9, 10], "content": "Pizza?"})
//	client.SendMessage(ctx, zulip.SendMessageRequest{To: zulip.Direct(9, 10), Content: "Pizza?"})
//
//	client.update_message({"message_id": id, "content": "Pasta?"})
//	client.EditMessage(ctx, id, zulip.EditMessageRequest{Content: new("Pasta?")})
//
//	client.delete_message(id)
//	client.DeleteMessage(ctx, id)
//
//	client.add_reaction({"message_id": id, "emoji_name": "octopus"})
//	client.AddReaction(ctx, id, zulip.Emoji{Name: "octopus"})
//
//	client.upload_file(file)  # and a link built from result["uri"]
//	upload, err := client.UploadFile(ctx, "report.pdf", file)  // and upload.Markdown()
//
//	client.get_messages({"anchor": "newest", "num_before": 100, "num_after": 0, "narrow": [["channel", "team"]]})
//	client.Messages(ctx, zulip.MessagesRequest{NumBefore: 100, Narrow: []zulip.NarrowTerm{zulip.NarrowChannelNamed("team")}})
//
//	client.get_raw_message(id)
//	client.Message(ctx, id)
//
//	client.update_message_flags({"messages": [id], "op": "add", "flag": "read"})
//	client.UpdateFlags(ctx, zulip.UpdateFlagsRequest{Messages: []zulip.MessageID{id}, Flag: zulip.FlagRead})
//
//	client.get_members()["members"]
//	client.Users(ctx, zulip.UsersRequest{})
//
//	client.get_profile()
//	client.OwnUser(ctx)
//
//	client.get_stream_id("team")["stream_id"]
//	client.ChannelID(ctx, "team")
//
//	client.get_subscribers(stream="team")
//	client.Subscribers(ctx, team)
//
//	client.add_subscriptions([{"name": "team"}], principals=[9])
//	client.Subscribe(ctx, zulip.SubscribeRequest{
//		Channels: []zulip.NewSubscription{{Name: "team"}}, Users: []zulip.UserID{9},
//	})
//
//	client.get_user_groups()
//	client.UserGroups(ctx, zulip.UserGroupsRequest{})
//
//	client.set_typing_status({"op": "start", "to": [9]})
//	client.StartTyping(ctx, zulip.Direct(9))
//
//	client.call_on_each_event(callback, event_types=["message", "reaction"])
//	for event, err := range client.Events(ctx, zulip.ListenRequest{
//		EventTypes: []string{zulip.EventMessage, zulip.EventReaction},
//	}) { … }
//
//	def handle_message(self, message, bot_handler): bot_handler.send_reply(message, "Hello")
//	func(ctx context.Context, b *zulip.Bot, m zulip.Message) error { _, err := b.Reply(ctx, m, "Hello"); return err }
//
//	bot_handler.storage.put("last", 41)
//	client.UpdateBotStorage(ctx, map[string]string{"last": "41"})
//
// What else is different: a refusal is an error, not a dictionary with "result": "error". A full rate limit is waited for.
// An event queue that was lost is replaced without losing messages. A message that is too long is an error. Messages
// of the history come as Markdown; [MessagesRequest] can ask for HTML.
package zulip
