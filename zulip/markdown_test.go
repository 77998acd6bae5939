package zulip_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestMentions(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "@**|9**", zulip.Mention(9))
	assert.Equal(t, "@_**|9**", zulip.SilentMention(9))
}

func TestEscapeTextLeavesTextReadable(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Fixed the *flaky* test, **at last**, see `main_test.go`", "10:30 - 11:45, 50 % of 1.5", "- one\n- two\n1. three", "Grüße 👋 :tada:",
	} {
		escaped := zulip.EscapeText(text)
		assert.Equal(t, text, strings.ReplaceAll(escaped, "\u200b", ""))
	}
	for _, text := range []string{"10:30 - 11:45, 50 % of 1.5", "10/11 <b> a <= b", "- one\n    - two", "one\n    two"} {
		assert.Equal(t, text, zulip.EscapeText(text))
	}
}

// TestEscapeTextAgainstTheServer has what a server was seen to read in another way than it is documented.
func TestEscapeTextAgainstTheServer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"__.com":              "__.~com",
		"a-.com _.org":        "a-.~com _.~org",
		"<time:2026-01-01>":   "<~time:~2026-01-01>",
		"    code":            "~    code",
		"a\n\n\tcode":         "a\n\n~\tcode",
		"\n \tcode":           "\n~ \tcode",
		"***\n     code":      "***\n~     code",
		"- > quote":           "- ~> quote",
		"1. * |a|\n- text >b": "1. * ~|a|\n- text >b",
	} {
		assert.Equal(t, strings.ReplaceAll(want, "~", "\u200b"), zulip.EscapeText(text), "%q", text)
	}
}

// active is Zulip syntax with an effect that somebody else's text must not have.
var active = map[string]*regexp.Regexp{
	"mention":        regexp.MustCompile(`@_?\*`),
	"channel link":   regexp.MustCompile(`#\*\*`),
	"heading":        regexp.MustCompile(`(?m)^\s*#+ `),
	"link":           regexp.MustCompile(`\]\(`),
	"address":        regexp.MustCompile(`(?i)(https?|ftp|file|zulip)://|mailto:[a-z]|www\.[a-z]|[a-z0-9_-]\.(com|org|net|io)\b`),
	"mail":           regexp.MustCompile(`[a-z]@[a-z]`),
	"fence":          regexp.MustCompile("```|~~~"),
	"quote":          regexp.MustCompile(`(?m)^\s*(?:[-+*]\s+|\d+\.\s+)*>`),
	"code":           regexp.MustCompile(`(?:\A|\n\s*\n)(?:    | {0,3}\t)[ \t]*\S`),
	"table":          regexp.MustCompile(`(?m)^\s*\|`),
	"command":        regexp.MustCompile(`^\s*/[a-z]`),
	"formula":        regexp.MustCompile(`\$\$`),
	"time":           regexp.MustCompile(`<time:`),
	"avatar":         regexp.MustCompile(`!g?r?avatar\(`),
	"control":        regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f]`),
	"turned letters": regexp.MustCompile(`[\x{202a}-\x{202e}\x{2066}-\x{2069}]`),
}

func FuzzEscapeText(f *testing.F) {
	for _, seed := range []string{
		"@**all** @_**Iago** @*admins* @_*x* @\u200b**all**", "#**general** #**general>topic** # heading",
		"[text](https://evil.example) ![](/user_uploads/x) [a]: http://b", "www.example.com a@example.com mailto:a@b.c http://1.2.3.4",
		"```\ncode\n```\n~~~quote\n", "/me laughs", " /poll Lunch?\n- yes", "> quote", "| a | b |\n|---|---|", "$$x$$ <time:2026-01-01T00:00:00Z>",
		"!avatar(a@b)", "@\x00**all**", "@\u202e**all**", "``\x01`spoiler x", "\r/me\r\n>x", "h\x00ttps:/\x00/example.com", "@@**all**",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		escaped := zulip.EscapeText(text)
		for name, syntax := range active {
			assert.Falsef(t, syntax.MatchString(escaped), "%s in %q", name, escaped)
		}
		assert.True(t, utf8.ValidString(escaped))
	})
}

