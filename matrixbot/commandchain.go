package matrixbot

import (
	"context"
	"slices"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// invocation is which command somebody wrote, and how.
type invocation struct {
	at      *branch // The last command whose name was there.
	rest    string  // What follows its name.
	unknown string  // Or the word that is not the name of a command.
}

type invocationKey struct{}

func withInvocation(ctx context.Context, in invocation) context.Context {
	return context.WithValue(ctx, invocationKey{}, in)
}

func invocationOf(ctx context.Context) invocation {
	in, _ := ctx.Value(invocationKey{}).(invocation)
	return in
}

// CommandName returns the command that a [Middleware] is called for, with the names of the commands above it, as
// "task stop". It is "" for commands that do not exist, and where no router is at work.
func CommandName(ctx context.Context) string {
	in := invocationOf(ctx)
	if in.at == nil || in.unknown != "" {
		return ""
	}
	return in.at.path
}

// equip makes the handlers of a command and those below it.
func (rt *Router) equip(b *branch) {
	run := rt.runCommand
	if b.command.Handler == nil {
		run = rt.tellGroup
	}
	b.handler = rt.chain(b, b.middleware, run)
	for _, each := range b.branches {
		rt.equip(each)
	}
}

// chain puts around a handler what goes around all of them: first the audit, which sees everything, then the rules, so
// that strangers cost nothing more, then the rest.
func (rt *Router) chain(b *branch, own []Middleware, h Handler) Handler {
	for _, m := range slices.Backward(slices.Concat(rt.config.Middleware, own)) {
		h = m(h)
	}
	h = Require(Access{check: func(ctx context.Context, r *Request) error { return rt.mayUse(ctx, r, b) }})(h)
	if rt.config.Audit != nil {
		h = Audit(rt.config.Audit)(h)
	}
	return h
}

// mayUse says whether somebody may use a command, or one of those below it where it does nothing by itself.
func (rt *Router) mayUse(ctx context.Context, r *Request, b *branch) error {
	if b == rt.root.child("help") {
		b = rt.root
	}
	if b.command.Handler != nil {
		return AllOf(b.rules...).allows(ctx, r)
	}
	err := denied("no command", "")
	b.all(func(each *branch) bool {
		if each != rt.root.child("help") {
			err = AllOf(each.rules...).allows(ctx, r)
		}
		return err != nil
	})
	return err
}

// runCommand has the command done.
func (rt *Router) runCommand(ctx context.Context, r *Request) error {
	in := invocationOf(ctx)
	values, err := in.at.command.spec().Parse(in.rest)
	if err != nil {
		return &RefusalError{
			Decision: Misused, Reason: "usage", Err: err,
			Notice: sentence(err.Error()) + "\nUsage: " + rt.called(in.at.command.spec().Usage(in.at.path)),
		}
	}
	return in.at.command.Handler(ctx, r, values)
}

// tellGroup answers a command that does nothing without a subcommand.
func (rt *Router) tellGroup(ctx context.Context, r *Request) error {
	return rt.sendHelp(ctx, r, invocationOf(ctx).at)
}

// tellUnknown answers a command that does not exist.
func (rt *Router) tellUnknown(ctx context.Context, r *Request) error {
	in := invocationOf(ctx)
	var known []string
	for _, each := range in.at.branches {
		if !each.command.Hidden && rt.mayUse(ctx, r, each) == nil {
			known = append(known, names(&branch{branches: []*branch{each}})...)
		}
	}
	path := in.at.path
	if path != "" {
		path += " "
	}
	text := "There is no command " + commandline.Show(path+in.unknown) + "."
	if near := commandline.Suggest(in.unknown, known); near != "" {
		text += " Did you mean " + rt.called(path+near) + "?"
	} else {
		text += " See " + rt.called("help") + "."
	}
	return &RefusalError{Decision: Misused, Reason: "unknown command", Notice: text}
}

// names returns the names and aliases of the commands at a branch.
func names(b *branch) []string {
	var all []string
	for _, each := range b.branches {
		all = append(append(all, each.command.Name), each.command.Aliases...)
	}
	return all
}

// called returns how a command is written here, with the prefix.
func (rt *Router) called(command string) string {
	switch {
	case rt.trigger.prefix == "":
		return command
	case rt.trigger.attaches():
		return rt.trigger.prefix + command
	default:
		return rt.trigger.prefix + " " + command
	}
}
