// Package matrixchat has deploys from Matrix, also from encrypted rooms: it joins a [chatops.Engine], which decides, to a
// [matrixbot.Bot], which talks to the homeserver.
//
//	settings, err := matrixbot.ConfigFromEnv(os.Getenv)
//	settings.Invites.From = []id.UserID{"@ada:example.org"}
//	chat, err := matrixchat.New(settings, "https://semaphore.example.org")
//	engine, err := chatops.New(chatops.Config{Semaphore: api, Store: store, Chat: chat, Policy: policy})
//
//	group.Go(func() { engine.Run(ctx) })       // Tasks are followed, what waits is sent.
//	group.Go(func() { chat.Run(ctx, engine) }) // The bot logs in, and what people write reaches the engine.
//
// A program that is to take part in encrypted rooms is built with the tag goolm, see [matrixbot].
//
// # What the bot hears
//
// All messages in its rooms and reactions to any of them. Its own messages, notices, and edits are none of it: a command
// that was edited into a message is not carried out, and two bots do not answer each other. Messages that are not
// encrypted do not count in encrypted rooms. The engine is told of each message whether it was encrypted, and whether it
// came from a device that somebody has verified; reactions never are either.
//
// A room in which nobody but the bot and one person is counts as a direct conversation.
//
// # Nothing lost, nothing twice
//
// What arrives is on the disk before the engine gets it, and it gets it again after a crash until it has stored what
// follows. What the engine sends has a key that is Matrix's transaction id: sending it again leads to the same message,
// so [Chat.Find] does just that.
//
// # What is shown
//
// Texts become formatted messages with a plain form. What came from people or from Semaphore is escaped: it becomes no
// markup, no link and no mention. The only links are those to the configured Semaphore server and, for people, to
// matrix.to. Tables are shown as aligned code, which all clients show. Messages are notices, which notify nobody, unless
// they are alerts: these notify the people whom the engine names.
//
// # Verification
//
// The engine's command verify comes to [Chat.Verify]. Emojis are not compared in the chat, which the homeserver could
// falsify, but with the bot's log, which only its operator reads: see there.
package matrixchat
