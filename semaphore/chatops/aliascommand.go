package chatops

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

const (
	maxAliases   = 200  // How many there may be.
	maxAliasText = 1000 // How many bytes one may stand for.
)

// alias is another name for a command and the beginning of what follows it.
type alias struct {
	Name string    `json:"name"`
	Text string    `json:"text"` // As it is written after the prefix.
	By   UserID    `json:"by"`
	At   time.Time `json:"at"`
}

func (a alias) recordKey() string { return aliasKey(a.Name) }

// alias finds the alias of a name, in any case.
func (e *Engine) alias(ctx context.Context, name string) (a alias, found bool, err error) {
	if name = strings.ToLower(name); !commandline.ValidName(name) {
		return alias{}, false, nil
	}
	err = e.Store.View(ctx, func(tx Tx) error {
		a, found, err = load[alias](tx, aliasKey(name))
		return err
	})
	return a, found, err
}

// aliasCommands are the commands about aliases.
func (e *Engine) aliasCommands() []command {
	return []command{{
		name: "aliases", aliases: []string{"alias"}, role: Viewer,
		summary: "list short names for commands, add or remove one",
		detail: "What follows the alias is put after what it stands for. An alias stands for a command, never for another alias, " +
			"and does not hide a command: " + `"aliases add prod run website deploy-prod" makes "prod --dry-run" possible.`,
		spec: commandline.Spec{Args: []commandline.Arg{
			{Name: "action", Summary: "what to do", Choices: []string{"list", "add", "remove", "rm", "delete"}, Default: "list"},
			{Name: "name", Summary: "of the alias", Optional: true},
			{Name: "command", Summary: "what it stands for", Optional: true, Raw: true},
		}},
		do: doAliases,
	}}
}

func doAliases(_ context.Context, e *Engine, c *call) (decision, error) {
	action, name, text := c.values.Text("action"), strings.ToLower(c.values.Text("name")), c.values.Text("command")
	if action == "list" {
		return e.listAliases(c), nil
	}
	if err := c.needsEverywhere(Admin); err != nil {
		return nil, err
	}
	if name == "" || action == "add" && text == "" {
		return nil, refusedAs("written wrongly", "What is it to be called, and what does it stand for?", e.Prefix+" aliases add prod run website deploy-prod")
	}
	if action != "add" {
		return e.removeAlias(c, name), nil
	}
	a, err := e.newAlias(c, name, text)
	if err != nil {
		return nil, err
	}
	return e.addAlias(c, a), nil
}

// newAlias checks what somebody wants an alias to be.
func (e *Engine) newAlias(c *call, name, text string) (alias, error) {
	if rest, found := cutPrefix(text, e.Prefix); found {
		text = rest
	}
	first, rest := cutWord(text)
	commands := e.commands()
	target := findCommand(commands, first)
	switch {
	case !commandline.ValidName(name):
		return alias{}, refusedf("name is not fit", "The name of an alias is made of lower-case letters, digits and single dashes, at most 40 of them.")
	case isVote(name):
		return alias{}, refusedf("name is an answer", "%s answers questions, so it cannot be the name of an alias.", name)
	case findCommand(commands, name) != nil:
		return alias{}, refusedf("name is a command", "There is a command %s already, and an alias does not hide it.", name)
	case target == nil:
		return alias{}, e.unknownCommand(commands, first, false)
	case target.name == "aliases":
		return alias{}, refusedf("alias of aliases", "An alias cannot change aliases.")
	case len(text) > maxAliasText:
		return alias{}, refusedf("alias is too long", "An alias stands for at most %d bytes.", maxAliasText)
	}
	if _, err := commandline.Split(rest); err != nil {
		return alias{}, refusedf("written wrongly", "%s", sentenceOf(err.Error()))
	}
	return alias{Name: name, Text: strings.TrimSpace(target.name + " " + rest), By: c.in.From, At: c.now}, nil
}

// isVote says whether a word answers questions.
func isVote(word string) bool {
	_, _, vote := voteIn(word)
	return vote
}

func (e *Engine) addAlias(c *call, a alias) decision {
	return func(tx Tx) (changes, error) {
		known, err := all[alias](tx, "alias/")
		if err != nil {
			return changes{}, err
		}
		before := slices.IndexFunc(known, func(other alias) bool { return other.Name == a.Name })
		if before < 0 && len(known) >= maxAliases {
			return changes{}, refusedf("too many aliases", "There are %d aliases, which is the most there may be.", len(known))
		}
		says := []Span{code(a.Name), plain(" now stands for "), code(shownAlias(a)), plain(".")}
		if before >= 0 && known[before].Text != a.Text {
			says = append(says, plain(" It stood for "), code(shownAlias(known[before])), plain("."))
		}
		ch := changes{messages: e.reply(c.in, c.in.key("reply"), say(says...))}
		ch.put(aliasKey(a.Name), a)
		ch.note(AuditEntry{Decision: DecisionDone, Reason: "alias " + a.Name + " added"})
		return ch, nil
	}
}

func (e *Engine) removeAlias(c *call, name string) decision {
	return func(tx Tx) (changes, error) {
		known, err := all[alias](tx, "alias/")
		if err != nil {
			return changes{}, err
		}
		i := slices.IndexFunc(known, func(a alias) bool { return a.Name == name })
		if i < 0 {
			r := refusedf("no such alias", "There is no alias %s.", commandline.Show(name))
			if near := commandline.Suggest(name, aliasNames(known)); near != "" {
				r.notice[0].Spans = append(r.notice[0].Spans, plain(" Did you mean "), code(near), plain("?"))
			}
			return changes{}, r
		}
		ch := changes{messages: e.reply(c.in, c.in.key("reply"), say(code(name), plain(" stood for "), code(shownAlias(known[i])), plain(" and is gone.")))}
		ch.remove(aliasKey(name))
		ch.note(AuditEntry{Decision: DecisionDone, Reason: "alias " + name + " removed"})
		return ch, nil
	}
}

func (e *Engine) listAliases(c *call) decision {
	return func(tx Tx) (changes, error) {
		known, err := all[alias](tx, "alias/")
		if err != nil {
			return changes{}, err
		}
		text := say(plain("There are no aliases."))
		if len(known) > 0 {
			slices.SortFunc(known, func(a, b alias) int { return cmp.Compare(a.Name, b.Name) })
			rows := [][]string{{"Alias", "Stands for"}}
			for _, a := range known {
				rows = append(rows, []string{a.Name, shownAlias(a)})
			}
			text = Text{table(rows...)}
		}
		return changes{messages: e.reply(c.in, c.in.key("reply"), text)}, nil
	}
}

func shownAlias(a alias) string { return clean(a.Text, 200) }

func aliasNames(all []alias) []string {
	names := make([]string, len(all))
	for i, a := range all {
		names[i] = a.Name
	}
	return names
}
