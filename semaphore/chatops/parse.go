package chatops

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// parsed is what the bot makes of a text.
type parsed struct {
	forBot  bool               // It is a command, well written or not; else it is talk among people.
	name    string             // Of the command, or what is written in place of one.
	command *command           // Nil where there is none of that name.
	values  commandline.Values // Of the command.
	problem *refusal           // What is wrong with it; nil where it can be carried out.
}

// parse finds the command in a text, with the aliases that are stored. The error is one of the store.
func (e *Engine) parse(ctx context.Context, in Incoming) (parsed, error) {
	text, forBot := cutAddress(in, e.Prefix)
	if !forBot {
		return parsed{}, nil
	}
	bare := in.Direct && text == strings.TrimSpace(in.Text)
	commands := e.commands()
	name, rest := cutWord(text)
	cmd := findCommand(commands, name)
	if cmd == nil && name != "" {
		a, found, err := e.alias(ctx, name)
		if err != nil {
			return parsed{}, err
		}
		if found {
			name, rest = cutWord(a.Text + " " + rest)
			cmd = findCommand(commands, name)
		}
	}
	switch {
	case name == "":
		name, cmd = "help", findCommand(commands, "help")
	case cmd == nil:
		return parsed{forBot: true, name: name, problem: e.unknownCommand(commands, name, bare)}, nil
	}
	p := parsed{forBot: true, name: cmd.name, command: cmd}
	var err error
	if p.values, err = cmd.spec.Parse(rest); err != nil {
		p.problem = e.misused(cmd, err)
	}
	return p, nil
}

// cutAddress takes off what makes a text one for the bot: its prefix, and a mention of it, which need not be there in a
// direct message.
func cutAddress(in Incoming, prefix string) (text string, forBot bool) {
	text = strings.TrimSpace(in.Text)
	if in.Mentioned {
		text = strings.TrimSpace(strings.TrimLeft(text, ":,"))
	}
	if rest, found := cutPrefix(text, prefix); found {
		return rest, true
	}
	return text, in.Mentioned || in.Direct
}

// cutPrefix takes off the prefix, in any case, if a word ends with it.
func cutPrefix(text, prefix string) (rest string, found bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	rest = text[len(prefix):]
	after := strings.TrimLeftFunc(rest, unicode.IsSpace)
	return after, after == "" || len(after) < len(rest)
}

// cutWord returns the first word of a text, and the rest.
func cutWord(text string) (word, rest string) {
	text = strings.TrimSpace(text)
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i], strings.TrimSpace(text[i:])
	}
	return text, ""
}

// findCommand returns the command of a name or of another name for it, in any case.
func findCommand(commands []command, name string) *command {
	for i, c := range commands {
		if strings.EqualFold(c.name, name) || slices.ContainsFunc(c.aliases, func(a string) bool { return strings.EqualFold(a, name) }) {
			return &commands[i]
		}
	}
	return nil
}

// unknownCommand says that there is no such command. What was written bare, in a direct message without the prefix, is
// not repeated: it may be a secret that was asked for, and comes too late.
func (e *Engine) unknownCommand(commands []command, name string, bare bool) *refusal {
	var known []string
	for _, c := range commands {
		if !c.hidden {
			known = append(append(known, c.name), c.aliases...)
		}
	}
	spans := []Span{plain("There is no command " + commandline.Show(name) + ". ")}
	if bare {
		spans = []Span{plain("There is no such command. ")}
	}
	if near := commandline.Suggest(name, known); near != "" {
		spans = append(spans, plain("Did you mean "), code(e.Prefix+" "+near), plain("? "))
	}
	return &refusal{
		notice:   say(append(spans, code(e.Prefix+" help"), plain(" lists what there is."))...),
		decision: DecisionRefused, reason: "no such command",
	}
}

// misused says what is wrong with how a command was written, and how it is written.
func (e *Engine) misused(cmd *command, err error) *refusal {
	says := "This is not how it is written."
	if usage, ok := errors.AsType[*commandline.UsageError](err); ok {
		says = sentenceOf(usage.Problem)
	}
	return &refusal{
		notice:   Text{para(plain(says)), codeBlock(e.Prefix + " " + cmd.spec.Usage(cmd.name))},
		decision: DecisionRefused, reason: "written wrongly",
	}
}

// sentenceOf makes a sentence of a problem that begins in lower case and may have no full stop.
func sentenceOf(problem string) string {
	first, size := utf8.DecodeRuneInString(problem)
	problem = string(unicode.ToUpper(first)) + problem[size:]
	if strings.HasSuffix(problem, "?") {
		return problem
	}
	return problem + "."
}
