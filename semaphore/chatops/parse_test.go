package chatops

import (
	"strings"
	"testing"
	"testing/synctest"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

func TestCommandsHaveGoodSpecsAndNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	e := &Engine{Config: Config{Messages: Messages{Pet: []string{"Purr."}, Scold: []string{"Sorry."}}}}
	taken := map[string]string{}
	for _, c := range e.commands() {
		require.NoError(t, c.spec.Check(), c.name)
		require.NotNil(t, c.do, c.name)
		assert.NotEmpty(t, c.summary, c.name)
		assert.False(t, unicode.IsUpper([]rune(c.summary)[0]) || strings.HasSuffix(c.summary, "."), c.summary)
		for _, name := range append([]string{c.name}, c.aliases...) {
			assert.Empty(t, taken[name], "%s is a name of %s too", name, c.name)
			taken[name] = c.name
		}
	}
}

func TestWhatIsForTheBot(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"!cd run 2 6":         "run 2 6",
		"  !cd\trun 2 6 ":     "run 2 6",
		"!CD run":             "run",
		"!cd":                 "",
		"!cd\nrun website":    "run website",
		"!cdprojects":         "not for the bot",
		"run 2 6":             "not for the bot",
		"what about !cd run?": "not for the bot",
		"!c":                  "not for the bot",
		"":                    "not for the bot",
		"!čd run":             "not for the bot",
	} {
		rest, forBot := cutAddress(Incoming{Text: text}, "!cd")
		if !forBot {
			rest = "not for the bot"
		}
		assert.Equal(t, want, rest, "%q", text)
	}
	for _, in := range []Incoming{
		{Text: "run 2 6", Direct: true},
		{Text: "!cd run 2 6", Direct: true},
		{Text: ": run 2 6", Mentioned: true},
		{Text: "!cd run 2 6", Mentioned: true},
	} {
		rest, forBot := cutAddress(in, "!cd")
		assert.True(t, forBot)
		assert.Equal(t, "run 2 6", rest)
	}
}

// parser is an engine that can do nothing but parse.
func parser(t *testing.T, aliases ...alias) *Engine {
	t.Helper()
	e := &Engine{Config: Config{Prefix: "!cd", Store: standup.NewMemStore()}}
	require.NoError(t, e.Store.Update(t.Context(), func(tx Tx) error {
		for _, a := range aliases {
			if err := save(tx, aliasKey(a.Name), a); err != nil {
				return err
			}
		}
		return nil
	}))
	return e
}

func TestParse(t *testing.T) {
	t.Parallel()
	e := parser(t, alias{Name: "prod", Text: `run "web shop" deploy-prod --message="by hand"`}, alias{Name: "help", Text: "run"})
	for text, want := range map[string]struct{ name, problem string }{
		"!cd":                    {name: "help"},
		"!cd HELP":               {name: "help"},
		"!cd templates 2":        {name: "templates"},
		"!cd template 2":         {name: "templates"},
		"!cd prod":               {name: "run"},
		"!cd Prod --dry-run":     {name: "run"},
		"!cd prjects":            {"prjects", `There is no command "prjects". Did you mean !cd projects? !cd help lists what there is.`},
		"!cd <b>x</b>":           {"<b>x</b>", `There is no command "<b>x</b>". !cd help lists what there is.`},
		"!cd \u202etropxe":       {"\u202etropxe", `There is no command "\u202etropxe". !cd help lists what there is.`},
		"!cd ping now":           {"ping", "There is nothing for \"now\" to be; quote words that belong together.\n!cd ping"},
		"!cd templates --pge 2":  {"templates", "There is no flag \"--pge\"; did you mean --page?\n!cd templates [<project>] [--like <like>] [--page <page>]"},
		"!cd templates --page x": {"templates", "--page is a whole number, not \"x\".\n!cd templates [<project>] [--like <like>] [--page <page>]"},
		"!cd help \"run":         {"help", "The quotation \"\\\"run\" has no end: add \", or write \\\" for the character itself.\n!cd help [<command>]"},
	} {
		p, err := e.parse(t.Context(), Incoming{Text: text})
		require.NoError(t, err)
		assert.True(t, p.forBot)
		assert.Equal(t, want.name, p.name, text)
		if want.problem == "" {
			require.Nil(t, p.problem, text)
			continue
		}
		require.NotNil(t, p.problem, text)
		assert.Equal(t, want.problem, p.problem.notice.String())
		assert.Equal(t, DecisionRefused, p.problem.decision)
	}
}

