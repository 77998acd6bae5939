package zulipchat

import (
	"strings"
	"unicode"
	"unicode/utf8"

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
		text := oneLine(s.Text)
		if b.Len() == 0 {
			text = strings.TrimLeftFunc(text, unicode.IsSpace)
		}
		before := b.String()
		switch s.Style {
		case standup.Bold:
			b.WriteString(bold(text))
		case standup.Code:
			b.WriteString(code(text, before))
		case standup.Person:
			b.WriteString(silentMention(s.User, text, before))
		default:
			text = plain(text)
			if before == "" {
				text = notAList(text)
			}
			b.WriteString(text)
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

func bold(text string) string {
	inner := strings.TrimSpace(text)
	if inner == "" {
		return text
	}
	before, after, _ := strings.Cut(text, inner) // Blanks at the edge would keep the marks from being read.
	return before + "**" + plain(inner) + "**" + after
}

// code fences a text with more backticks than it contains.
func code(text, before string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	// A backslash or a backtick before the fence would spoil it, and three at the start of a line begin a block.
	gap := ""
	if strings.HasSuffix(before, `\`) || strings.HasSuffix(before, "`") || before == "" && len(fence) > 2 {
		gap = mark
	}
	return gap + fence + strings.ReplaceAll(text, "@*", "@"+mark+"*") + fence
}

// silentMention shows a person under the name that they have now. Zulip reads a mention only after a blank or an
// opening bracket.
func silentMention(user standup.UserID, name, before string) string {
	id, err := parseID[zulip.UserID](string(user), "user")
	if err != nil {
		return bold(name)
	}
	if last, _ := utf8.DecodeLastRuneInString(before); before != "" && !unicode.IsSpace(last) && !strings.ContainsRune(`'"(<`, last) {
		return " " + zulip.SilentMention(id)
	}
	return zulip.SilentMention(id)
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
