package main

import (
	"fmt"
	"io"
	"strings"
)

// printUsage answers -h.
func printUsage(w io.Writer) {
	fmt.Fprint(w, `standupbot holds the daily standups of a Zulip organisation.

  standupbot -demo             play one day of a team, with nothing to set up
  standupbot -zuliprc FILE     serve the organisation of a zuliprc, until SIGINT or SIGTERM
  standupbot -h                show this

Settings, by flag or environment variable. A flag shadows the variable, the
variable shadows the zuliprc.

`)
	for _, s := range allSettings() {
		name := s.variable
		if s.flag != "" {
			name = fmt.Sprintf("-%s %s, %s", s.flag, s.argument, s.variable)
		}
		fmt.Fprintf(w, "  %s\n        %s\n", name, s.usage)
	}
	fmt.Fprint(w, `  -rehearse-at INSTANT
        believe that it is now INSTANT, as 2026-06-17T09:29:50+02:00; time runs
        at its normal speed from there

Another variable STANDUP_... is taken for a slip of the hand, and refused.

In the chat: subscribe the bot to a channel and write "@**its name** setup" there.
`)
}

// printRefusal says why the program does not start, one reason a line, and how
// to get on.
func printRefusal(w io.Writer, err error, remarks []string) {
	fmt.Fprintln(w, "standupbot cannot start:")
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(w, "  -", strings.TrimSpace(line))
	}
	for _, remark := range remarks {
		fmt.Fprintln(w, "  -", remark)
	}
	fmt.Fprint(w, `
To watch it work without any setting:  go run ./examples/standupbot -demo
To start it with the bot's zuliprc:    go run ./examples/standupbot -zuliprc FILE
To see all settings:                   go run ./examples/standupbot -h
`)
}
