package chatops

import "strings"

// Text is what the bot says, free of any chat's markup: an adapter renders it. What came from people or from Semaphore
// is only ever the text of a span, of a cell or of a block of code, never markup, so that it cannot mention, link or
// format on the bot's behalf.
type Text []Block

// BlockKind says what a [Block] is.
type BlockKind string

// The kinds of block.
const (
	Paragraph BlockKind = "paragraph" // Spans make one paragraph.
	Heading   BlockKind = "heading"   // Spans make a heading.
	ListItem  BlockKind = "item"      // Spans make one entry of a bulleted list.
	CodeBlock BlockKind = "code"      // Code is shown as it is, line by line.
	Table     BlockKind = "table"     // Rows are the rows; the first one is the heading.
)

// Block is one paragraph, heading, list entry, block of code or table of a [Text].
type Block struct {
	Kind  BlockKind  `json:"kind"`
	Spans []Span     `json:"spans,omitempty"`
	Code  string     `json:"code,omitempty"`
	Rows  [][]string `json:"rows,omitempty"` // Cells of plain text.
}

// SpanStyle says how a [Span] looks.
type SpanStyle string

// The styles of a span.
const (
	Plain   SpanStyle = ""        // Ordinary text.
	Bold    SpanStyle = "bold"    // Emphasised text.
	Code    SpanStyle = "inline"  // Something to be typed or read letter by letter.
	Link    SpanStyle = "link"    // A link to URL that shows Text.
	Person  SpanStyle = "person"  // User, with Text as the name; shown without notifying them.
	Mention SpanStyle = "mention" // User, with Text as the name, who is notified.
)

// Span is a run of text in one style.
type Span struct {
	Style SpanStyle `json:"style,omitempty"`
	Text  string    `json:"text"`
	User  UserID    `json:"user,omitempty"` // Of [Person] and [Mention].
	URL   string    `json:"url,omitempty"`  // Of [Link]: a page of the configured Semaphore server.
}

// String is the text without any style, for logs of tests and chats without markup: a block a line, the cells of a
// table with tabs between them.
func (t Text) String() string {
	var b strings.Builder
	for i, block := range t {
		if i > 0 {
			b.WriteByte('\n')
		}
		switch block.Kind {
		case ListItem:
			b.WriteString("- ")
		case CodeBlock:
			b.WriteString(block.Code)
		case Table:
			for j, row := range block.Rows {
				if j > 0 {
					b.WriteByte('\n')
				}
				b.WriteString(strings.Join(row, "\t"))
			}
		}
		for _, s := range block.Spans {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func plain(s string) Span                 { return Span{Text: s} }
func bold(s string) Span                  { return Span{Style: Bold, Text: s} }
func code(s string) Span                  { return Span{Style: Code, Text: s} }
func link(text, url string) Span          { return Span{Style: Link, Text: text, URL: url} }
func person(id UserID, name string) Span  { return Span{Style: Person, Text: name, User: id} }
func mention(id UserID, name string) Span { return Span{Style: Mention, Text: name, User: id} }
func para(spans ...Span) Block            { return Block{Kind: Paragraph, Spans: spans} }
func heading(spans ...Span) Block         { return Block{Kind: Heading, Spans: spans} }
func item(spans ...Span) Block            { return Block{Kind: ListItem, Spans: spans} }
func codeBlock(s string) Block            { return Block{Kind: CodeBlock, Code: s} }
func table(rows ...[]string) Block        { return Block{Kind: Table, Rows: rows} }
func say(spans ...Span) Text              { return Text{para(spans...)} }
func sentence(s string) Text              { return say(plain(s)) }
