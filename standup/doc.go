// Package standup holds asynchronous daily standups in a chat: it asks each
// person some questions in a direct message, reminds those who forget, and
// posts a report to the channel. It knows no chat and no database: both come
// in through two small interfaces, [Chat] and [Store], and the package links
// nothing but the standard library.
//
//	store, err := boltstore.Open("standup.db")
//	...
//	chat, err := zulipchat.New(client)
//	...
//	engine, err := standup.New(standup.Config{Store: store, Chat: chat})
//	...
//	go engine.Run(ctx)         // Time: prompts, reminders and reports.
//	err = chat.Run(ctx, engine) // People: what they write reaches engine.Handle.
//
// # What happens in a day
//
// A [Team] is the standup of one channel: its people, [Schedule] and questions.
// Each occurrence is a [Run], named by its date in the standup's zone. When the
// run opens, who takes part and what is asked is fixed; each person's [Response]
// then collects their answers. People who have set their own time zone are
// asked at the same time of day on their own clock. An edited message edits the
// answer, and the report if that is posted already. What comes after the cutoff
// is told so and not added.
//
// People steer it with the commands that [ParseCommand] reads; whoever set a
// standup up, the chat's administrators and [Config].Admins may change it.
//
// # How it works
//
//	event of the chat ─► Handle ─┐
//	                             ├─► Store.Update{ load → decide → changes and outbox } ─► commit
//	timetable ─────────► Tick ───┘                                                           │
//	chat ◄──────────────────────────────── sender: send, then settle the outbox row ◄────────┘
//
// Every rule is a function without clock and I/O, from what is stored and what
// happened to what changes. State and outgoing messages are committed together,
// so what is committed is sent and what is not never happened. The engine may be
// killed at any instant and goes on where it was:
//
//   - The id of each event is recorded with its effects; a repetition does nothing.
//   - A message whose sending was interrupted is looked for in the chat before it
//     is sent again.
//   - What a person writes while it is unknown whether a question reached them is
//     kept until it is known.
//   - After a time without the engine, people are still prompted while they have
//     half an hour to answer, reports are posted late, and a run that was missed
//     altogether is said to be missed, once.
//
// # Time
//
// Instants are computed anew from date, local time and zone, so changes of the
// clocks and of zone data are respected; [Resolve] has the rules. Answers belong
// to the question they answer and never to a date. A program for machines
// without zone data imports time/tzdata.
//
// # Limits
//
// A channel has one standup. An answer has at most [MaxAnswerLength] code
// points, a team at most [MaxQuestions] questions. One engine at a time works on
// a store. Deleting a message in the chat does not delete the answer; runs are
// forgotten after [Config].Retention.
package standup
