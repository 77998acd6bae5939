package matrixbot

import (
	"context"
	"html"
	"strings"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// helpCommand is the command help.
func (rt *Router) helpCommand() Command {
	return Command{
		Name: "help", Summary: "what I can do, and how a command is written",
		Args:   []Arg{{Name: "command", Repeated: true, Optional: true}},
		Access: AllowEverybody(), // mayUse has another rule for it: who may use any command
		Handler: func(ctx context.Context, r *Request, in Values) error {
			found, _, unknown := rt.root.find(strings.Join(in.Texts("command"), " "))
			if unknown != "" || rt.mayUse(ctx, r, found) != nil {
				ctx = withInvocation(ctx, invocation{at: rt.root, unknown: strings.Join(in.Texts("command"), " ")})
				return rt.tellUnknown(ctx, r)
			}
			return rt.sendHelp(ctx, r, found)
		},
	}
}

// sendHelp tells about a command and those below it, as far as the sender may use them.
func (rt *Router) sendHelp(ctx context.Context, r *Request, b *branch) error {
	var visible []*branch
	b.all(func(each *branch) bool {
		if !each.command.Hidden && rt.mayUse(ctx, r, each) == nil {
			visible = append(visible, each)
		}
		return true
	})
	body, formatted := helpText(rt.called, b, visible)
	return r.notice(ctx, "help", noticeContent(body, formatted, r.Thread, r.Event))
}

// helpText returns the help about a command and some of those below it, plain and as HTML.
func helpText(called func(string) string, b *branch, below []*branch) (body, formatted string) {
	var plain, rich []string
	add := func(text, markup string) {
		if text != "" {
			plain, rich = append(plain, text), append(rich, markup)
		}
	}
	c := b.command
	if c.Name != "" {
		usage := called(c.spec().Usage(b.path))
		if c.Handler == nil {
			usage = called(b.path + " …")
		}
		add(usage, "<p><code>"+html.EscapeString(usage)+"</code></p>")
	}
	for _, text := range []string{c.Summary, c.Detail} {
		add(text, "<p>"+htmlOf(inlined(parseText(text)))+"</p>")
	}
	if len(c.Aliases) > 0 {
		also := "Also: " + strings.Join(c.Aliases, ", ")
		add(also, "<p>"+html.EscapeString(also)+"</p>")
	}
	parts := c.spec().Table()
	add(parts.Plain(), parts.HTML())
	commands := commandline.Table{Head: []string{"Command", "What it does"}}
	for _, each := range below {
		commands.Rows = append(commands.Rows, []string{called(each.command.spec().Usage(each.path)), each.command.Summary})
	}
	add(commands.Plain(), commands.HTML())
	return strings.Join(plain, "\n"), strings.Join(rich, "")
}
