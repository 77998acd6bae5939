package zulipchat

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/pages"
	"github.com/signalbox-go/signalbox/internal/zulipmark"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// pen renders without a server.
var pen = &Chat{site: pages.New(server)}

func spans(spans ...chatops.Span) chatops.Text {
	return chatops.Text{{Kind: chatops.Paragraph, Spans: spans}}
}

func TestRender(t *testing.T) {
	t.Parallel()
	plain := func(s string) chatops.Span { return chatops.Span{Text: s} }
	bold := func(s string) chatops.Span { return chatops.Span{Style: chatops.Bold, Text: s} }
	code := func(s string) chatops.Span { return chatops.Span{Style: chatops.Code, Text: s} }
	link := func(s, url string) chatops.Span { return chatops.Span{Style: chatops.Link, Text: s, URL: url} }
	person := func(id chatops.UserID) chatops.Span {
		return chatops.Span{Style: chatops.Person, User: id, Text: "Ann **A**"}
	}
	item := func(s string) chatops.Block {
		return chatops.Block{Kind: chatops.ListItem, Spans: []chatops.Span{plain(s)}}
	}
	block := func(s string) chatops.Block { return chatops.Block{Kind: chatops.CodeBlock, Code: s} }
	const (
		m    = zulipmark.Mark
		page = server + "/project/1/templates/2?t=3"
	)
	for _, c := range []struct {
		name string
		text chatops.Text
		want string
	}{
		{"paragraph", spans(plain("Hello, it is 9:30 (2 of 3).")), "Hello, it is 9:30 (2 of 3)."},
		{"blocks", chatops.Text{
			{Kind: chatops.Heading, Spans: []chatops.Span{plain("Deploy")}},
			item("one"), item("two"),
			{Kind: chatops.Paragraph, Spans: []chatops.Span{plain("End")}},
		}, "### Deploy\n\n- one\n- two\n\nEnd"},
		{"styles", spans(bold("bold"), plain(" and "), code("code"), plain(" by "), person("7")), "**bold** and `code` by @_**|7**"},
		{"blank blocks vanish", chatops.Text{{}, {Kind: chatops.Heading}, block(" \n\t"), {Kind: chatops.Table}, {Kind: chatops.Table, Rows: [][]string{{}}}, {Kind: chatops.Paragraph, Spans: []chatops.Span{plain(" "), bold(" "), code("")}}}, ""},
		{"nothing", nil, ""},
		{"lines are joined", spans(plain("a\r\nb\tc\u2028d")), "a b    c d"},
		{"invalid UTF-8", spans(plain("a\xffb")), "a\uFFFDb"},
		{"control characters", spans(plain("a\x00\x02b\u202ec\x1b[31m")), "abc[31m"},

		{"emphasis", spans(plain("**a** *b* ~~c~~ `d`")), "∗∗a∗∗ ∗b∗ ~" + m + "~c~" + m + "~ ˋdˋ"},
		{"mention", spans(plain("@**all**")), "@" + m + "∗∗all∗∗"},
		{"link in words", spans(plain("[a](/b)")), "[a]" + m + "(/b)"},
		{"link across spans", spans(plain("[a]"), plain("(/b)")), "[a]" + m + "(/b)"},
		{"command", spans(plain(" /poll Tea?")), m + "/poll Tea?"},
		{"list", spans(plain("- a")), m + "- a"},
		{"bar", chatops.Text{{Kind: chatops.Table, Rows: [][]string{{"a | b"}}}}, "| a ∣ b |\n| --- |"},
		{"code with a mention", spans(code("@**all**")), "`@" + m + "**all**`"},

		{"link", spans(plain("see "), link("task 3", page)), "see [task 3" + m + "](" + page + ")"},
		{"link elsewhere", spans(link("task 3", "https://evil.example/project/1")), "task 3"},
		{"link to a lookalike", spans(link("task 3", "https://ci.example.evil.example/semaphore")), "task 3"},
		{"link whose text would end it", spans(link("a](https://evil.example)[b", page)), "[a)(https:" + m + "//evil." + m + "example)(b" + m + "](" + page + ")"},
		{"link after an exclamation mark", spans(plain("!"), link("a", page)), "!" + m + "[a" + m + "](" + page + ")"},

		{"person after a letter", spans(plain("x"), person("7")), "x @_**|7**"},
		{"person of another chat", spans(person("@ann:example.org")), "**Ann ∗∗A∗∗**"},

		{"code block", chatops.Text{block("\n  a\n\nb  \n")}, "```text\n  a\n\nb  \n```"},
		{"code block with a fence", chatops.Text{block("```\nx\n````"), {Kind: chatops.Paragraph, Spans: []chatops.Span{plain("end")}}}, "`````text\n```\nx\n````\n`````\n\nend"},
		{"code block with a mention and colours", chatops.Text{block("\x1b[31m@**all**")}, "```text\n[31m@" + m + "**all**\n```"},

		{"table", chatops.Text{{Kind: chatops.Table, Rows: [][]string{{"#", "name"}, {"1", "a|b"}, {"2"}}}}, "| #" + m + " | name |\n| --- | --- |\n| 1 | a∣b |\n| 2 |  |"},
		{"table with lines in a cell", chatops.Text{{Kind: chatops.Table, Rows: [][]string{{"a"}, {"b\n| c |\n\\"}}}}, "| a |\n| --- |\n| b ∣ c ∣ \\ |"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, pen.render(c.text, false))
		})
	}
}

