// Package semaphore is a client of Semaphore UI, the web interface that runs Ansible, Terraform and scripts.
//
//	client, err := semaphore.NewClient(semaphore.Credentials{
//		URL:   "https://ci.example.org",
//		Token: semaphore.NewSecret(os.Getenv("SEMAPHORE_TOKEN")),
//	})
//
// A project has templates, which are things that can be run; a run is a task. To start one, watch it and learn how it
// ended:
//
//	task, err := client.StartTask(ctx, project, semaphore.StartTaskRequest{TemplateID: template, Message: "release 1.4"})
//	…
//	for line, err := range client.Follow(ctx, project, task.ID, semaphore.FollowRequest{}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(line.Output)
//	}
//	result, err := client.Wait(ctx, project, task.ID, semaphore.WaitRequest{})
//	fmt.Println(result.Outcome) // success, failure or stopped
//
// # Starting
//
// [Client.StartTask] checks what the server does not: required survey variables, their types and values, defaults,
// and whether the template allows what the task brings along. It puts options where old and new servers read them.
// It never sends a start twice. When an answer is lost, the task may run nevertheless; with
// [StartTaskRequest.Mark] the client finds it, also after a restart of the program.
//
// # Following and waiting
//
// A task's status is final before its log is complete, by seconds on a busy server. [Client.Follow] ends when the log
// has come to rest, and gives every line once. [Client.Wait] ends with the status. Both use the server's WebSocket to be
// quick and its REST API to be right, and both outlive broken connections. [Client.Output] reads a log as it is now. What
// happens to all tasks [Client.TaskUpdates] says the moment it does, as hints: what is true is to be asked for.
//
// # Changing things
//
// The server replaces whole objects, and forgets what a request leaves out. So an update here is a function:
//
//	client.UpdateTemplate(ctx, project, id, func(t *semaphore.Template) { t.Description = "nightly" })
//
// It gets the object as it is, and what it does not touch is written back untouched, fields that this package does not
// know included. Lists and objects that the server keeps as JSON in strings are Go values: [Variables], [Arguments].
//
// # Errors
//
// An answer that is not a success is an [*APIError], which matches the sentinels: [ErrNotFound], [ErrForbidden],
// [ErrInUse], [ErrUnsupported] with the version that has the call, [ErrWrongURL] for a web page in place of the API,
// and others. An argument that was refused here is an [*ArgumentError]. [NotSent] tells whether a failed call surely
// did not reach the server. No error shows a token.
//
// After "Errors:" each method names the sentinels that it can give beside those that every call can: [ErrUnauthorized],
// [ErrWrongURL], [ErrRateLimited], [ErrTooLarge], a [*MalformedError], and the errors of the network and of the context.
// After "API:" it names its calls, below /api of the server, and the version that brought them where 2.10 lacks them.
//
// # Logging in
//
// A token comes from the user's page in the browser, or from [Client.CreateToken] of a client that [Client.Login]
// returned and, for a user with a second factor, [Client.VerifyTOTP] completed. [CredentialsFromEnv] reads SEMAPHORE_URL and SEMAPHORE_TOKEN. Own certificate authorities and client
// certificates are named in [Credentials].
//
// # Servers
//
// 2.10 and everything since 2.16 up to today; those between should do. The two generations differ in many places of
// which this package makes one.
//
// Calls without a method here can be made with [Client.Call]: making roles and the permissions of templates, which change
// their form from version to version; the subscription, the cluster and the aliases and states of Terraform, which are
// for paid editions and not described; host_configs, which came after the last release; logging in with a code by e-mail
// or through OpenID Connect, which takes a person; the unbounded list of all events; and what runners and the senders of
// webhooks call.
//
// # Testing
//
// Package semaphoretest has a server for tests that runs in the process.
package semaphore
