// Package semaphoretest is a Semaphore UI server for tests, in the same process, as net/http/httptest is a web server.
//
// A Server has users, projects and everything in them, and tasks that live as on the real server: they wait, start, print,
// ask for a confirmation, fail, and can be stopped. A program under test talks to it through the REST API and the WebSocket
// and notices no difference; the test says what the tasks do, breaks what can break, and looks at the outcome.
//
//	srv := semaphoretest.New()
//	defer srv.Close()
//	project := srv.AddProject("shop")
//	deploy := srv.AddTemplate(project, semaphoretest.Template{
//		Name:   "deploy",
//		Script: semaphoretest.Script{Lines: 200, Rate: 50, ExitCode: 3}, // prints for four seconds, then fails
//	})
//	// give srv.URL(), srv.Client() and srv.Admin().Token to the program under test, then:
//	task, found := srv.Task(id)
//
// # Where it runs, and its time
//
// New opens no port: Client and Transport reach the server through memory, WebSockets included, so that everything
// works inside a testing/synctest bubble, where an hour of a task takes no time and the test decides how far it has
// come. Outside of a bubble WithSpeed makes the server's time pass faster. Schedules start tasks when they are due by
// that time, in the zone of WithScheduleZone; a bubble begins at midnight of 2000-01-01 in UTC, a Saturday. Listen
// serves the same things on a loopback port for other programs. Everything is kept in memory until Close, except that
// only the newest requests are remembered and that the lines of a script are made when they are read: a log of a
// million lines costs nothing.
//
// # Two generations, three databases
//
// WithGeneration chooses between what 2.10 speaks, measured on a real server, and what 2.16 and later speak, read in their
// sources. WithDatabase chooses the traits that clients see of the database: how task ids count, how exact times are,
// how lists are ordered, and what a refusal looks like.
//
// # What is faithful
//
// The answers of Gen210 are compared with nearly five hundred recorded ones: status, media type, every key, JSON type and
// value that is not left to chance, and the order of messages on the WebSocket. That includes what surprises: an unknown task is a bad request without a body, an unknown
// template on starting a task an internal error, a missing administrator's right 401; a start that fails may leave a
// task behind; a task that was asked to stop ends in error with Gen210; stopping a task that has succeeded calls it stopped;
// the creation of a key, a repository or an environment says no id; a path without "/api" answers 200 with HTML.
//
// What a server does only at times is switched on: a log that is complete long after the task has ended (WithLogLag),
// a WebSocket that is closed because its reader is slow (WithSocketBuffer), a log out of order (MySQL with
// Gen210), a queue that a chatty task has stopped (WithDeadlock), tasks that a restart has orphaned (Restart).
// Fail adds what proxies and networks do.
//
// # What is not
//
// Nothing is run: what a task prints, and how it ends, is its Script's. Nothing is new in a repository after the first
// look, so that a schedule that watches one starts one task. Runners get no work; nobody is sent an e-mail (see
// InviteToken) or a notice; secret storages are not asked; there is no login through an outside provider; apps that are
// inactive run all the same. Gen216 has everything that was read of 2.16 up to 2.19 at once, workflows included, but
// not the subscription, the cluster, the permissions of templates and Terraform's aliases and states. An operation that
// is missing answers 404, as an old server does.
//
// # Mistakes in a test
//
// Methods that arrange things (AddUser, AddTemplate, StartTask, …) panic when the test asks for the impossible: that is a
// mistake in the test, and the trace shows where. What a program under test asks for through the API never
// panics; it gets the server's refusal.
package semaphoretest
