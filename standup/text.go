package standup

import "strings"

// Text is what an [Outgoing] message says, free of any chat's markup: an
// adapter renders it. What came from people is only ever the text of a span or
// of a quotation, never markup, so that an answer cannot mention, link or
// format on the bot's behalf.
type Text []Block

// BlockKind says what a [Block] is.
type BlockKind string

// The kinds of block.
const (
	Paragraph BlockKind = "paragraph" // Spans make one paragraph.
	Heading   BlockKind = "heading"   // Spans make a heading.
	ListItem  BlockKind = "item"      // Spans make one entry of a bulleted list.
	Quotation BlockKind = "quote"     // Quote is a person's own text, several lines long.
)

// Block is one paragraph, heading, list entry or quotation of a [Text].
type Block struct {
	Kind  BlockKind `json:"kind"`
	Spans []Span    `json:"spans,omitempty"`
	Quote string    `json:"quote,omitempty"`
}

// SpanStyle says how a [Span] looks.
type SpanStyle string

// The styles of a span.
const (
	Plain  SpanStyle = ""       // Ordinary text.
	Bold   SpanStyle = "bold"   // Emphasised text.
	Code   SpanStyle = "code"   // Something to be typed or read letter by letter.
	Person SpanStyle = "person" // A person: User with Text as the name; shown without notifying them.
)

// Span is a run of text in one style.
type Span struct {
	Style SpanStyle `json:"style,omitempty"`
	Text  string    `json:"text"`
	User  UserID    `json:"user,omitempty"`
}

// String is the text without any style, a block a line, for logs of tests and
// chats without markup.
func (t Text) String() string {
	var b strings.Builder
	for i, block := range t {
		if i > 0 {
			b.WriteByte('\n')
		}
		switch block.Kind {
		case ListItem:
			b.WriteString("- ")
		case Quotation:
			b.WriteString("> " + strings.ReplaceAll(block.Quote, "\n", "\n> "))
		}
		for _, s := range block.Spans {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func plain(s string) Span                { return Span{Text: s} }
func bold(s string) Span                 { return Span{Style: Bold, Text: s} }
func code(s string) Span                 { return Span{Style: Code, Text: s} }
func person(id UserID, name string) Span { return Span{Style: Person, Text: name, User: id} }
func para(spans ...Span) Block           { return Block{Kind: Paragraph, Spans: spans} }
func heading(spans ...Span) Block        { return Block{Kind: Heading, Spans: spans} }
func item(spans ...Span) Block           { return Block{Kind: ListItem, Spans: spans} }
func quote(s string) Block               { return Block{Kind: Quotation, Quote: s} }
func say(spans ...Span) Text             { return Text{para(spans...)} }
func sentence(s string) Text             { return say(plain(s)) }
