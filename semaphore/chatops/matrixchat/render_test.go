package matrixchat

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/pages"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// pen renders without a bot.
var pen = &Chat{site: pages.New(server)}

const page = server + "/project/1/templates/2?t=3"

func TestAligned(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "#   name     note\n──  ───────  ────\n1   a b      x\n22  deployé", aligned([][]string{{"#", "name", "note"}, {"1", " a\n\tb\x00", "x"}, {"22", "deployé"}}), "wide and short rows")
	assert.Empty(t, pen.render(chatops.Text{{Kind: chatops.Table}, {Kind: chatops.Table, Rows: [][]string{{}}}, {Kind: chatops.CodeBlock, Code: " \n"}, {Kind: chatops.Heading}}))
}

func TestRender(t *testing.T) {
	t.Parallel()
	body := chatops.Text{
		{Kind: chatops.Heading, Spans: []chatops.Span{text("Deploy *1*")}},
		{Kind: chatops.ListItem, Spans: []chatops.Span{text("one"), code("a"), code("`b")}},
		{Kind: chatops.ListItem, Spans: []chatops.Span{span(chatops.Bold, "a"), span(chatops.Bold, " b")}},
		{Kind: chatops.CodeBlock, Code: "\nx\n```\ny\n"},
		{Kind: chatops.Table, Rows: [][]string{{"a"}}},
		{Kind: chatops.Paragraph, Spans: []chatops.Span{
			{Style: chatops.Link, Text: "task [3](x)", URL: page},
			{Style: chatops.Link, Text: "evil", URL: "https://evil.example"},
			{Style: chatops.Person, User: "@ada:example.org", Text: "Ada"},
			{Style: chatops.Mention, User: "12", Text: "Ben"},
		}},
	}
	assert.Equal(t, strings.Join([]string{
		"### Deploy \\*1\\*", "- one``a`b``\n- **a b**", "````\nx\n```\ny\n````", "```\na\n─\n```",
		"[task \\[3\\]\\(x\\)](" + page + ")evil[\\@ada\\:example\\.org](https://matrix.to/#/@ada:example.org)**Ben**",
	}, "\n\n"), pen.render(body))
}

// FuzzRender sends a text of everybody's words to a homeserver and reads what arrives as a client does: nothing but the
// bot's own markup is there, the only links are its own, nobody is mentioned, and all words are.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"", "hello", "@room", "@ada:matrix.example", "```", "~~~", "> a", "[a](b)", "\\", "`", "a\x00b", "\xff", "***", "# a", "1. a", "- a", "<b>x</b>",
		`<img src=x onerror="alert(1)">`, "https://evil.example", "](https://evil.example)", "<https://evil.example>", "\u202e", "&lt;", "]]>", "\r\n\r\n", " a ", "|a|",
	} {
		f.Add(seed, seed)
	}
	y := newYard(f)
	chat := y.chat(f)
	y.start(f, chat, &listener{})
	n := 0
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 2000 {
			t.Skip()
		}
		n++
		body := chatops.Text{
			{Kind: chatops.Paragraph, Spans: []chatops.Span{text(a), span(chatops.Bold, b), text(b), code(a)}},
			{Kind: chatops.ListItem, Spans: []chatops.Span{text("item "), code(a), text(b)}},
			{Kind: chatops.CodeBlock, Code: "code " + a + "\n" + b},
			{Kind: chatops.Table, Rows: [][]string{{"head", a}, {b, a + b}}},
			{Kind: chatops.Heading, Spans: []chatops.Span{text(a), {Style: chatops.Person, User: "@ben:matrix.example", Text: b}}},
			{Kind: chatops.Paragraph, Spans: []chatops.Span{text(b), {Style: chatops.Link, Text: "x" + a, URL: page}, text(a)}},
			{Kind: chatops.Paragraph, Spans: []chatops.Span{{Style: chatops.Link, Text: a, URL: b}, text("the end")}},
		}
		if !chat.Fits(body) {
			return // The engine sends no such text.
		}
		sent, err := chat.Send(t.Context(), chatops.Outgoing{Key: fmt.Sprint(n), To: chatops.Address{Room: chatops.RoomID(y.room)}, Body: body, Alert: true})
		require.NoError(t, err)
		arrived, found := y.Shown(y.room, id.EventID(sent))
		require.True(t, found)
		require.Equal(t, map[string]any{}, arrived.Content["m.mentions"])
		seen := readHTML(t, arrived.Content["formatted_body"].(string))
		require.Equal(t, 1, seen.links[page], "%v", seen.links)
		require.Equal(t, 1, seen.links["https://matrix.to/#/@ben:matrix.example"], "%v", seen.links)
		require.Len(t, seen.links, 2)
		require.Equal(t, 2, seen.elements["pre"], "%v", seen.elements)
		require.Equal(t, 1, seen.elements["li"])
		require.Equal(t, 1, seen.elements["h3"])
		require.True(t, strings.HasSuffix(seen.text, "the end"), seen.text)
		want := squeezed(a) + squeezed(b) + squeezed(b) + squeezed(a)
		require.True(t, strings.HasPrefix(squeezed(seen.text), want), "%q in %q", want, seen.text)
	})
}

// squeezed is the text without white space and what shows nothing.
func squeezed(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// shown is what a client makes of HTML.
type shown struct {
	text     string
	elements map[string]int
	links    map[string]int
}

// readHTML fails where there is an element or an attribute that is not the bot's.
func readHTML(t *testing.T, html string) shown {
	t.Helper()
	require.True(t, utf8.ValidString(html))
	s := shown{elements: map[string]int{}, links: map[string]int{}}
	var out strings.Builder
	reader := xml.NewDecoder(strings.NewReader("<x>" + strings.ReplaceAll(html, "<br>", "<br/>") + "</x>"))
	for {
		token, err := reader.Token()
		if errors.Is(err, io.EOF) {
			s.text = out.String()
			return s
		}
		require.NoError(t, err, html)
		switch token := token.(type) {
		case xml.CharData:
			out.Write(token)
		case xml.StartElement:
			name := token.Name.Local
			require.True(t, slices.Contains([]string{"x", "p", "h3", "ul", "li", "pre", "code", "strong", "a", "br"}, name), "%s in %s", name, html)
			s.elements[name]++
			for _, attribute := range token.Attr {
				require.Equal(t, "a href", name+" "+attribute.Name.Local, html)
				s.links[attribute.Value]++
			}
		case xml.EndElement:
		default:
			require.Failf(t, "something else", "%T in %s", token, html)
		}
	}
}
