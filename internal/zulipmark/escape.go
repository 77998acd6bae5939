package zulipmark

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/signalbox-go/signalbox/zulip"
)

// Mark is a character of no width. It takes the meaning from syntax, since Zulip's Markdown has no escape.
const Mark = "\u200b"

var (
	// lookAlikes stand for the two characters that a mark between them does not make harmless.
	lookAlikes = strings.NewReplacer("*", "∗", "`", "ˋ")
	emoji      = regexp.MustCompile(`:([a-zA-Z0-9_+-])`)
	timeOfDay  = regexp.MustCompile(`(\d:)` + Mark + `(\d)`)
	entity     = regexp.MustCompile(`&(#?\w+;)`)
)

// Plain makes text inert: it reads as it was written, and nothing in it is syntax.
func Plain(text string) string {
	text = zulip.EscapeText(lookAlikes.Replace(text))
	text = timeOfDay.ReplaceAllString(emoji.ReplaceAllString(text, ":"+Mark+"$1"), "$1$2")
	return entity.ReplaceAllString(text, "&"+Mark+"$1")
}

// OneLine makes blanks of what breaks lines and drops what deceives.
func OneLine(text string) string {
	return strings.ReplaceAll(Clean(text), "\n", " ")
}

// Clean brings a text into a form that Zulip reads as the adapters do: valid UTF-8, lines that end in \n, no tabs, no
// control characters (the server drops some of them, which could join what they kept apart) and none that change the
// direction of writing.
func Clean(text string) string {
	text = lineEnds.Replace(strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, text)
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n", "\t", "    ")
