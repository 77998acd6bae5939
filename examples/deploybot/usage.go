package main

import (
	"fmt"
	"io"
	"reflect"
	"strings"
)

// printUsage answers -h.
func printUsage(w io.Writer) {
	fmt.Fprint(w, `deploybot runs the templates of Semaphore UI from a room of Matrix or a channel of Zulip.

  deploybot -demo      play a deploy with approval and a failure, with nothing to set up
  deploybot -admin USER -room ROOM
                       serve, with the account and the token from the environment
  deploybot -config FILE [COMMAND]
                       the same from a file, as "deploybot init" writes it

Commands:

`)
	for _, c := range allCommands() {
		fmt.Fprintf(w, "  %-22s %s\n", strings.TrimSpace(c.name+" "+c.argument), c.usage)
	}
	fmt.Fprint(w, `
Flags, before or after the command:

  -admin USER            who may do everything; can be repeated
  -room ROOM             where commands count; can be repeated
  -config FILE           the configuration file (DEPLOY_CONFIG); mode 0600, since secrets may be in it

Settings, by environment variable or key of the configuration file. A flag
shadows the variable, the variable shadows the file. Lists have commas in the
environment.

`)
	s := defaults()
	for _, each := range s.list() {
		fmt.Fprintf(w, "  %s, %s\n        %s\n", each.variable, each.key, each.helpWithDefault())
	}
	fmt.Fprintf(w, `  %s
        true lets a configuration file pass that others can read

Another variable DEPLOY_... is taken for a slip of the hand, and refused.

It ends with status 0 after SIGINT or SIGTERM, 1 when it cannot go on, 2 when
the command line makes no sense, and 78 when the settings are wrong.
`, allowReadable)
}

func (s setting) helpWithDefault() string {
	if !s.isSet() {
		return s.help
	}
	return fmt.Sprintf("%s (default %v)", s.help, reflect.ValueOf(s.value).Elem())
}

// refuse says why the program does not start, one reason a line, and how to get
// on. It returns the status for the caller.
func (p program) refuse(err error) int {
	fmt.Fprintln(p.stderr, "deploybot cannot start:")
	for _, problem := range problems(err) {
		fmt.Fprintln(p.stderr, "  -", strings.ReplaceAll(problem.Error(), "\n", "\n    "))
	}
	remarks, _ := p.mistyped() // What is missing may be there by another name; the rest of it is in err.
	for _, remark := range remarks {
		fmt.Fprintln(p.stderr, "  -", remark)
	}
	fmt.Fprint(p.stderr, `
To watch it work without any setting:  deploybot -demo
To have a configuration file written:  deploybot init
To see all settings:                   deploybot -h
`)
	return statusConfig
}

// fail says what went wrong, and returns the status for the caller.
func (p program) fail(err error) int {
	for _, problem := range problems(err) {
		fmt.Fprintln(p.stderr, "deploybot:", problem)
	}
	return statusFailed
}
