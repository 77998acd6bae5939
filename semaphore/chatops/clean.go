package chatops

import (
	"strings"
	"unicode"
)

// maxName is the most runes that are shown of the name of a project, a template, a room or a person.
const maxName = 120

// clean makes text of people or of Semaphore fit to be shown: one line of at most limit runes, an ellipsis in place of
// what is cut off, without control characters and marks that are not seen or turn the direction of text.
func clean(s string, limit int) string {
	var shown []rune
	blank := false
	for _, r := range s { // what is not UTF-8 arrives as U+FFFD
		if unicode.IsSpace(r) {
			blank = len(shown) > 0
			continue
		}
		if unseen(r) {
			continue
		}
		if blank {
			shown, blank = append(shown, ' '), false
		}
		if shown = append(shown, r); len(shown) > limit {
			return strings.TrimRight(string(shown[:limit-1]), " ") + "…"
		}
	}
	return string(shown)
}

// cleanLine is [clean] for a line of a log, where blanks mean something: they stay, and a tab is four of them.
func cleanLine(s string, limit int) string {
	var shown []rune
	for _, r := range s {
		switch {
		case r == '\t':
			shown = append(shown, ' ', ' ', ' ', ' ')
		case unicode.IsSpace(r):
			shown = append(shown, ' ')
		case !unseen(r):
			shown = append(shown, r)
		}
		if len(shown) > limit {
			return string(shown[:limit-1]) + "…"
		}
	}
	return strings.TrimRight(string(shown), " ")
}

// unseen says whether a character leaves no trace or a misleading one: a control character, a mark of direction or
// another format character. The two that join letters, and emoji, into one stay.
func unseen(r rune) bool {
	const nonJoiner, joiner = 0x200c, 0x200d
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) && r != nonJoiner && r != joiner
}
