// Package zulipchat holds standups on Zulip: it joins an [standup.Engine], which decides, to a [zulip.Client], which
// talks to the server.
//
//	client, err := zulip.NewClient(credentials)
//	chat, err := zulipchat.New(client)
//	engine, err := standup.New(standup.Config{Store: store, Chat: chat})
//
//	group.Go(func() { engine.Run(ctx) })       // What is due happens, what waits is sent.
//	group.Go(func() { chat.Run(ctx, engine) }) // What people write reaches the engine.
//
// # What the bot listens to
//
// A direct message from one person, and a message in a channel that begins with a mention of the bot. All else is
// acknowledged and forgotten: group conversations, mentions in the middle of a sentence, other bots. The bot need not
// be subscribed to a public channel for its commands; it has to be for the members of a private one.
//
// The mention, with a colon or comma behind it, is no part of the command. A direct message that begins with Zulip's
// "quote and reply" of a message of the bot answers that very message, and the quotation is no part of the answer. A
// message that is nothing but uploads has no text. Owners and administrators of the organisation may configure every
// standup.
//
// # Nothing lost, nothing twice
//
// [Chat.Run] acknowledges an event only after the engine has stored what it leads to, and keeps its place in the event
// queue in the engine's store. After a crash, or when Zulip has dropped the queue because the bot was away for long, it
// reads what it missed from the history; the engine knows by the ids which messages it had already. Edits made while
// there was no queue are not in the history as events and are not repaired: an answer that was edited then keeps
// its old words until it is edited again.
//
// Zulip has no idempotency key for sending. So errors say what is known: [standup.ErrNotSent] when a message surely was
// not posted, [standup.ErrUndeliverable] when it never will be, any other error when it may have been. In the last case
// the engine asks [Chat.Find], which looks for the message among the bot's own, before it sends again.
//
// # What is shown
//
// Texts become Markdown. What people wrote cannot act on the bot's behalf: names, questions and whatever else stands
// in a sentence shows as it was typed, with characters of no width where syntax would begin (and ∗ for *, ˋ for a
// backtick); answers are quoted with the markup and links of their author, in a block that they cannot
// close; mentions in both notify nobody. People are shown with silent mentions, under the name that they have at the time.
package zulipchat
