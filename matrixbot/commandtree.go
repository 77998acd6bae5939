package matrixbot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// branch is a command in the tree of commands.
type branch struct {
	command    Command // The root's is empty.
	path       string  // The names from the root to it.
	rules      []Access
	middleware []Middleware
	branches   []*branch
	handler    Handler
}

// grow adds a command with its subcommands.
func (b *branch) grow(c Command) (*branch, error) {
	names := append([]string{c.Name}, c.Aliases...)
	for _, name := range names {
		if !commandline.ValidName(name) {
			return nil, fmt.Errorf("the name %q is not made of lower-case letters, digits and single dashes", name)
		}
		if other := b.child(name); other != nil {
			return nil, fmt.Errorf("there is a command %q already", other.path)
		}
	}
	child := &branch{
		command: c, path: strings.TrimSpace(b.path + " " + c.Name),
		rules: slices.Clone(b.rules), middleware: slices.Concat(b.middleware, c.Middleware),
	}
	if c.Access.isSet() {
		child.rules = append(child.rules, c.Access)
	}
	if err := child.check(); err != nil {
		return nil, fmt.Errorf("the command %q: %w", child.path, err)
	}
	for _, sub := range c.Subcommands {
		if _, err := child.grow(sub); err != nil {
			return nil, err
		}
	}
	b.branches = append(b.branches, child)
	return child, nil
}

func (b *branch) check() error {
	c := b.command
	switch {
	case c.Access.err != nil:
		return c.Access.err
	case c.Handler == nil && len(c.Subcommands) == 0:
		return errors.New("it has neither a Handler nor Subcommands")
	case c.Handler == nil && (len(c.Args) > 0 || len(c.Flags) > 0):
		return errors.New("it has arguments or flags and no Handler")
	case c.Handler != nil && len(b.rules) == 0:
		return errors.New("nothing says who may use it: set Access, here, at a command above or at the router")
	}
	return c.spec().Check()
}

// child returns the branch with that name, which may be an alias, or nil.
func (b *branch) child(name string) *branch {
	for _, each := range b.branches {
		c := each.command
		if strings.EqualFold(c.Name, name) || slices.ContainsFunc(c.Aliases, func(a string) bool { return strings.EqualFold(a, name) }) {
			return each
		}
	}
	return nil
}

// find follows the words of text as far as they are names of commands. It returns the last one, what follows its name,
// and the word that ought to be the name of a subcommand and is not, "" if there is none.
func (b *branch) find(text string) (found *branch, rest, unknown string) {
	word, after := firstWord(text)
	switch next := b.child(word); {
	case next != nil:
		return next.find(after)
	case b.command.Handler != nil || word == "":
		return b, text, ""
	default:
		return b, text, word
	}
}

// firstWord returns the first word of text and what follows it.
func firstWord(text string) (word, rest string) {
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

// all yields the commands below that have handlers, in the order in which they were added.
func (b *branch) all(yield func(*branch) bool) bool {
	for _, each := range b.branches {
		if each.command.Handler != nil && !yield(each) || !each.all(yield) {
			return false
		}
	}
	return true
}
