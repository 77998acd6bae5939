// Package zulipchat has deploys from Zulip: it joins a [chatops.Engine], which decides, to a [zulip.Client], which talks
// to the server.
//
//	client, err := zulip.NewClient(credentials)
//	chat, err := zulipchat.New(client, "https://semaphore.example.org")
//	engine, err := chatops.New(chatops.Config{Semaphore: api, Store: store, Chat: chat, Policy: policy})
//
//	group.Go(func() { engine.Run(ctx) })       // Tasks are followed, what waits is sent.
//	group.Go(func() { chat.Run(ctx, engine) }) // What people write reaches the engine.
//
// # What the bot hears
//
// Messages in the channels to which it is subscribed, messages that begin with a mention of it in other public channels,
// direct messages from one person, and reactions to its own messages. Group conversations and edits are none of it: a
// command that was edited into a message is not carried out. A message that begins with Zulip's "quote and reply" of a
// message of the bot answers that very message, and the quotation is no part of what is said.
//
// A channel of Zulip is a room of the engine and a topic is a thread: answers go to the topic of the question, and what
// belongs to a task, as its log, into a topic of its own.
//
// # Nothing lost, nothing twice
//
// [Chat.Run] acknowledges an event only after the engine has stored what it leads to, and keeps its place in the event
// queue in the engine's store. After a crash, or when Zulip has dropped the queue because the bot was away for long, it
// reads what it missed from the history; the engine knows by the ids which messages it had already. Messages that are
// more than an hour old when they are read are handed over as too old.
//
// Reactions that were made while there was no queue are read from the bot's newest questions, those of the last week: the
// emoji that the bot offers there, and of them those that still stand and were not handed over before. Which these are is
// kept in the engine's store. A no is handed over before a yes. Who has answered and changed his mind twice in that
// time, so that it looks as before, reacts again.
//
// Different conversations are served at the same time, so that a command that waits for Semaphore holds up only its own
// topic.
//
// Zulip has no idempotency key for sending. So errors say what is known: [chatops.ErrNotSent] when a message surely was
// not posted, [chatops.ErrUndeliverable] when it never will be, any other error when it may have been. In the last case
// the engine asks [Chat.Find], which looks for the message among the bot's own, before it sends again.
//
// # What is shown
//
// Texts become Markdown. What came from people or from Semaphore shows as it was written and does nothing: characters of
// no width stand where syntax would begin, and ∗, ˋ and ∣ stand for an asterisk, a backtick and the bar of tables.
// The only links are those to the configured Semaphore server and to files that the bot has uploaded, and the only
// mentions are those that the engine asks for; unless the message is an alert they notify nobody.
package zulipchat
