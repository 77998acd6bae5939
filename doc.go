// Package signalbox is the map of the module: it holds no code, only this page.
//
// A signal box is the hut from which a railway's semaphores are pulled. This
// one is an SDK: people pull the levers from chat. Its domains are the
// asynchronous daily standup and deploys from chat, its chats are Zulip and
// Matrix, and the infrastructure is run by Semaphore UI. To watch one standup
// day from prompt to report, with nothing to set up:
//
//	go run ./examples/standupbot -demo
//
// # Packages
//
// Clients speak to one server each and know nothing of any domain:
//
//   - [github.com/signalbox-go/signalbox/zulip] is the client of the Zulip
//     REST API with its event queue and the loop of a bot.
//   - [github.com/signalbox-go/signalbox/zulip/boltqueue] keeps a bot's place in
//     the event queue in one file.
//   - [github.com/signalbox-go/signalbox/zulip/zuliptest] is a Zulip server
//     that lives inside a test: state, long polling, faults on demand.
//   - [github.com/signalbox-go/signalbox/semaphore] is the client of Semaphore
//     UI: its whole API, and tasks with their logs, of which it loses no line.
//   - [github.com/signalbox-go/signalbox/semaphore/semaphoretest] is a Semaphore
//     UI server that lives inside a test.
//   - [github.com/signalbox-go/signalbox/matrixbot] is a Matrix bot, encrypted
//     by [github.com/signalbox-go/signalbox/matrixbot/e2ee] and with everything
//     that it must remember in one file, by means of
//     [github.com/signalbox-go/signalbox/matrixbot/boltstore].
//   - [github.com/signalbox-go/signalbox/matrixbot/matrixtest] is a homeserver
//     that lives inside a test, and starts a real one where there is one.
//
// A domain holds the rules and knows no chat and no database. What ties it to
// the world sits below it, one package for each technology. The standup links
// nothing but the standard library:
//
//   - [github.com/signalbox-go/signalbox/standup] is the standup: calendar,
//     questionnaire, commands, engine and an in-memory store.
//   - [github.com/signalbox-go/signalbox/standup/boltstore] keeps its state in
//     one file, with bbolt.
//   - [github.com/signalbox-go/signalbox/standup/pgstore] keeps its state in
//     PostgreSQL, over [database/sql].
//   - [github.com/signalbox-go/signalbox/standup/storetest] is the suite that
//     every store must pass, also one of your own.
//   - [github.com/signalbox-go/signalbox/standup/zulipchat] connects it to Zulip.
//
// Deploys are the other domain, on the client of Semaphore UI:
//
//   - [github.com/signalbox-go/signalbox/semaphore/chatops] runs templates from
//     a chat: commands, roles, confirmation and approval, locks, one card for
//     each run, notices, audit.
//   - [github.com/signalbox-go/signalbox/semaphore/chatops/policyfile] reads who
//     may do what from a file, and follows its changes.
//   - [github.com/signalbox-go/signalbox/semaphore/chatops/boltstore] keeps its
//     state in one file, with bbolt.
//   - [github.com/signalbox-go/signalbox/semaphore/chatops/matrixchat] and
//     [github.com/signalbox-go/signalbox/semaphore/chatops/zulipchat] connect it
//     to Matrix and to Zulip.
//
// Below all of them:
//
//   - [github.com/signalbox-go/signalbox/ratelimit] has token buckets for each
//     user or room, and an [net/http.RoundTripper] that keeps to the pace that
//     a server asks for.
//
// And on top programs, small enough to be copied as a start:
//
//   - [github.com/signalbox-go/signalbox/examples/standupbot] reads its
//     settings, composes the packages above and runs them.
//   - [github.com/signalbox-go/signalbox/examples/deploybot] runs Semaphore UI
//     from a room of Matrix or a channel of Zulip.
//   - [github.com/signalbox-go/signalbox/examples/runtask] starts a template of
//     Semaphore UI, follows its log and exits with its result.
//   - [github.com/signalbox-go/signalbox/examples/echobot] is the shape of a
//     Matrix bot.
//   - [github.com/signalbox-go/signalbox/examples/embed] is the least that it
//     takes to hold standups in a program of your own.
//
// Clients and domains never import an adapter, and no adapter imports another,
// so each program links only what it uses.
//
// # The way of a message, and of time
//
//	chat event ─► adapter ─► command or answer ─► Engine ─┐
//	                                                      ├─► one store transaction:
//	clock ─► Engine sleeps until the next due instant ────┘   load, decide, changes + outbox
//	                                                                      │ commit
//	chat ◄─ adapter ◄─ pacing ◄─ outbox loop: send, mark as sent ◄────────┘
//
// The rules are pure functions of state, event and instant. What they decide
// and the messages that follow from it are committed together: what is
// committed is sent, what is not committed never happened. The id of each chat
// event is part of the same transaction, so an event that arrives twice counts
// once; each outgoing message has a stable key, so a crash between sending and
// marking it as sent is settled by looking, not by sending again.
//
// # Conventions
//
// A constructor validates what it is given, dials nobody and starts no
// goroutine. Run(ctx) blocks, owns its goroutines and joins them before it
// returns. Clients are immutable and safe for concurrent use. Errors of a
// server are typed and carry its status; use [errors.Is] with the sentinels of
// a package and [errors.AsType] for details. Logs go to the [log/slog.Logger]
// that you hand in, by default nowhere. An empty allow-list allows nobody.
//
// # Stability
//
// Until v1.0.0 a minor version may change exported names; CHANGELOG.md says
// which and why. What a store has written stays readable by later versions.
// Packages under internal and the text of errors and chat messages are free to
// change at any time.
package signalbox
