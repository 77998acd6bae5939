package zulipchat

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/zulipmark"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

func spans(spans ...standup.Span) standup.Text {
	return standup.Text{{Kind: standup.Paragraph, Spans: spans}}
}

func TestRender(t *testing.T) {
	t.Parallel()
	plain := func(s string) standup.Span { return standup.Span{Text: s} }
	bold := func(s string) standup.Span { return standup.Span{Style: standup.Bold, Text: s} }
	code := func(s string) standup.Span { return standup.Span{Style: standup.Code, Text: s} }
	person := func(id standup.UserID) standup.Span {
		return standup.Span{Style: standup.Person, User: id, Text: "Ann **A**"}
	}
	item := func(s string) standup.Block {
		return standup.Block{Kind: standup.ListItem, Spans: []standup.Span{plain(s)}}
	}
	quote := func(s string) standup.Block { return standup.Block{Kind: standup.Quotation, Quote: s} }
	const m = zulipmark.Mark
	for _, c := range []struct {
		name string
		text standup.Text
		want string
	}{
		{"paragraph", spans(plain("Hello, it is 9:30 Europe/Berlin (2 of 3).")), "Hello, it is 9:30 Europe/Berlin (2 of 3)."},
		{"blocks", standup.Text{
			{Kind: standup.Heading, Spans: []standup.Span{plain("Standup")}},
			item("one"), item("two"),
			{Kind: standup.Paragraph, Spans: []standup.Span{plain("End")}},
		}, "### Standup\n\n- one\n- two\n\nEnd"},
		{"styles", spans(bold("bold"), plain(" and "), code("code"), plain(" by "), person("7")), "**bold** and `code` by @_**|7**"},
		{"blank blocks vanish", standup.Text{{}, {Kind: standup.Heading}, quote(" \n\t"), {Kind: standup.Paragraph, Spans: []standup.Span{plain(" "), bold(" "), code("")}}}, ""},
		{"nothing", nil, ""},
		{"lines are joined", spans(plain("a\r\nb\tc\u2028d")), "a b    c d"},
		{"invalid UTF-8", spans(plain("a\xffb")), "a\uFFFDb"},
		{"control characters", spans(plain("a\x00\x02b\u202ec")), "abc"},

		{"emphasis", spans(plain("**a** *b* ~~c~~ `d`")), "∗∗a∗∗ ∗b∗ ~" + m + "~c~" + m + "~ ˋdˋ"},
		{"mention", spans(plain("@**all**")), "@" + m + "∗∗all∗∗"},
		{"link", spans(plain("[a](/b)")), "[a]" + m + "(/b)"},
		{"link across spans", spans(plain("[a]"), plain("(/b)")), "[a]" + m + "(/b)"},
		{"emoji", spans(plain(":tada: at 10:30")), m + ":" + m + "tada: at 10:30"},
		{"entity", spans(plain("R&D &amp; x")), "R&D &" + m + "amp; x"},
		{"command", spans(plain(" /poll Tea?")), m + "/poll Tea?"},
		{"list", spans(plain("- a")), m + "- a"},
		{"numbered list", spans(plain("    1. a")), m + "1. a"},
		{"rule", spans(plain("---")), m + "---"},
		{"heading", spans(plain("# a")), "#" + m + " a"},
		{"table", standup.Text{item("a | b"), item(":--|--:")}, "- a | b\n- " + m + ":" + m + "--|--:"},
		{"bold in bold", spans(bold("a**b")), "**a∗∗b**"},
		{"bold with blanks", spans(plain("a"), bold(" b "), plain("c")), "a **b** c"},
		{"neighbours in bold", spans(bold("a"), bold("b")), "**ab**"},

		{"code with backticks", spans(code("a`b``c")), m + "```a`b``c```"},
		{"code of backticks", spans(plain("x "), code("`")), "x `` ` ``"},
		{"code after a backslash", spans(plain(`\`), code("a")), `\` + m + "`a`"},
		{"code with a mention", spans(code("@**all**")), "`@" + m + "**all**`"},

		{"person after a letter", spans(plain("x"), person("7")), "x @_**|7**"},
		{"person in brackets", spans(plain("("), person("7"), plain(")")), "(@_**|7**)"},
		{"person of another chat", spans(person("@ann:example.org")), "**Ann ∗∗A∗∗**"},

		{"quote", standup.Text{quote("a\n\n- b")}, "```quote\na\n\n- b\n```"},
		{"quote keeps markup and links", standup.Text{quote("**a** [b](https://c.example)")}, "```quote\n**a** [b](https://c.example)\n```"},
		{"quote with a fence", standup.Text{quote("```\ncode\n```"), {Kind: standup.Paragraph, Spans: []standup.Span{plain("end")}}}, "````quote\n```\ncode\n```\n````\n\nend"},
		{"quote that leaves a fence open", standup.Text{quote("~~~python\ncode")}, "```quote\n~~~python\ncode\n~~~\n```"},
		{"quote with mentions", standup.Text{quote("@**all** @*staff* @_**Ann** a@b.example")}, "```quote\n@_**all** @_*staff* @_**Ann** a@b.example\n```"},
		{"quote with a hidden mention", standup.Text{quote("@\x02**all**")}, "```quote\n@_**all**\n```"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, render(c.text))
		})
	}
}

func TestRenderShortensWhatIsTooLong(t *testing.T) {
	t.Parallel()
	long := standup.Text{{Kind: standup.Quotation, Quote: strings.Repeat("@*", 5000)}, {Kind: standup.Paragraph, Spans: []standup.Span{{Text: "end"}}}}
	short := render(long)
	assert.LessOrEqual(t, utf8.RuneCountInString(short), zulip.MaxMessageLength)
	assert.True(t, strings.HasSuffix(short, "\n```\n\n(… shortened)"), "the quotation is closed and the cut shows: %.60q", short)
	assert.Equal(t, strings.Repeat("é", zulip.MaxMessageLength), render(text(strings.Repeat("é", zulip.MaxMessageLength))), "code points count")
}

// loud are the mentions that notify, wherever they stand; Zulip itself ignores those in code.
var loud = regexp.MustCompile(`@\*`)

// FuzzRender writes a text of everybody's words and reads it as Zulip does: outside of the bot's own markup nothing
// is syntax, and no block outlives its quotation.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"", "hello", "@**all**", "@_**Ann|7**", "@*staff*", "```", "````quote", "~~~~\n", "/poll a\n- b", "/me", "> a", "[a](b)",
		"\\", "`", "a\x00b", "\xff", "@\u0002**all**", "```spoiler x\n```py", "```\u00a0", "```\tpython", "***", "```quoted\n```py\n```", "```,x\ncode", "&#64;**all**",
	} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		const end = "the end"
		text := render(standup.Text{
			{Kind: standup.Paragraph, Spans: []standup.Span{{Text: a}, {Style: standup.Bold, Text: b}, {Text: b}, {Style: standup.Code, Text: a}}},
			{Kind: standup.ListItem, Spans: []standup.Span{{Style: standup.Code, Text: a}, {Text: b}}},
			{Kind: standup.Quotation, Quote: a + "\n" + b},
			{Kind: standup.Heading, Spans: []standup.Span{{Text: a}, {Style: standup.Person, User: "7", Text: b}}},
			{Kind: standup.Paragraph, Spans: []standup.Span{{Text: end}}},
		})
		require.True(t, utf8.ValidString(text))
		require.LessOrEqual(t, utf8.RuneCountInString(text), zulip.MaxMessageLength)
		require.NotContains(t, text, "\x00")
		require.Equal(t, strings.TrimSpace(text), text)
		require.False(t, strings.HasPrefix(text, "/"), "a command: %q", text)
		require.NotRegexp(t, loud, text)
		if strings.HasSuffix(text, shortened) {
			return
		}
		outside := outsideOfBlocks(text)
		require.Equal(t, end, outside[len(outside)-1], "a block stays open: %q", text)
		require.Contains(t, strings.Join(outside, "\n"), zulip.SilentMention(7))
		for _, line := range outside {
			require.NotRegexp(t, `\]\(|\]\[`, withoutCode(line))
		}
	})
}

