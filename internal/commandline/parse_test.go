package commandline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

func deploy() commandline.Spec {
	return commandline.Spec{
		Args: []commandline.Arg{
			{Name: "project"},
			{Name: "number", Kind: commandline.Int, Default: "1", Summary: "how many"},
		},
		Flags: []commandline.Flag{
			{Name: "limit", Short: 'l', Repeated: true, Summary: "a host"},
			{Name: "force", Short: 'f', Kind: commandline.Bool},
			{Name: "wait", Kind: commandline.Duration, Default: "15m"},
			{Name: "level", Choices: []string{"info", "debug"}, Default: "info", Summary: "how much to say"},
		},
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	require.NoError(t, deploy().Check())
	v, err := deploy().Parse(`"web shop" -l eu --limit=us -l=asia -7 —force --wait 90s`)
	require.NoError(t, err)
	assert.Equal(t, "web shop", v.Text("project"))
	assert.Equal(t, -7, v.Int("number"))
	assert.Equal(t, []string{"eu", "us", "asia"}, v.Texts("limit"))
	assert.Equal(t, "asia", v.Text("limit"))
	assert.True(t, v.Bool("force"))
	assert.Equal(t, 90*time.Second, v.Duration("wait"))
	assert.Equal(t, "info", v.Text("level"))
	assert.Equal(t, []string{"info"}, v.Texts("level"))
	assert.False(t, v.Has("level"))
	assert.True(t, v.Has("wait"))

	v, err = deploy().Parse(`--force=no -- --limit`)
	require.NoError(t, err)
	assert.Equal(t, "--limit", v.Text("project"))
	assert.False(t, v.Bool("force"))
	assert.True(t, v.Has("force"))
	assert.Equal(t, 1, v.Int("number"))
	assert.Empty(t, v.Texts("limit"))
	assert.Empty(t, v.Text("limit"))

	v, err = deploy().Parse(`"--force" --limit=--force`)
	require.NoError(t, err, "what is in quotes or after = is a value")
	assert.Equal(t, "--force", v.Text("project"))
	assert.Equal(t, "--force", v.Text("limit"))
	assert.False(t, v.Has("force"))
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                   `<project> is missing`,
		`web 1 2`:            `there is nothing for "2" to be; quote words that belong together`,
		`web x`:              `<number> is a whole number, not "x"`,
		`web --fore`:         `there is no flag "--fore"; did you mean --force?`,
		`web -force`:         `there is no flag "-force"; did you mean --force?`,
		`web -x`:             `there is no flag "-x"; if it is a value, put it in quotes`,
		`web --check`:        `there is no flag "--check"; if it is a value, put it in quotes`,
		`web --limit`:        `--limit needs a value`,
		`web --limit -e`:     `--limit needs a value; if that is "-e", write --limit="-e"`,
		`web --wait 5`:       `--wait is a time such as 90s, 15m or 1h30m, not "5"`,
		`web --force=maybe`:  `--force is true or false, not "maybe"`,
		`web -f --force`:     `--force is there twice`,
		`web --level=debgu`:  `--level cannot be "debgu"; did you mean debug?`,
		`web --level=xyz`:    `--level cannot be "xyz"; it is one of info, debug`,
		`web "`:              `the quotation "\"" has no end: add ", or write \" for the character itself`,
		`web --limit "`:      `the quotation "\"" has no end: add ", or write \" for the character itself`,
		`web "` + "\u202e\"": `<number> is a whole number, not "\u202e"`,
	} {
		_, err := deploy().Parse(text)
		require.EqualError(t, err, want)
	}
	required := commandline.Spec{Flags: []commandline.Flag{{Name: "why", Required: true}}}
	require.NoError(t, required.Check())
	_, err := required.Parse("")
	require.EqualError(t, err, "--why is missing")
	_, err = commandline.Spec{Args: []commandline.Arg{{Name: "all", Repeated: true}}}.Parse(strings.Repeat("x ", 513))
	require.EqualError(t, err, "these are more than 512 words")
}

func TestParseTakesTheRest(t *testing.T) {
	t.Parallel()
	echo := commandline.Spec{
		Args:  []commandline.Arg{{Name: "text", Raw: true}},
		Flags: []commandline.Flag{{Name: "loud", Kind: commandline.Bool}},
	}
	require.NoError(t, echo.Check())
	for text, want := range map[string]string{
		" don't \"stop\n  --loud -x  ": "don't \"stop\n  --loud -x",
		`--loud it's`:                  `it's`,
		`--quiet it's`:                 `--quiet it's`,
		`-- --loud`:                    `--loud`,
		`"quoted"`:                     `"quoted"`,
	} {
		v, err := echo.Parse(text)
		require.NoError(t, err)
		assert.Equal(t, want, v.Text("text"))
	}
	_, err := echo.Parse(" --loud ")
	require.EqualError(t, err, "<text> is missing")

	many := commandline.Spec{Args: []commandline.Arg{{Name: "task", Kind: commandline.Int}, {Name: "who", Repeated: true, Optional: true}}}
	require.NoError(t, many.Check())
	v, err := many.Parse("7 ann bob")
	require.NoError(t, err)
	assert.Equal(t, []string{"ann", "bob"}, v.Texts("who"))
	v, err = many.Parse("7")
	require.NoError(t, err)
	assert.Nil(t, v.Texts("who"))
}

