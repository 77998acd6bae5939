package commandline

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// UsageError says what is wrong with what somebody wrote, and how to put it right. Its sentence is for that person: it
// begins in lower case, has no full stop, and shows characters that could deceive as escapes.
type UsageError struct{ Problem string }

// Error returns the sentence.
func (e *UsageError) Error() string { return e.Problem }

// wrong makes a UsageError.
func wrong(format string, values ...any) error {
	return &UsageError{Problem: fmt.Sprintf(format, values...)}
}

// longestShown is how many runes of somebody's words an answer repeats.
const longestShown = 40

// Show returns somebody's text in quotes, fit for repeating it: short, in one line, with every character visible.
func Show(text string) string {
	if utf8.RuneCountInString(text) > longestShown {
		text = string([]rune(text)[:longestShown-1]) + "…"
	}
	return strconv.Quote(text)
}
