package commandline

import (
	"strings"
	"unicode"
)

// Quote returns text as one word that [Split] reads as text again and that [Spec.Parse] takes for a value: as it is
// where that is enough, else in double quotes.
func Quote(text string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-._/:@+,%", r)
	}
	if text != "" && text[0] != '-' && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
