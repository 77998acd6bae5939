package zulip

import (
	"regexp"
	"strings"
	"unicode"
)

// zeroWidth is the mark that takes the meaning from Zulip's Markdown, which has no escape for most of its syntax.
const zeroWidth = '\u200b'

// Mention is the Markdown that mentions and notifies a user.
func Mention(id UserID) string { return "@**|" + idText(id) + "**" }

// SilentMention shows the user's name without notifying.
func SilentMention(id UserID) string { return "@_**|" + idText(id) + "**" }

// EscapeText makes text from outside inert inside a message: it mentions nobody, links to nothing, opens or
// closes no block (code, quote, spoiler, table), and is no command such as /me. It reads as before: marks of
// zero width (U+200B) stand where the syntax was. Bold, lists, emoji and single-backtick code stay; deep indentation
// stays only for entries of a list.
// Control and direction-changing characters are dropped. Patterns that an organisation defines to make
// links (linkifiers) are unknown here and stay active.
func EscapeText(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	runes := make([]rune, 0, len(s))
	for _, r := range s {
		if !dropped(r) {
			runes = append(runes, r)
		}
	}
	runes = []rune(indented.ReplaceAllString(string(runes), "${1}"+string(zeroWidth)+"${2}"))
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	lineStart, entryStart := true, true
	for i, r := range runes {
		var previous, next rune
		if i > 0 {
			previous = runes[i-1]
		}
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		if lineStart && strings.ContainsRune("/`~", r) || entryStart && (r == '>' || r == '|') {
			b.WriteRune(zeroWidth)
		}
		b.WriteRune(r)
		if breaksAfter(previous, r, next) {
			b.WriteRune(zeroWidth)
		}
		// Blanks do not hide what follows them from the block syntax, and an entry of a list can hold a quote.
		lineStart = r == '\n' || lineStart && unicode.IsSpace(r)
		entryStart = lineStart || entryStart && (unicode.IsSpace(r) || unicode.IsDigit(r) || strings.ContainsRune("-+*.)", r))
	}
	return b.String()
}

// indented is a line that is code for its indentation: behind the start, a blank line or a rule.
var indented = regexp.MustCompile(`((?:\A|\n)[-*_ \t]*\n|\A)((?: {0,3}\t| {4})[ \t]*\S)`)

// breaksAfter tells whether r begins or continues a piece of syntax that must not stay whole.
func breaksAfter(previous, r, next rune) bool {
	switch r {
	case '@', '#': // mentions, channel links, headings
		return true
	case '`', '~', '$': // fences, strike-through, formulas
		return next == r
	case ']': // [text](address)
		return next == '(' || next == '[' || next == ':'
	case ':': // https://, mailto:, <time:…>
		return next == '/' || unicode.IsLetter(previous) && (unicode.IsLetter(next) || unicode.IsDigit(next) || next == '?')
	case '.': // www.example.org, __.org
		return inDomain(previous) && isWord(next) && (!unicode.IsDigit(previous) || !unicode.IsDigit(next))
	case '<': // <time:…>, which the mark behind the colon does not end
		return next == 't'
	case '!': // !avatar(…), ![](…)
		return unicode.IsLetter(next) || next == '['
	}
	return false
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// inDomain tells whether the server takes r for a part of a domain.
func inDomain(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == '_' || r == '-'
}

// dropped are characters that show nothing and can only deceive.
func dropped(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case unicode.IsControl(r):
		return true
	case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return true
	}
	return false
}

// Quote shows the text as a quotation. The text's own Markdown stays active inside, but cannot end the quotation:
// the fence is longer than any run inside, and blocks that the text leaves open are closed. Control and
// direction-changing characters are dropped.
// For text that is not trusted use Quote(EscapeText(s)).
func Quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if dropped(r) {
			return -1 // The server drops some of them too, and a fence must not hide behind one.
		}
		return r
	}, s)
	fence := strings.Repeat("`", max(3, longestRun(s, '`')+1))
	var blocks fences
	for line := range strings.Lines(s) {
		blocks = blocks.after(line)
	}
	s = strings.TrimSuffix(s, "\n")
	return fence + "quote\n" + s + "\n" + blocks.closing() + fence
}

func longestRun(s string, of rune) int {
	longest, run := 0, 0
	for _, r := range s {
		if r != of {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// linkText and linkTarget keep a name inside its link. Brackets have no escape that all renderers know.
var (
	linkText   = strings.NewReplacer("[", "(", "]", ")", "@", "@\u200b", "#", "#\u200b", "\n", " ", "\r", " ")
	linkTarget = strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "@", "%40", "*", "%2A", "\n", "", "\r", "")
)
