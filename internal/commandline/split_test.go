package commandline_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		``:                        {},
		" \t\n\u00a0":             {},
		`run  web 12`:             {`run`, `web`, `12`},
		"run\nweb":                {`run`, `web`},
		`"web shop" 'web shop'`:   {`web shop`, `web shop`},
		`""`:                      {``},
		`--note="it is urgent" x`: {`--note=it is urgent`, `x`},
		`'["--check", "a\"b"]'`:   {`["--check", "a\"b"]`},
		`"say \"hi\" \\ \n"`:      {`say "hi" \ \n`},
		`two\ words \"q\" \\`:     {`two words`, `"q"`, `\`},
		`C:\temp \x end\`:         {`C:\temp`, `\x`, `end\`},
		`don't stop 5" a"b`:       {`don't`, `stop`, `5"`, `a"b`},
		`“web shop” „Netz laden“ «le nom»`: {`web shop`, `Netz laden`, `le nom`},
		`”på svenska” »tysk«`:              {`på svenska`, `tysk`},
		`‘web shop’ ‚ein Laden‘ ‹un nom›`:  {`web shop`, `ein Laden`, `un nom`},
		`don’t ‘don’t stop’`:               {`don’t`, `don’t stop`},
		`--note=“a b”`:                     {`--note=a b`},
		`“a "quoted" word”`:                {`a "quoted" word`},
		`“a \” b”`:                         {`a ” b`},
	} {
		words, err := commandline.Split(text)
		require.NoError(t, err, "%s", text)
		assert.Equal(t, want, words, "%s", text)
	}
}

func TestSplitSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`run "web shop`:                 `the quotation "\"web shop" has no end: add ", or write \" for the character itself`,
		`run 'web`:                      `the quotation "'web" has no end: add ', or write \' for the character itself`,
		`run “web shop"`:                `the quotation "“web shop\"" has no end: add ”, or write \“ for the character itself`,
		`"a"b`:                          `the quotation "\"a\"" ends in the middle of a word: put a space after it, or other quotes around it`,
		`'don't'`:                       `the quotation "'don'" ends in the middle of a word: put a space after it, or other quotes around it`,
		"\"\u202egnitirw":               `the quotation "\"\u202egnitirw" has no end: add ", or write \" for the character itself`,
		"\"\x1b[31m\n\xff":              `the quotation "\"\x1b[31m\n\xff" has no end: add ", or write \" for the character itself`,
		`"` + strings.Repeat("x", 1000): `the quotation "\"` + strings.Repeat("x", 38) + `…" has no end: add ", or write \" for the character itself`,
		strings.Repeat("x ", 513):       `these are more than 512 words`,
	} {
		_, err := commandline.Split(text)
		var usage *commandline.UsageError
		require.ErrorAs(t, err, &usage, "%s", text)
		assert.Equal(t, want, err.Error())
	}
}

func TestQuoteIsReadBack(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`web-shop/v1.2`: `web-shop/v1.2`,
		``:              `""`,
		`web shop`:      `"web shop"`,
		`--force`:       `"--force"`,
		`a"b\`:          `"a\"b\\"`,
		`—force`:        `"—force"`,
		`“x”`:           `"“x”"`,
	} {
		assert.Equal(t, want, commandline.Quote(text))
		words, err := commandline.Split(want)
		require.NoError(t, err)
		assert.Equal(t, []string{text}, words)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(`run "web shop" --note='it is' “don’t” \" —x`)
	f.Fuzz(func(t *testing.T, text string) {
		words, err := commandline.Split(text)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		for i, word := range words {
			words[i] = commandline.Quote(word)
		}
		again, err := commandline.Split(strings.Join(words, " "))
		require.NoError(t, err)
		for i, word := range again {
			assert.Equal(t, words[i], commandline.Quote(word))
		}
		one, err := commandline.Split(commandline.Quote(text))
		require.NoError(t, err)
		assert.Equal(t, []string{text}, one)
	})
}
