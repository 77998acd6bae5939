package chatops

import (
	"context"
	"fmt"
	"strings"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// helpCommand tells what there is, to each what they may use.
func (e *Engine) helpCommand() command {
	return command{
		name: "help", aliases: []string{"commands"}, role: Viewer,
		summary: "list the commands, or explain one",
		detail: "The list has what your role here allows. I cannot be ended from the chat: " +
			"I run under a service manager, which would only start me again, and which is also what ends me for good.",
		spec: commandline.Spec{Args: []commandline.Arg{{Name: "command", Summary: "or an alias", Optional: true}}},
		do:   doHelp,
	}
}

func doHelp(ctx context.Context, e *Engine, c *call) (decision, error) {
	name := c.values.Text("command")
	if name == "" {
		return e.answers(c, e.helpList(c)), nil
	}
	commands := e.commands()
	if cmd := findCommand(commands, name); cmd != nil {
		return e.answers(c, e.helpFor(cmd, c)), nil
	}
	a, found, err := e.alias(ctx, name)
	if err != nil {
		return nil, err
	}
	if found {
		return e.answers(c, say(code(a.Name), plain(" is an alias and stands for "), code(shownAlias(a)), plain("."))), nil
	}
	return nil, e.unknownCommand(commands, name, false)
}

// helpList names the commands that somebody may use.
func (e *Engine) helpList(c *call) Text {
	role := c.policy.role(c.in)
	rows := [][]string{{"Command", "What it does"}}
	for _, cmd := range e.commands() {
		if !cmd.hidden && cmd.role <= role {
			rows = append(rows, []string{cmd.name, cmd.summary})
		}
	}
	before := "Commands begin with "
	if c.in.Direct {
		before = "Among us commands may, in rooms they must begin with "
	}
	text := Text{table(rows...), para(
		plain(before), code(e.Prefix), plain(" or a mention of me. "), code(e.Prefix+" help COMMAND"), plain(" explains one. "),
		plain(fmt.Sprintf("Your role here is %s.", role)),
	)}
	if greeting := c.greet(e.Messages.Greetings); greeting != "" {
		text = append(say(plain(greeting)), text...)
	}
	return text
}

// helpFor explains a command.
func (e *Engine) helpFor(cmd *command, c *call) Text {
	text := Text{
		para(bold(cmd.name), plain(": "+cmd.summary+".")),
		codeBlock(e.Prefix + " " + cmd.spec.Usage(cmd.name)),
	}
	if parts := cmd.spec.Table(); len(parts.Rows) > 0 {
		text = append(text, table(append([][]string{parts.Head}, parts.Rows...)...))
	}
	if cmd.detail != "" {
		text = append(text, para(plain(cmd.detail)))
	}
	var more []string
	if len(cmd.aliases) > 0 {
		more = append(more, "Also: "+strings.Join(cmd.aliases, ", ")+".")
	}
	if role := c.policy.role(c.in); role < cmd.role {
		more = append(more, fmt.Sprintf("It takes the role %s, and yours here is %s.", cmd.role, role))
	}
	if len(more) > 0 {
		text = append(text, para(plain(strings.Join(more, " "))))
	}
	return text
}
