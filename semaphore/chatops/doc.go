// Package chatops holds deploys from a chat: people run templates of Semaphore UI, confirm and approve, follow logs and
// hear how tasks ended, by commands in a room. It knows no chat and no database: both come in through two small
// interfaces, [Chat] and [Store].
//
//	store, err := boltstore.Open("deploy.db")
//	...
//	audit, err := chatops.OpenAudit("audit.jsonl")
//	...
//	chat, err := zulipchat.New(client) // Or matrixchat.
//	...
//	engine, err := chatops.New(chatops.Config{Semaphore: client, Store: store, Chat: chat, Policy: policy, Audit: audit})
//	...
//	go engine.Run(ctx)          // Time: tasks, notices, what is sent.
//	err = chat.Run(ctx, engine) // People: what they write reaches engine.Handle.
//
// # What happens to a deploy
//
// Somebody with the role [Runner] writes
//
//	!cd run website deploy-prod --limit eu --message "release 1.4"
//
// Projects and templates go by name or by number; where there is but one it need not be named. The bot asks back with all
// that would be run, and a digest of it. Who asked answers yes, in words or with a reaction, within [Policy].Confirm; the
// answer belongs to that one request, counts once, and nobody else can give it. Where an [ApprovalRule] wants it, people
// with the role [Approver] agree next, each of them once and never who asked. Values of the template's survey that it
// cannot do without are asked for before, one by one, and so are those that the command names with --ask; secret ones only
// in a direct message, which is taken from who was asked even where the policy lets nobody write any other. They are kept
// in memory alone and asked for again after a restart.
//
// What was agreed is then started, unless a lock or a [Freeze] has come between: exactly what was shown, and once. One
// message, the card, shows how the task stands and is edited as that changes. Below it, in a thread, come the log's
// last lines, those of what failed, and the whole log as a file where it is long. At the end who asked is mentioned.
//
// What is to run at a time is asked for, confirmed and approved ahead, as with
//
//	!cd schedule once website deploy-prod --in 2h
//
// The engine keeps it, Semaphore knows nothing of it. It starts at its time, unless it is locked or frozen then, or not allowed
// any more; up to 15 minutes late where the engine was away or Semaphore did not answer. Who asked hears when it did not.
//
// People can also watch what is started elsewhere, in the browser, by a schedule or by an integration, and hear of each
// task once.
//
// # Who may do what
//
// [Policy] says it all, and says no where it says nothing: the zero value lets nobody do anything. A [Grant] gives a
// [Role] to people, in all rooms or some, for all projects and templates or some. In rooms that the policy does not name
// the bot is silent. To people without a role it says so once, then it is silent for a while. In an encrypted room what
// comes unencrypted is refused, and what was asked for there is agreed to only by what comes encrypted, wherever from.
// With [Policy].RequireVerified what comes from a device that the bot has not verified is refused too. [Engine.SetPolicy]
// changes the policy while the engine runs; package policyfile reads it from a file. People, rooms and messages go by the
// ids of the chat, never by names that somebody can choose.
//
// Everything that is decided is a line of the [Audit]: who, where, which command, what became of it. Each line names
// the hash of the one before, so [VerifyAudit] finds what was changed.
//
// # How it works
//
//	event of the chat ─► Handle: gather what Semaphore knows ─┐
//	                                                          ├─► Store.Update{ decide → changes } ─► commit
//	loops: requests, locks, tasks, watches ───────────────────┘                                        │
//	chat ◄────────────────────────────────── outbox: send, then settle the row ◄───────────────────────┤
//	audit.jsonl ◄─────────────────────────── entries, in their order ◄─────────────────────────────────┘
//
// Every rule is a function from what is stored and what was gathered to what changes. What it stores, the messages it
// sends and its lines of the audit are committed together, so what is committed happens and what is not never did. The
// engine may be killed at any instant and goes on where it was:
//
//   - The id of each event is recorded with its effects; a repetition does nothing.
//   - A message whose sending was interrupted is looked for in the chat, or sent again under the key that the chat
//     knows it by, so it is there once.
//   - That Semaphore is about to be told to start a task is stored before; afterwards the task is looked for by a mark
//     in its message, and is started again only when it is sure that it is not there.
//   - How far each task, project and log has been told is stored with the message that tells it.
//
// Messages to one room keep their order; one that the chat refuses for good is dropped and holds up nobody, and of edits
// that wait only the newest is sent. How a task or a question ended is posted anew where the chat refuses to edit it in. A message that cannot be sent for a day is given up.
//
// A record of the store that cannot be read stops nothing else. It is logged and set aside, under a key that begins with
// "damaged/", and what is safe takes its place: an event was handled; an entry of the audit says in its line that its
// record was damaged; a lock goes on to lock, for everybody and without an end, until an admin unlocks it. Else it is as if
// it had never been there: a request is not started, a watch tells nothing.
//
// # What people see
//
// A [Text] has no markup. Names, log lines and all else that came from people or from Semaphore are only ever text in it,
// cleaned of control characters and bounded in size, so they cannot format, mention or link; adapters escape them.
// Links lead to the configured Semaphore server alone. What is too long for a message of the chat is cut into several,
// and what is longer than a few of them says how to see the rest. An error is one sentence without addresses, with an
// id under which the log has all of it. A question that is closed says how it ended; its buttons stay below it, and who
// clicks on one of them is told once that it is over.
//
// # Limits
//
// One engine at a time works on a store. Commands are answered at a rate of one a second after a burst of 40 unless
// [Config].Allow says otherwise. A command waits for Semaphore for 15 seconds, and after five of them it says so. Events
// are remembered for a week, requests for 90 days after they were made; what was said before is not edited any more.
package chatops
