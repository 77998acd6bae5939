package zulipchat

import (
	"strings"
	"unicode"

	"github.com/signalbox-go/signalbox/internal/zulipmark"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// render writes a text as Zulip's Markdown. Nothing that a span, a cell or a block of code contains becomes markup, a
// mention, a link, a command, or the end of what it stands in. Unless it is an alert, nobody is notified at all. The
// result has no blank space at its ends, and is empty for a blank text.
func (c *Chat) render(t chatops.Text, alert bool) string {
	var b strings.Builder
	var before chatops.BlockKind
	for _, block := range t {
		text := c.renderBlock(block, alert)
		if text == "" {
			continue
		}
		switch {
		case b.Len() == 0:
		case before == chatops.ListItem && block.Kind == chatops.ListItem:
			b.WriteByte('\n')
		default:
			b.WriteString("\n\n")
		}
		b.WriteString(text)
		before = block.Kind
	}
	return b.String()
}

func (c *Chat) renderBlock(block chatops.Block, alert bool) string {
	switch block.Kind {
	case chatops.CodeBlock:
		return codeBlock(block.Code)
	case chatops.Table:
		return table(block.Rows)
	}
	text := c.line(block.Spans, alert)
	switch {
	case text == "":
		return ""
	case block.Kind == chatops.Heading:
		return "### " + text
	case block.Kind == chatops.ListItem:
		return "- " + text
	}
	return text
}

// line writes spans on one line.
func (c *Chat) line(spans []chatops.Span, alert bool) string {
	var b strings.Builder
	for _, s := range joined(spans) {
		text := zulipmark.OneLine(s.Text)
		if b.Len() == 0 {
			text = strings.TrimLeftFunc(text, unicode.IsSpace)
		}
		before := b.String()
		switch s.Style {
		case chatops.Bold:
			b.WriteString(zulipmark.Bold(text))
		case chatops.Code:
			b.WriteString(zulipmark.Code(text, before))
		case chatops.Link:
			b.WriteString(c.link(text, s.URL, before))
		case chatops.Person, chatops.Mention:
			b.WriteString(mention(s.User, text, before, alert && s.Style == chatops.Mention))
		default:
			b.WriteString(zulipmark.Words(text, before))
		}
	}
	return strings.TrimRightFunc(b.String(), unicode.IsSpace)
}

// joined puts neighbours of one style together, so that no syntax can hide in the seam between two of them.
func joined(spans []chatops.Span) []chatops.Span {
	var out []chatops.Span
	for _, s := range spans {
		last := len(out) - 1
		if last >= 0 && out[last].Style == s.Style && (s.Style == chatops.Plain || s.Style == chatops.Bold) {
			out[last].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	return out
}

// codeBlock fences lines with more backticks than they contain.
func codeBlock(text string) string {
	text = strings.Trim(zulipmark.Clean(text), "\n")
	if strings.TrimSpace(text) == "" {
		return ""
	}
	fence := zulipmark.Fence(text, 3)
	return fence + "text\n" + zulipmark.Quiet(text) + "\n" + fence
}

// table writes rows, the first of which is the heading.
func table(rows [][]string) string {
	width := 0
	for _, row := range rows {
		width = max(width, len(row))
	}
	if width == 0 {
		return ""
	}
	var lines []string
	for i, row := range rows {
		cells := make([]string, width)
		for j, cell := range row {
			cells[j] = strings.TrimSpace(zulipmark.Plain(strings.ReplaceAll(zulipmark.OneLine(cell), "|", "∣")))
		}
		lines = append(lines, "| "+strings.Join(cells, " | ")+" |")
		if i == 0 {
			lines = append(lines, "|"+strings.Repeat(" --- |", width))
		}
	}
	return strings.Join(lines, "\n")
}

var (
	linkText   = strings.NewReplacer("[", "(", "]", ")")
	linkTarget = strings.NewReplacer("(", "%28", ")", "%29", "@", "%40", "*", "%2A")
)

// link shows a link to the configured server, and of any other only the text.
func (c *Chat) link(text, url, before string) string {
	if text = strings.TrimSpace(text); text == "" || !c.site.Has(url) {
		return zulipmark.Words(text, before)
	}
	gap := ""
	if strings.HasSuffix(before, "!") || strings.HasSuffix(before, `\`) || strings.HasSuffix(before, "]") {
		gap = zulipmark.Mark // The first makes an image of a link.
	}
	return gap + "[" + zulipmark.Plain(linkText.Replace(text)) + zulipmark.Mark + "](" + linkTarget.Replace(url) + ")"
}

// mention shows a person under the name that they have now, and tells them of the message where that is wanted.
func mention(user chatops.UserID, name, before string, loud bool) string {
	id, err := parseID[zulip.UserID](string(user), "user")
	if err != nil {
		return zulipmark.Bold(name)
	}
	return zulipmark.Person(id, before, loud)
}
