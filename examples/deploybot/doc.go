// Command deploybot runs the templates of Semaphore UI from a room of Matrix or
// a channel of Zulip: with confirmation, approval by other people, a card that
// shows how a task stands, its log in a thread, locks, freezes, watches and an
// audit.
//
//	go run ./examples/deploybot -demo
//
// plays an afternoon of a team, with nothing to set up. The shortest start for
// real is
//
//	export MATRIX_HOMESERVER=https://matrix.example.org MATRIX_USER=@deploybot:example.org MATRIX_PASSWORD_FILE=password
//	export SEMAPHORE_URL=https://ci.example.org SEMAPHORE_TOKEN_FILE=token DEPLOY_DATA=data
//	go run -tags goolm ./examples/deploybot -admin @ada:example.org -room '!ops:example.org'
//
// or with ZULIP_SITE, ZULIP_EMAIL and ZULIP_API_KEY in place of the settings of
// Matrix. The tag is for encryption; without it a bot of Matrix refuses to
// start unless MATRIX_NO_ENCRYPTION is true.
//
// # Settings
//
// Beyond that "deploybot init" writes a configuration with a comment on every
// key, and a policy that says who may do what. Every key is an environment
// variable too, which shadows it, and every secret may be in a file of its own.
// A key that does not exist is an error, and so is such a variable DEPLOY_...; one
// of Matrix, Zulip, Semaphore or the log that is nearly right is worth a warning.
// A configuration that others can read is refused. "deploybot check" says what
// is wrong with all of it, and "deploybot show" what is in force.
//
// Settings and policy name people and rooms in the same ways: by id or, where the
// chat has such, by e-mail address, alias or name of a channel, which are looked
// up at each start. What does not exist is an error of "deploybot check", and a
// warning in the log at the start and whenever the policy has changed. The last
// line of the policy is three dots, so that one that was cut short is known.
//
// # What it keeps
//
// In DEPLOY_DATA, for its user alone: deploy.db, from which it goes on where it
// stopped; audit.jsonl, a chain of lines that "deploybot audit verify" checks;
// on Matrix the folder matrix with session and keys; and the socket through
// which "deploybot backup" gets an encrypted copy of them while the bot runs.
//
// # What it tells
//
// On a loopback port: /healthz, which fails when the chat has been silent for
// three minutes, /readyz, which also fails without Semaphore, and /metrics for
// Prometheus. "deploybot health" asks the first of them, for containers.
//
// The program is meant to be read and copied: settings.go says what can be set,
// bot.go composes the packages of this module, matrixside.go and zulipside.go
// are the two chats, the files demo*.go are the demo. It ends with status 0
// after SIGINT or SIGTERM, 1 when it cannot go on, 2 when the command line makes
// no sense, and 78 when the settings are wrong.
package main
