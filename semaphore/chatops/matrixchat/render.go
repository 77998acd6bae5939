package matrixchat

import (
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// render writes a text as the bot's Markdown. Nothing that a span, a cell or a block of code contains becomes markup, a
// link, or the end of what it stands in. The result is empty for a blank text.
func (c *Chat) render(t chatops.Text) string {
	var b strings.Builder
	var before chatops.BlockKind
	for _, block := range t {
		text := c.renderBlock(block)
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

func (c *Chat) renderBlock(block chatops.Block) string {
	switch block.Kind {
	case chatops.CodeBlock:
		return codeBlock(block.Code)
	case chatops.Table:
		return codeBlock(aligned(block.Rows))
	}
	text := c.line(block.Spans)
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

func codeBlock(text string) string {
	if text = strings.Trim(text, "\r\n"); strings.TrimSpace(text) == "" {
		return ""
	}
	return strings.Trim(matrixbot.CodeBlock(text), "\n")
}

// line writes spans; it is empty where nothing but white space is in them.
func (c *Chat) line(spans []chatops.Span) string {
	var b strings.Builder
	blank := true
	for _, s := range joined(spans) {
		blank = blank && strings.TrimSpace(s.Text) == "" && s.User == ""
		switch s.Style {
		case chatops.Bold:
			b.WriteString(bold(s.Text))
		case chatops.Code:
			b.WriteString(matrixbot.Code(s.Text))
		case chatops.Link:
			b.WriteString(c.link(s.Text, s.URL))
		case chatops.Person, chatops.Mention:
			b.WriteString(person(id.UserID(s.User), s.Text))
		default:
			b.WriteString(matrixbot.Escape(s.Text))
		}
	}
	if blank {
		return ""
	}
	return b.String()
}

// joined puts neighbours of one style together: the signs between two of them would be read as others.
func joined(spans []chatops.Span) []chatops.Span {
	var out []chatops.Span
	for _, s := range spans {
		last := len(out) - 1
		if last >= 0 && out[last].Style == s.Style && s.Style != chatops.Link && s.Style != chatops.Person && s.Style != chatops.Mention {
			out[last].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	return out
}

func bold(text string) string {
	text = matrixbot.Escape(text)
	if text == "" {
		return ""
	}
	return "**" + text + "**"
}

// link shows a link to the configured server, and of any other only the text.
func (c *Chat) link(text, url string) string {
	if !c.site.Has(url) {
		return matrixbot.Escape(text)
	}
	return matrixbot.Link(text, url)
}

// person shows somebody as clients show people. Who is told of a message is said elsewhere.
func person(user id.UserID, name string) string {
	if !isUser(user) {
		return bold(name)
	}
	return matrixbot.Mention(user)
}

func isUser(user id.UserID) bool {
	_, _, err := user.ParseAndValidateRelaxed()
	return err == nil
}