func TestWhatStandsBehindTwoDashes(t *testing.T) {
	t.Parallel()
	s := commandline.Spec{
		Args: []commandline.Arg{
			{Name: "project", Optional: true},
			{Name: "template", Optional: true},
			{Name: "arguments", Optional: true, Repeated: true, Behind: true},
		},
		Flags: []commandline.Flag{{Name: "check", Kind: commandline.Bool}},
	}
	require.NoError(t, s.Check())
	assert.Equal(t, "run [<project>] [<template>] [--check] [-- <arguments>…]", s.Usage("run"))
	for text, want := range map[string][3]any{
		"":                        {"", "", []string(nil)},
		"web":                     {"web", "", []string(nil)},
		"web deploy":              {"web", "deploy", []string(nil)},
		"web deploy -- prod":      {"web", "deploy", []string{"prod"}},
		"web -- prod eu":          {"web", "", []string{"prod", "eu"}},
		"-- --check -v":           {"", "", []string{"--check", "-v"}},
		`"-- x" -- "-- y" --`:     {"-- x", "", []string{"-- y", "--"}},
		"web deploy --check -- -": {"web", "deploy", []string{"-"}},
		"web deploy --":           {"web", "deploy", []string(nil)},
	} {
		v, err := s.Parse(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, [3]any{v.Text("project"), v.Text("template"), v.Texts("arguments")}, text)
	}
	_, err := s.Parse("web deploy prod --check")
	require.ErrorContains(t, err, `there is nothing for "prod" to be; quote words that belong together, and write what is for <arguments> behind --`)
}

func TestValuesPanicOnMisspeltNames(t *testing.T) {
	t.Parallel()
	v, err := deploy().Parse("web")
	require.NoError(t, err)
	assert.Panics(t, func() { v.Bool("forse") })
	assert.Panics(t, func() { v.Has("forse") })
	assert.Panics(t, func() { v.Int("project") })
	assert.Panics(t, func() { v.Texts("number") })
	assert.Panics(t, func() { commandline.Values{}.Text("project") })
}

func TestCheckFindsMistakes(t *testing.T) {
	t.Parallel()
	type spec = commandline.Spec
	args := func(all ...commandline.Arg) spec { return spec{Args: all} }
	flags := func(all ...commandline.Flag) spec { return spec{Flags: all} }
	for name, s := range map[string]spec{
		"no name":                 args(commandline.Arg{}),
		"upper case":              args(commandline.Arg{Name: "Project"}),
		"bool argument":           args(commandline.Arg{Name: "a", Kind: commandline.Bool}),
		"rest in the middle":      args(commandline.Arg{Name: "a", Raw: true}, commandline.Arg{Name: "b"}),
		"repeated in the middle":  args(commandline.Arg{Name: "a", Repeated: true}, commandline.Arg{Name: "b"}),
		"ahead of --, required":   args(commandline.Arg{Name: "a"}, commandline.Arg{Name: "b", Optional: true, Behind: true}),
		"behind -- and raw":       args(commandline.Arg{Name: "a", Optional: true, Raw: true, Behind: true}),
		"behind -- in the middle": args(commandline.Arg{Name: "a", Optional: true, Behind: true}, commandline.Arg{Name: "b", Optional: true}),
		"raw number":              args(commandline.Arg{Name: "a", Raw: true, Kind: commandline.Int}),
		"required after optional": args(commandline.Arg{Name: "a", Optional: true}, commandline.Arg{Name: "b"}),
		"default of other kind":   args(commandline.Arg{Name: "a", Kind: commandline.Int, Default: "x"}),
		"default no choice":       args(commandline.Arg{Name: "a", Choices: []string{"x"}, Default: "y"}),
		"unknown kind":            args(commandline.Arg{Name: "a", Kind: 9}),
		"twice":                   {Args: []commandline.Arg{{Name: "a"}}, Flags: []commandline.Flag{{Name: "a"}}},
		"short twice":             flags(commandline.Flag{Name: "a", Short: 'x'}, commandline.Flag{Name: "b", Short: 'x'}),
		"short digit":             flags(commandline.Flag{Name: "a", Short: '5'}),
		"dash at the end":         flags(commandline.Flag{Name: "a-"}),
		"bool repeated":           flags(commandline.Flag{Name: "a", Kind: commandline.Bool, Repeated: true}),
		"required with default":   flags(commandline.Flag{Name: "a", Required: true, Default: "x"}),
		"flag of unknown kind":    flags(commandline.Flag{Name: "a", Kind: -1}),
	} {
		require.Error(t, s.Check(), name)
	}
	require.NoError(t, spec{}.Check())
}

func FuzzParse(f *testing.F) {
	f.Add(`"web shop" -l eu --limit=us 3 --force -- x`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := deploy().Parse(text)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		// What was understood, written out again, is understood in the same way.
		written := []string{commandline.Quote(v.Text("project"))}
		for _, limit := range v.Texts("limit") {
			written = append(written, "--limit="+commandline.Quote(limit))
		}
		if v.Bool("force") {
			written = append(written, "-f")
		}
		again, err := deploy().Parse(strings.Join(written, " "))
		require.NoError(t, err)
		assert.Equal(t, v.Text("project"), again.Text("project"))
		assert.Equal(t, v.Texts("limit"), again.Texts("limit"))
		assert.Equal(t, v.Bool("force"), again.Bool("force"))
	})
}
