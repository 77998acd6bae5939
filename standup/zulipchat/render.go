package zulipchat

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/internal/zulipmark"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// render writes a text as Zulip's Markdown. Nothing that a span or quotation contains becomes a mention that notifies,
// a command, or the end of what it stands in; a span does not become markup at all, a quotation keeps the markup of
// its author within its own bounds. The result has no blank space at its ends, and is empty for a blank text.
func render(t standup.Text) string {
	var b strings.Builder
	var before standup.BlockKind
	for _, block := range t {
		text := renderBlock(block)
		if text == "" {
			continue
		}
		switch {
		case b.Len() == 0:
		case before == standup.ListItem && block.Kind == standup.ListItem:
			b.WriteByte('\n')
		default:
			b.WriteString("\n\n")
		}
		b.WriteString(text)
		before = block.Kind
	}
	return shorten(b.String())
}

func renderBlock(block standup.Block) string {
	if block.Kind == standup.Quotation {
		return quotation(block.Quote)
	}
	text := line(block.Spans)
	switch {
	case text == "":
		return ""
	case block.Kind == standup.Heading:
		return "### " + text
	case block.Kind == standup.ListItem:
		return "- " + text
	}
	return text
}

// line writes spans on one line.
func line(spans []standup.Span) string {
	var b strings.Builder
	for _, s := range joined(spans) {
		text := zulipmark.OneLine(s.Text)
		if b.Len() == 0 {
			text = strings.TrimLeftFunc(text, unicode.IsSpace)
		}
		before := b.String()
		switch s.Style {
		case standup.Bold:
			b.WriteString(zulipmark.Bold(text))
		case standup.Code:
			b.WriteString(zulipmark.Code(text, before))
		case standup.Person:
			b.WriteString(silentMention(s.User, text, before))
		default:
			b.WriteString(zulipmark.Words(text, before))
		}
	}
	return strings.TrimRightFunc(b.String(), unicode.IsSpace)
}

// joined puts neighbours of one style together, so that no syntax can hide in the seam between two of them.
func joined(spans []standup.Span) []standup.Span {
	var out []standup.Span
	for _, s := range spans {
		last := len(out) - 1
		if last >= 0 && out[last].Style == s.Style && (s.Style == standup.Plain || s.Style == standup.Bold) {
			out[last].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	return out
}

// silentMention shows a person under the name that they have now.
func silentMention(user standup.UserID, name, before string) string {
	id, err := parseID[zulip.UserID](string(user), "user")
	if err != nil {
		return zulipmark.Bold(name)
	}
	return zulipmark.Person(id, before, false)
}

// shortened stands at the end of a text that was too long for one message. The engine cuts its texts far below the limit,
// so this is what remains for one that consists of markup.
const shortened = "\n\n(… shortened)"

func shorten(text string) string {
	if utf8.RuneCountInString(text) <= zulip.MaxMessageLength {
		return text
	}
	return zulip.SplitMessage(text, zulip.MaxMessageLength-utf8.RuneCountInString(shortened))[0] + shortened
}