func TestOnlyAlertsNotify(t *testing.T) {
	t.Parallel()
	body := spans(chatops.Span{Style: chatops.Mention, User: "7", Text: "Ann"}, chatops.Span{Text: ": done, says "}, chatops.Span{Style: chatops.Person, User: "8", Text: "Ben"})
	assert.Equal(t, "@**|7**: done, says @_**|8**", pen.render(body, true))
	assert.Equal(t, "@_**|7**: done, says @_**|8**", pen.render(body, false))
}

func TestFits(t *testing.T) {
	t.Parallel()
	assert.True(t, pen.Fits(text(strings.Repeat("é", zulip.MaxMessageLength-maxFileLink))))
	assert.False(t, pen.Fits(text(strings.Repeat("é", zulip.MaxMessageLength-maxFileLink+1))))
	assert.False(t, pen.Fits(text(strings.Repeat("@", 6000))), "marks count")
	_, err := pen.content(chatops.Outgoing{Body: text(strings.Repeat("@", 6000))})
	require.ErrorIs(t, err, chatops.ErrUndeliverable)
}

// loud are the mentions that notify, wherever they stand; Zulip itself ignores those in code.
var loud = regexp.MustCompile(`@\*`)

var hostile = []string{
	"", "-", "hello", "@**all**", "@_**Ann|7**", "@*staff*", "```", "````text", "~~~~\n", "/poll a\n- b", "/me", "> a", "[a](b)", "\\", "`", "a\x00b", "\xff",
	"@\u0002**all**", "```spoiler x\n```py", "```\u00a0", "***", "|a|b|\n|--|--|", "&#64;**all**", "https://evil.example", "](https://evil.example)",
	"!", "]", "#**ops>x**", "<time:2026-01-01>", "$$x$$", ":tada:", "\u202e", "[x]: https://evil.example", "\x1b]8;;https://evil.example\x07x",
}

// delimiter is the second line of a table.
var delimiter = regexp.MustCompile(`^[-:| ]*-[-:| ]*$`)

// FuzzRender writes a text of everybody's words and reads it as Zulip does: outside of the bot's own markup nothing is
// syntax, no block outlives itself, tables keep their shape, and the only link is the bot's own.
func FuzzRender(f *testing.F) {
	for _, seed := range hostile {
		f.Add(seed, seed)
	}
	const page = server + "/project/1/templates/2?t=3"
	f.Fuzz(func(t *testing.T, a, b string) {
		const end = "the end"
		body := chatops.Text{
			{Kind: chatops.Paragraph, Spans: []chatops.Span{{Text: a}, {Style: chatops.Bold, Text: b}, {Text: b}, {Style: chatops.Code, Text: a}}},
			{Kind: chatops.ListItem, Spans: []chatops.Span{{Style: chatops.Code, Text: a}, {Text: b}}},
			{Kind: chatops.CodeBlock, Code: a + "\n" + b},
			{Kind: chatops.Table, Rows: [][]string{{"head", a}, {b, a + b}}},
			{Kind: chatops.Heading, Spans: []chatops.Span{{Text: a}, {Style: chatops.Person, User: "7", Text: b}}},
			{Kind: chatops.Paragraph, Spans: []chatops.Span{{Text: b}, {Style: chatops.Link, Text: "x" + a, URL: page}, {Text: a}}},
			{Kind: chatops.Paragraph, Spans: []chatops.Span{{Style: chatops.Link, Text: a, URL: b}}},
			{Kind: chatops.Paragraph, Spans: []chatops.Span{{Text: end}}},
		}
		text := pen.render(body, true)
		require.True(t, utf8.ValidString(text))
		require.Equal(t, strings.TrimSpace(text), text)
		require.False(t, strings.HasPrefix(text, "/"), "a command: %q", text)
		require.NotRegexp(t, loud, text, "a mention")
		require.False(t, strings.ContainsFunc(text, func(r rune) bool {
			return r != '\n' && unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
		}))
		outside := outsideOfBlocks(text)
		require.Equal(t, end, outside[len(outside)-1], "a block stays open: %q", text)
		all := withoutCode(strings.Join(outside, "\n"))
		require.Contains(t, all, zulip.SilentMention(7))
		links := strings.Count(all, "](")
		require.Equal(t, links, strings.Count(all, zulipmark.Mark+"]("+page+")"), "a link of somebody else: %q", all)
		require.NotContains(t, all, "][")
		require.NotContains(t, strings.ReplaceAll(all, "]("+page+")", ""), "://")
		rows := 0
		for _, line := range outside {
			if !strings.HasPrefix(line, "|") {
				require.NotRegexp(t, delimiter, line, "makes a table of the line before")
			} else {
				rows++
				require.Equal(t, 3, strings.Count(line, "|"), "a row: %q", line)
			}
		}
		require.Equal(t, 3, rows, "a table: %q", text)
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
		runs := backticks.FindAllStringIndex(rest, -1)
		end := slices.IndexFunc(runs, func(run []int) bool { return run[1]-run[0] == len(fence) })
		if end < 0 {
			b.WriteString(line[:open[1]])
			line = rest
			continue
		}
		b.WriteString(line[:open[0]])
		line = rest[runs[end][1]:]
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
		if len(open) == 0 && strings.TrimSpace(line) != "" {
			outside = append(outside, line)
		}
	}
	return outside
}