// backticks open and close code; the run that closes is as long as the one that opens.
var backticks = regexp.MustCompile("`+")

func withoutCode(line string) string {
	var b strings.Builder
	for {
		open := backticks.FindStringIndex(line)
		if open == nil {
			return b.String() + line
		}
		fence, rest := line[open[0]:open[1]], line[open[1]:]
		end := slices.IndexFunc(backticks.FindAllStringIndex(rest, -1), func(run []int) bool { return run[1]-run[0] == len(fence) })
		if end < 0 {
			b.WriteString(line[:open[1]])
			line = rest
			continue
		}
		b.WriteString(line[:open[0]])
		line = rest[backticks.FindAllStringIndex(rest, -1)[end][1]:]
	}
}

// zulipFence is how Zulip's server recognises the line that opens a block.
var zulipFence = regexp.MustCompile("^(~{3,}|`{3,}) *(?:\\{?\\.?([a-zA-Z0-9_+,\\-./#]+) *([^ ~`][^~`]*)?\\}?)?$")

// outsideOfBlocks returns the lines that are in no fenced block.
func outsideOfBlocks(text string) []string {
	type block struct {
		fence string
		nests bool
	}
	var open []block
	var outside []string
	for line := range strings.SplitSeq(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if n := len(open); n > 0 {
			if strings.TrimRight(line, " ") == open[n-1].fence {
				open = open[:n-1]
				continue
			}
			if !open[n-1].nests {
				continue
			}
		}
		if match := zulipFence.FindStringSubmatch(line); match != nil {
			open = append(open, block{match[1], slices.Contains([]string{"quote", "quoted", "spoiler"}, strings.ToLower(match[2]))})
			continue
		}
		if len(open) == 0 && trimmed != "" {
			outside = append(outside, line)
		}
	}
	return outside
}
