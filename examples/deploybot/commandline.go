package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// command is one of the things that the program does.
type command struct {
	name, argument string
	words          int // How many words it takes at most.
	usage          string
	run            func(p program, ctx context.Context, args arguments) int
}

// takes returns what is left of the words behind the command's name, if they
// begin with it.
func (c command) takes(words []string) (rest []string, ok bool) {
	name := strings.Fields(c.name)
	if len(words) < len(name) || !slices.Equal(name, words[:len(name)]) {
		return nil, false
	}
	return words[len(name):], true
}

// allCommands lists the commands in the order of the usage text. The first one
// is what happens without a name.
func allCommands() []command {
	return []command{
		{"run", "", 0, "serve until SIGINT or SIGTERM; the same as no command", program.serve},
		{"init", "[FOLDER]", 1, "write deploybot.yaml and policy.yaml, with a comment on every key", program.initialize},
		{"check", "", 0, "try settings, rights of files, and connections, and say what is wrong", program.check},
		{"show", "", 0, "print the settings as they are in force, secrets hidden", program.show},
		{"verify", "[USER]", 1, "compare emojis with somebody on Matrix, here in the terminal, while the bot does not run", program.verify},
		{"backup", "FILE", 1, "save everything, encrypted, while the bot runs or not", program.backup},
		{"restore", "FILE", 1, "put a backup back into an empty folder", program.restore},
		{"audit verify", "[FILE]", 1, "check the chain of the audit, and name the first line that is wrong", program.verifyAudit},
		{"health", "", 0, "ask the bot that runs here whether it is well; for containers", program.health},
	}
}

// line is the command line.
type line struct {
	arguments

	command    command
	help, demo bool
}

// readLine reads flags before, between and after the words.
func readLine(args []string) (line, error) {
	var l line
	flags := flag.NewFlagSet("deploybot", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // Its errors are returned, too.
	flags.BoolVar(&l.demo, "demo", false, "")
	said := func(take func(string)) func(string) error {
		return func(text string) error {
			if text == "" {
				return errors.New("it is empty")
			}
			take(text)
			return nil
		}
	}
	flags.Func("config", "", said(func(path string) { l.config = path }))
	flags.Func("admin", "", said(func(name string) { l.admins = append(l.admins, name) }))
	flags.Func("room", "", said(func(name string) { l.rooms = append(l.rooms, name) }))
	for {
		err := flags.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			return line{help: true}, nil
		}
		if err != nil {
			return line{}, suggestFlag(err, flags)
		}
		if flags.NArg() == 0 {
			break
		}
		l.words, args = append(l.words, flags.Arg(0)), flags.Args()[1:]
	}
	if l.demo && (flags.NFlag() > 1 || len(l.words) > 0) {
		return line{}, errors.New("-demo takes nothing else: it brings its own chat, Semaphore and folder")
	}
	return l, l.choose()
}

// suggestFlag adds to the error about an unknown flag which one was meant.
func suggestFlag(err error, flags *flag.FlagSet) error {
	unknown, is := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !is {
		return err
	}
	var names []string
	flags.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	if near := commandline.Suggest(unknown, names); near != "" {
		return fmt.Errorf("there is no flag -%s; did you mean -%s?", unknown, near)
	}
	return fmt.Errorf("there is no flag -%s: settings are variables or keys of the file of -config", unknown)
}

// choose finds the command in the words and leaves those that are for it.
func (l *line) choose() error {
	all := allCommands()
	l.command = all[0]
	if len(l.words) == 0 {
		return nil
	}
	var names []string
	for _, c := range all {
		names = append(names, c.name)
		if rest, ok := c.takes(l.words); ok {
			if len(rest) > c.words {
				return fmt.Errorf("%s takes no %q", c.name, rest[c.words])
			}
			l.command, l.words = c, rest
			return nil
		}
	}
	if l.words[0] == "help" {
		l.help = true
		return nil
	}
	if near := commandline.Suggest(l.words[0], names); near != "" {
		return fmt.Errorf("there is no command %q; did you mean %s?", l.words[0], near)
	}
	return fmt.Errorf("there is no command %q", l.words[0])
}
