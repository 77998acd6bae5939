// Package zuliptest is a Zulip server for tests, in the same process, as net/http/httptest is a web server.
//
// A Server has one organization: people and bots, channels, topics, direct messages, reactions, uploaded files, and
// event queues that behave as Zulip's do. A program under test talks to it through the REST API and notices no
// difference; the test plays the people, breaks what can break, and looks at the outcome.
//
//	srv := zuliptest.New()
//	defer srv.Close()
//	ada := srv.AddUser(zuliptest.User{FullName: "Ada Byron", Timezone: "Europe/London"})
//	bot := srv.AddBot("Echo Bot", "")
//	// give srv.URL(), srv.Client(), bot.Email and bot.APIKey to the program under test, then:
//	srv.SendDirect(ada, "hello", bot)
//	answer, err := srv.WaitForMessage(ctx, func(m zuliptest.Message) bool { return m.SenderID == bot.ID })
//
// # Where it runs
//
// New opens no port: Client and Transport reach the server through memory, so that everything works inside a
// testing/synctest bubble, where ten minutes of waiting take no time. Listen serves the same organization on a loopback
// port for other programs. Everything is kept in memory until Close, except that only the newest requests are remembered.
//
// # What is faithful
//
// Event queues: an event comes again until a later poll acknowledges it; a poll with an id that was thrown away, or that
// never was, gets the errors that Zulip gives (and, in the second case, loses what was in the queue, as with Zulip);
// a second poll ends the first; a heartbeat comes after 45 to 55 seconds; a queue at which no poll waited for ten minutes
// ends at the next full minute. Only a poll that waits renews a queue.
//
// Messages: what is too long is cut without an error, at 10,000 and 60 code points; "to" is decoded as Zulip decodes it;
// a bot gets direct messages, the messages of its channels, and those that mention it; the same message looks different
// in an event, in GET /messages and to a client that wants HTML.
//
// Around messages: /poll and /todo make widgets, buttons are checked as strictly as Zulip checks them, and VotePoll,
// AddSubmessage and PressButton are what people do with them. Scheduled messages and reminders go out at the first full
// minute of the clock after their time; those that cannot be sent are marked failed. Files come in one request or, by the
// tus protocol, in parts. What outgoing webhook bots are told goes to DeliverTo, with Zulip's time limit and its three
// more tries. Who types in a channel is told only to queues that asked for it.
//
// Versions: WithFeatureLevel makes an older or newer server, UpgradeServer changes it under its clients.
//
// People: who may do what goes by role, by the kind of bot, and by the group settings of channels and user groups.
// Several operations are not for bots, GET /user_groups among them: a bot learns the groups from POST /register.
// A person who is deactivated takes his bots along. Only an administrator with CanCreateUsers creates users.
// Group mentions and alert words set flags; archived channels and deactivated groups are told to each queue as its
// client_capabilities ask for.
//
// Around them: parameters in the query, in a form or in a multipart body; ignored_parameters_unsupported; rate limits
// with their headers; refusals with their codes. Every answer is checked against Zulip's published API description,
// and two clients that others wrote are run against the server.
//
// # What is not
//
// Markdown is rendered roughly. Only emoji that bots use are known by name alone. Topic policies and the retention of
// messages are kept but have no effect, muted users are not silent, invitations are not mailed, the organization's
// own settings cannot be changed, and its permissions are those of a new one. E-mail addresses are visible to
// everybody. Messages may be edited for ever unless WithEditLimit is given; many organizations allow ten minutes. An
// operation that is missing answers 404.
//
// # Mistakes in a test
//
// Methods that let people act (AddUser, SendDirect, React, …) panic when the test asks for the impossible, such as
// a message without content: that is a mistake in the test, and the trace shows where. What a program under test asks
// for through the API never panics; it gets Zulip's refusal.
package zuliptest
