package matrixbot

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"maunium.net/go/mautrix/id"
)

func TestMarkdown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ markdown, html, plain string }{
		{"hello", "hello", "hello"},
		{"two\nlines", "two<br>lines", "two\nlines"},
		{"a\n\nb", "<p>a</p><p>b</p>", "a\n\nb"},
		{"**b** *e* _e_ __b__ ~~s~~", "<strong>b</strong> <em>e</em> <em>e</em> <strong>b</strong> <del>s</del>", "b e e b s"},
		{"***both***", "<strong><em>both</em></strong>", "both"},
		{"**a *b***", "<strong>a <em>b</em></strong>", "a b"},
		{"*a **b***", "<em>a <strong>b</strong></em>", "a b"},
		{"2 * 3 * 4, snake_case_name, **open", "2 * 3 * 4, snake_case_name, **open", "2 * 3 * 4, snake_case_name, **open"},
		{"`a*b*` ``c`d``", "<code>a*b*</code> <code>c`d</code>", "a*b* c`d"},
		{"a `b", "a `b", "a `b"},
		{"# Title\ntext", "<h1>Title</h1><p>text</p>", "Title\n\ntext"},
		{"#hash", "#hash", "#hash"},
		{"```go\na <b>\n\n*c*\n```\nd", `<pre><code class="language-go">a &lt;b&gt;` + "\n\n*c*</code></pre><p>d</p>", "a <b>\n\n*c*\n\nd"},
		{"```\nopen", "<pre><code>open</code></pre>", "open"},
		{"> a\n> b\n\nc", "<blockquote><p>a<br>b</p></blockquote><p>c</p>", "> a\n> b\n\nc"},
		{"- a\n- b\n  - c\n- d", "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>", "- a\n- b\n  - c\n- d"},
		{"3. a\n4. b", `<ol start="3"><li>a</li><li>b</li></ol>`, "3. a\n4. b"},
		{"- a\n\n- b", "<ul><li>a</li><li>b</li></ul>", "- a\n- b"},
		{"a\n\n---\n\nb", "<p>a</p><hr><p>b</p>", "a\n\n---\n\nb"},
		{"[log](https://ci.example/1?a=b&c=d)", `<a href="https://ci.example/1?a=b&amp;c=d">log</a>`, "log (https://ci.example/1?a=b&c=d)"},
		{"<https://ci.example>", `<a href="https://ci.example">https://ci.example</a>`, "https://ci.example"},
		{"[x](javascript:alert(1))", "[x](javascript:alert(1))", "[x](javascript:alert(1))"},
		{"[x](https://ci.example@evil.example)", "[x](https://ci.example@evil.example)", "[x](https://ci.example@evil.example)"},
		{"![i](https://ci.example/i.png)", `!<a href="https://ci.example/i.png">i</a>`, "!i (https://ci.example/i.png)"},
		{"<b>x</b> &amp; <script>", "&lt;b&gt;x&lt;/b&gt; &amp;amp; &lt;script&gt;", "<b>x</b> &amp; <script>"},
		{"a\x1b[31mb\x00\u202ec\r\nd\u2028e", "a[31mbc<br>d<br>e", "a[31mbc\nd\ne"},
	} {
		nodes := parseMarkdown(c.markdown)
		assert.Equal(t, c.html, htmlOf(inlined(nodes)), "%q", c.markdown)
		assert.Equal(t, c.plain, plainOf(nodes), "%q", c.markdown)
	}
}

func TestMention(t *testing.T) {
	t.Parallel()
	nodes := parseMarkdown("for " + Mention("@ada:matrix.example") + " and " + Mention("no *user*"))
	assert.Equal(t, `for <a href="https://matrix.to/#/@ada:matrix.example">@ada:matrix.example</a> and no *user*`, htmlOf(inlined(nodes)))
	assert.Equal(t, "for @ada:matrix.example and no *user*", plainOf(nodes))
	assert.Equal(t, Escape("@ada"), Mention(id.UserID("@ada")))
}

// nasty are pieces of data that mean something elsewhere.
var nasty = []string{
	"", " ", "\n", "\n\n", "\t", "a", "**a**", "*", "_a_", "~~a~~", "`", "``", "```", "`a`", "```\na\n```", "~~~", "# a", "> a", "- a", "1. a",
	"---", "[a](https://evil.example)", "<https://evil.example>", "<b>a</b>", "&amp;", "<script>alert(1)</script>", `\`, `\\`, "a\\\nb",
	" a ", "\ta\t", "a\n\n\n- b\n\n    c", "<mx-reply>x</mx-reply>", "@room", "@ada:matrix.example", "a\r\nb\rc", "\u202eabc\u2066",
	"\x1b]8;;https://evil.example\x07a", "\x00`\x00`\x00", "\xff\xfe", "a\u2028b", "</code></pre>", `"><img src=x onerror=y>`, "|a|b|", "\U0001F468\u200d\U0001F469", "\u00a0a\u00a0",
	"`` ` ```", " ` ", "a  \nb", "\\\n\\\n", "](https://evil.example)", "[", "![",
}

// allowedTags are those that this package means to write.
var allowedTags = map[string]bool{
	"p": true, "br": true, "strong": true, "em": true, "del": true, "code": true, "pre": true, "blockquote": true,
	"ul": true, "ol": true, "li": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "hr": true, "a": true,
}

