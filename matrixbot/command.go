package matrixbot

import (
	"context"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// What a command takes, and what somebody wrote.
type (
	// Arg is a value that is known by its place, see [Command].
	Arg = commandline.Arg
	// Flag is a value that has a name, see [Command].
	Flag = commandline.Flag
	// Values are the arguments and flags that somebody wrote, by name. The methods Text, Int, Duration, Bool and Texts
	// return them, Has says whether somebody wrote one. They panic on names that the command does not have.
	Values = commandline.Values
)

// The kinds of an [Arg] or a [Flag]. Without one it is a text.
const (
	TextValue     = commandline.Text     // Any text.
	IntValue      = commandline.Int      // A whole number.
	DurationValue = commandline.Duration // A time such as 90s, 15m or 1h30m.
	BoolValue     = commandline.Bool     // For flags alone: true by its presence.
)

// CommandHandler does what a command is for. It is a [Handler] that also gets what somebody wrote after the name.
type CommandHandler func(ctx context.Context, r *Request, in Values) error

// Command is something that people can have the bot do. It has a Handler, or Subcommands, or both: what follows its
// name is then the name of a subcommand if there is one with that name.
type Command struct {
	Name        string   // Lower-case letters, digits and dashes. Written in any case.
	Aliases     []string // Other names.
	Summary     string   // What it does, for the help: a few words.
	Detail      string   // What else there is to know, for its own help: plain text.
	Args        []Arg
	Flags       []Flag
	Subcommands []Command
	Hidden      bool // The help does not list it.

	// Access says who may use it and its subcommands. With rules also at the router or at the command that this one
	// belongs to, all of them must let somebody. A command without any rule is refused.
	Access Access
	// Middleware goes around its handler and those of its subcommands, the first one outermost. They run for those
	// whom the rules let.
	Middleware []Middleware
	Handler    CommandHandler
}

// spec is what it takes.
func (c Command) spec() commandline.Spec { return commandline.Spec{Args: c.Args, Flags: c.Flags} }
