package commandline

import (
	"strings"
	"unicode/utf8"
)

// longestSuggested bounds the work: nobody mistypes a name of more runes than this.
const longestSuggested = 64

// Suggest returns the name that somebody meant who wrote text, or "" where none is near: one that text is the beginning
// of, or one that is a few slips away (a character too many, too few, another one, or two exchanged; one slip for three
// characters). Case does not count. Of several the nearest wins, and the first of those.
func Suggest(text string, names []string) string {
	text = strings.ToLower(text)
	length := utf8.RuneCountInString(text)
	if length == 0 || length > longestSuggested {
		return ""
	}
	best, least := "", max(1, length/3)+1
	for _, name := range names {
		lower := strings.ToLower(name)
		slips := distance([]rune(text), []rune(lower))
		if length > 1 && strings.HasPrefix(lower, text) {
			slips = min(slips, 1)
		}
		if length == 1 && slips > 0 {
			continue // one slip makes every single character of every other
		}
		if slips < least {
			best, least = name, slips
		}
	}
	return best
}

// distance is the number of slips between two words: insertions, deletions, substitutions and exchanges of neighbours.
func distance(a, b []rune) int {
	if len(b) > longestSuggested {
		return len(b)
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