// shown parses HTML as a browser does, checks that there is nothing in it but what is allowed, and returns its text.
func shown(tb testing.TB, source string, links ...string) string {
	tb.Helper()
	root, err := html.ParseFragment(strings.NewReader(source), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	require.NoError(tb, err)
	var text strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch n.Type {
		case html.TextNode:
			text.WriteString(n.Data)
		case html.ElementNode:
			require.True(tb, allowedTags[n.Data], "the tag %q in %q", n.Data, source)
			for _, a := range n.Attr {
				switch {
				case n.Data == "a" && a.Key == "href":
					u, err := url.Parse(a.Val)
					require.NoError(tb, err)
					require.Contains(tb, []string{"http", "https"}, u.Scheme)
					if links != nil {
						require.Contains(tb, links, a.Val)
					}
				case n.Data == "ol" && a.Key == "start", n.Data == "code" && a.Key == "class" && strings.HasPrefix(a.Val, "language-"):
				default:
					require.Fail(tb, "attribute", "%s=%q in %q", a.Key, a.Val, source)
				}
			}
			if n.Data == "br" {
				text.WriteByte('\n')
			}
		default:
			require.Fail(tb, "node", "%v in %q", n.Type, source)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	for _, n := range root {
		walk(n)
	}
	return text.String()
}

const jobLink = "https://ci.example/job/42"

// checkData puts data through all helpers in the places where bots put it.
func checkData(tb testing.TB, data string) {
	tb.Helper()
	want := clean(data)
	for _, c := range []struct{ before, markdown, after string }{
		{"", Escape(data), ""},
		{"", Code(data), ""},
		{"The task ", Escape(data), " failed."},
		{"**", Escape(data), "x**"},
		{"- ", Escape(data), "\n- next"},
		{"> ", Escape(data), " end"},
		{"# ", Escape(data), ""},
		{"1. a\n   > ", Escape(data), " b"},
		{"a ", Code(data), " b"},
		{"- ", Code(data), "\n- next"},
		{"> ", Code(data), " end"},
		{"Log:", CodeBlock(data), "done"},
		{"a\\", CodeBlock(data), ""},
		{"- item", CodeBlock(data), "- item"},
		{"", Link(data, jobLink), ""},
		{"- **", Link(data, jobLink), "** *b*"},
		{"See ", Link(data, "javascript:alert(1)"), "."},
	} {
		source := c.before + c.markdown + c.after
		nodes := parseMarkdown(source)
		got := shown(tb, htmlOf(nodes), jobLink)
		expected := want
		if strings.Contains(c.markdown, jobLink) || strings.HasPrefix(c.before, "See") {
			expected = strings.ReplaceAll(want, "\n", " ")
		}
		require.Contains(tb, got, expected, "%q", source)
		if c.before == "" && c.after == "" {
			require.Equal(tb, expected, got, "%q", source)
		}
		if !strings.HasPrefix(c.before, "-") && !strings.HasPrefix(c.before, ">") && !strings.HasPrefix(c.before, "1") {
			require.Contains(tb, plainOf(nodes), expected, "%q", source)
		}
		checkCuts(tb, nodes, got)
	}
}

// checkCuts cuts a text everywhere and sees that nothing appears or becomes markup by that.
func checkCuts(tb testing.TB, nodes []node, whole string) {
	tb.Helper()
	text := flat(nodes)
	for at := 1; at < len(text); at += 1 + len(text)/7 {
		limit := border(nodes, at)
		require.Positive(tb, limit)
		head, tail := cut(nodes, limit)
		got := shown(tb, htmlOf(head)) + shown(tb, htmlOf(tail))
		require.Equal(tb, strings.ReplaceAll(whole, "\n", ""), strings.ReplaceAll(got, "\n", ""))
	}
}

func TestDataStaysData(t *testing.T) {
	t.Parallel()
	for _, a := range nasty {
		checkData(t, a)
		for _, b := range nasty {
			checkData(t, a+b)
		}
	}
}

func FuzzDataStaysData(f *testing.F) {
	for _, data := range nasty {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data string) {
		checkData(t, data)
		nodes := parseMarkdown(data) // as an author who knows no helper
		got := shown(t, htmlOf(nodes))
		require.NotContains(t, plainOf(nodes), "\u202e")
		checkCuts(t, nodes, got)
	})
}

// Texts that are made to take long do not.
func BenchmarkMarkdownHostile(b *testing.B) {
	for name, piece := range map[string]string{
		"emphasis": "*a **b ", "brackets": "[", "quotes": "> ", "lists": "- ", "code": "` `` ", "links": "[a](", "escapes": `\`, "angle": "<https://",
		"blanks": "\n", "open links": "[a]( ",
	} {
		b.Run(name, func(b *testing.B) {
			hostile := "- a\n" + strings.Repeat(piece, maxContent/len(piece)) + "\n  a"
			calm := strings.Repeat("word ", maxContent/5)
			var slow, fast time.Duration
			for b.Loop() {
				slow += timed(func() { htmlOf(parseMarkdown(hostile)) })
				fast += timed(func() { htmlOf(parseMarkdown(calm)) })
			}
			b.ReportMetric(float64(slow)/float64(fast), "hostile/calm_ratio")
		})
	}
}

func timed(f func()) time.Duration {
	begin := time.Now()
	f()
	return time.Since(begin)
}
