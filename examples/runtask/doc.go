// Command runtask starts a template of Semaphore UI, follows the log of its
// task and ends with its result.
//
//	go run ./examples/runtask -demo
//
// shows a task for three seconds, with nothing to set up. For a real server set
// SEMAPHORE_URL and SEMAPHORE_TOKEN and name the template:
//
//	runtask -project shop -var stage=live deploy
//
// "runtask -h" lists all settings. Ctrl-C asks whether to stop the task or only
// to stop watching. The status is 0 after a success, 1 after a failure or a
// stop, 2 when nothing was started, and 3 when the task runs on unwatched.
//
// The program is meant to be read and copied: settings.go reads what it is
// told, find.go and start.go start the task, watch.go and ask.go accompany it,
// screen.go draws, clean.go keeps what comes from outside from commanding the
// terminal.
package main