func TestAliasesAreExpandedOnceAndKeepQuotes(t *testing.T) {
	t.Parallel()
	e := parser(t, alias{Name: "prod", Text: `run "web shop" deploy-prod --message="by hand"`}, alias{Name: "loop", Text: "loop"})
	p, err := e.parse(t.Context(), Incoming{Text: `!cd prod --limit "eu west"`})
	require.NoError(t, err)
	require.Nil(t, p.problem)
	assert.Equal(t, "web shop", p.values.Text("project"))
	assert.Equal(t, "by hand", p.values.Text("message"))
	assert.Equal(t, []string{"eu west"}, p.values.Texts("limit"))
	p, err = e.parse(t.Context(), Incoming{Text: "!cd loop"})
	require.NoError(t, err)
	assert.Equal(t, "no such command", p.problem.reason)
}

// Whatever somebody writes is read in some way, and what they are told about it has no line or mark of theirs.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`!cd run "web shop" deploy -l eu --var "a=b c" -- --check`, "!cd aliases add x run 1 2", "!cd schedule once 1 2 --in 2h",
		"!cd", "!cd \u202e", "!cd lock website/deploy \"why\" --for 2h", "!cd watch all --status success,error", "!cd prod 'x",
	} {
		f.Add(text, false)
	}
	f.Fuzz(func(t *testing.T, text string, direct bool) {
		e := parser(t, alias{Name: "prod", Text: "run website deploy-prod"})
		p, err := e.parse(t.Context(), Incoming{Text: text, Direct: direct})
		require.NoError(t, err)
		if !p.forBot {
			assert.False(t, direct)
			return
		}
		if p.problem == nil {
			require.NotNil(t, p.command)
			return
		}
		notice := p.problem.notice
		require.NotEmpty(t, notice)
		assert.LessOrEqual(t, len(notice.String()), 2000)
		for _, r := range notice[0].Spans[0].Text {
			assert.True(t, unicode.IsPrint(r), "%q", notice[0].Spans[0].Text)
		}
	})
}

// TestWhatIsNoCommandIsNotRepeatedInPrivate has the answer to a secret question come too late.
func TestWhatIsNoCommandIsNotRepeatedInPrivate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for _, text := range []string{"hunter2", "hunter2 and more"} {
			o.direct(carl, text)
			assert.Equal(t, "There is no such command. !cd help lists what there is.", o.lastTo(string(carl)).text)
		}
		o.direct(carl, "statsu")
		assert.Equal(t, "There is no such command. Did you mean !cd status? !cd help lists what there is.", o.lastTo(string(carl)).text)
		o.direct(carl, "!cd hunter2")
		assert.Contains(t, o.lastTo(string(carl)).text, `There is no command "hunter2".`)
	})
}

// TestEveryWayToWriteACommand has the commands and their forms that people of such bots are used to.
func TestEveryWayToWriteACommand(t *testing.T) {
	t.Parallel()
	e := &Engine{Config: Config{Prefix: "!cd", Messages: Messages{Pet: []string{"Purr."}, Scold: []string{"Sorry."}}}}
	commands := e.commands()
	for _, text := range []string{
		"help", "help run", "admins", "rooms", "rooms list", "rooms join #lobby:example.org", "rooms part lobby", "rooms leave lobby",
		"projects", "templates", "templates 2", "run", "run 2", "run 2 6", "run 2 6 --tags deploy", "run 2 6 --tags=deploy,restart",
		`run 2 6 --args="--limit web"`, `run 2 6 --args "--check"`, "status", "status 7", "stop 7", "stop 7 --force", "logs", "log",
		"logs 7", "log 7", "logs on", "log off", "ping", "info", "aliases", "aliases list", "aliases add prod run website deploy-prod",
		"aliases remove prod", "aliases rm prod", "aliases delete prod", "pet", "scold", "verify", "verify list", "verify start", "verify pending",
		"HELP", "Projects",
	} {
		name, rest := cutWord(text)
		cmd := findCommand(commands, name)
		if assert.NotNil(t, cmd, text) {
			_, err := cmd.spec.Parse(rest)
			assert.NoError(t, err, text)
		}
	}
}
