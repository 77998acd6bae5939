// Package matrixtest is a Matrix homeserver for tests: a fake in the same process, as net/http/httptest is a web server,
// and a real one, a Dendrite on a loopback port.
//
// A Server has people, devices and rooms. A program under test talks to it through the client-server API and notices no
// difference; the test plays the people, breaks what can break, and looks at the outcome.
//
//	srv := matrixtest.NewServer(t)
//	ada, bot := srv.User("ada"), srv.User("bot")
//	room := ada.CreateRoom(matrixtest.RoomOptions{Name: "Ops", Members: []*matrixtest.User{bot}})
//	// give srv.URL(), srv.Client(), bot.ID() and bot.Password() to the program under test, then:
//	ada.Send(room, "!deploy")
//	answer, err := srv.WaitForMessage(ctx, room, bot.ID())
//
// # Where it runs
//
// New opens no port: Client and Transport reach the server through memory, under any name and by https:// too, so that
// discovery through /.well-known works, and everything works inside a testing/synctest bubble, where a sync of thirty
// seconds takes no time. Listen serves the same homeserver on a loopback port for other programs. Everything is kept in
// memory until Close, except that only the newest requests are remembered.
//
// # What is faithful
//
// One table of steps runs against this server and against Dendrite 0.15.2, with a client that others wrote; status,
// errcode and the JSON of every answer have to be alike. The differences that stay are listed there with their reasons:
// mostly Dendrite's own additions, or answers in which it leaves the specification.
//
// Syncs: a token is a position, an old one may be used again; long polls; filters by type, sender and room, lazy loading
// of members; limited timelines with prev_batch; a room that is joined comes with its whole state, one that is left
// comes once more; to-device messages stay until a later token shows that they arrived.
//
// Rooms of versions 1 to 12: power levels, with creators above them in 12; join rules; history visibility; redaction by
// the rules of the version; upgrades with tombstones; a transaction id is good for one event; events are at most 64 KiB.
//
// Logins: by password, by a token from single sign-on, by OAuth device code; refresh tokens, soft logout, devices and
// their deletion with a password.
//
// Encryption: device keys, one-time and fallback keys, cross-signing, key backup, to-device messages and lists of who
// changed. Keys and signatures are stored and handed out, never checked.
//
// # What is not
//
// There is no federation: people of other servers are played by User with a whole user id. Push rules never match and
// unread counts stay at zero. Presence is stored but not told in syncs. No bundled aggregations, search, spaces, knocking,
// restricted joins, guests, third-party identifiers, asynchronous uploads or URL previews; a thumbnail is the file itself.
// Registration is refused: User makes accounts. OAuth knows the device code and the refresh token only. An operation
// that is missing answers 404 with M_UNRECOGNIZED.
//
// # Mistakes in a test
//
// Methods that let people act (Send, Invite, Kick, …) panic when the server would refuse, such as a message from somebody
// who is not in the room: that is a mistake in the test, and the trace shows where. What a program under test asks for
// through the API never panics; it gets the refusal.
//
// # A real homeserver
//
// Dendrite starts a process. It is for what only a real homeserver can show; it cannot be used in a bubble.
package matrixtest
