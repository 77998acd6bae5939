package main

import (
	"fmt"
	"io"
	"strings"
)

// printUsage answers -h.
func printUsage(w io.Writer) {
	fmt.Fprint(w, `runtask starts a template of Semaphore UI, follows the log of its task and ends with its result.

  runtask -demo                 watch a task for three seconds, with nothing to set up
  runtask [settings] TEMPLATE   start a template, by its name or id; needless where there is only one
  runtask -h                    show this

The server, by environment variable:

  SEMAPHORE_URL
        address of the server, as https://ci.example.org or https://example.org/semaphore
  SEMAPHORE_TOKEN, or SEMAPHORE_TOKEN_FILE
        an API token from the user's page in the browser, or a file that holds it alone
  SEMAPHORE_CERT_BUNDLE, SEMAPHORE_CERT, SEMAPHORE_CERT_KEY, SEMAPHORE_ALLOW_INSECURE
        PEM files of authorities to trust and of a client certificate; true to trust every server

The task, by flag:

`)
	for _, s := range allSettings() {
		fmt.Fprintf(w, "  %s\n        %s\n", strings.TrimSpace("-"+s.flag+" "+s.argument), s.usage)
	}
	fmt.Fprint(w, `
On a terminal, Ctrl-C asks whether to stop the task or only to stop watching, and a task that waits for a
confirmation asks for it. Elsewhere both end watching, as SIGTERM does everywhere, and the task runs on.

Status:

  0  the task succeeded
  1  the task failed or was stopped
  2  nothing was started: a setting is wrong, or the server refused or could not be reached
  3  the task is no longer watched and runs on, or may do so
`)
}

// printRefusal says in one line why the program does not go on.
func printRefusal(w io.Writer, err error) { fmt.Fprintln(w, "runtask:", plain(err.Error())) }