func TestQuoteCannotBeLeft(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "```quote\nhello\n```", zulip.Quote("hello"))
	assert.Equal(t, "````quote\n```\nx\n```\n````", zulip.Quote("```\nx\n```"))
	assert.Equal(t, "```quote\n~~~~python\nx\n~~~~\n```", zulip.Quote("~~~~python\nx"), "an open block is closed inside")
	assert.Equal(t, "````quote\n```quote\n~~~\nx\n~~~\n```\n````", zulip.Quote("```quote\n~~~\nx"))
	assert.Equal(t, "````quote\n```quoted\n```py\n```\n```\n````", zulip.Quote("```quoted\n```py\n```"), "this one nests as well")
	assert.Equal(t, "````quote\n```,x\ncode\n```\n````", zulip.Quote("```,x\ncode"), "a language may have a comma")
	assert.Equal(t, "```quote\n~~~ x\ny\n~~~\n```", zulip.Quote("\x02~~~ x\ny"), "a fence behind what the server drops")
}

func FuzzQuote(f *testing.F) {
	f.Add("```\nx", "trusted")
	f.Add("````quote\n~~~", "~~~")
	f.Add("```quoted\n```py\n```", "")
	f.Add("```,x\ncode", "")
	f.Fuzz(func(t *testing.T, text, _ string) {
		quoted := zulip.Quote(text)
		marker, _, _ := strings.Cut(quoted, "quote\n")
		lines := strings.Split(quoted, "\n")
		for i, line := range lines[1 : len(lines)-1] {
			assert.NotEqual(t, marker, strings.TrimRight(line, " \t"), "line %d ends the quotation", i+1)
		}
		assert.Equal(t, marker, lines[len(lines)-1])
	})
}

func TestSplitMessage(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		text  string
		limit int
		wants []string
	}{
		"fits":             {"short", 10, []string{"short"}},
		"nothing":          {" \n\n", 10, nil},
		"paragraphs":       {"one two\n\nthree\n\nfour", 16, []string{"one two\n\nthree", "four"}},
		"lines":            {"first\nsecond\nthird", 12, []string{"first\nsecond", "third"}},
		"words":            {"the quick brown fox", 10, []string{"the quick", "brown fox"}},
		"no blank at all":  {"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		"code points":      {"ääää", 2, []string{"ää", "ää"}},
		"a block is split": {"```go\naaaa\nbbbb\ncccc\n```", 20, []string{"```go\naaaa\nbbbb\n```", "```go\ncccc\n```"}},
		"before a block":   {"intro text\n\n```\ncode here\n```", 20, []string{"intro text", "```\ncode here\n```"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, row.wants, zulip.SplitMessage(row.text, row.limit))
		})
	}
}

func FuzzSplitMessage(f *testing.F) {
	f.Add("one\n\ntwo ```\n```go\ncode\n", 8)
	f.Add("````\n```\n````\n\xff\xfe word", 3)
	f.Add("~~~quote\n```\nx\n```\n~~~ tail", 14)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 1 || limit > 200 || len(text) > 5000 {
			t.Skip()
		}
		letters := func(s string) string { return regexp.MustCompile(`[^a-z0-9]`).ReplaceAllString(s, "") }
		parts := zulip.SplitMessage(text, limit)
		for _, part := range parts {
			assert.LessOrEqual(t, utf8.RuneCountInString(part), limit)
			assert.NotEmpty(t, strings.TrimSpace(part))
		}
		if !strings.Contains(text, "```") && !strings.Contains(text, "~~~") {
			assert.Equal(t, letters(text), letters(strings.Join(parts, "")), "nothing is lost")
		}
	})
}
