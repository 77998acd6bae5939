package matrixbot

import (
	"slices"
	"strings"
)

// The words and signs that answer a question. Words that are said in passing, as "ok" is, are none.
var (
	yesWords = []string{"yes", "y", "confirm"}
	noWords  = []string{"no", "n", "cancel"}
	yesSigns = []string{"👍", "✅", "✔", "☑", "✓", "🆗"}
	noSigns  = []string{"👎", "❌", "✖", "⛔", "🚫", "✗"}
)

// spoken is an answer as it was written.
type spoken struct {
	yes bool
	id  string // Of the question; "" if it does not say.
}

// parseAnswer says whether a text is an answer, and nothing else: yes, no, a sign, or one of them with a question's id.
func parseAnswer(text string) (spoken, bool) {
	if len(text) > 100 { // No answer is; texts may be long.
		return spoken{}, false
	}
	words := strings.Fields(strings.ToLower(strings.TrimRight(strings.TrimSpace(text), ".!")))
	if len(words) == 0 || len(words) > 2 {
		return spoken{}, false
	}
	yes, ok := parseSign(words[0])
	switch {
	case slices.Contains(yesWords, words[0]):
		yes, ok = true, true
	case slices.Contains(noWords, words[0]):
		yes, ok = false, true
	}
	if !ok {
		return spoken{}, false
	}
	if len(words) == 1 {
		return spoken{yes: yes}, true
	}
	isID := len(words[1]) >= shortestID && !strings.ContainsFunc(words[1], func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '2' || r > '9')
	})
	return spoken{yes, words[1]}, isID
}

// parseSign says whether a sign answers a question, whatever the colour of the hand and the way it is to be drawn.
func parseSign(sign string) (yes, ok bool) {
	if len(sign) > 40 {
		return false, false
	}
	sign = strings.Map(func(r rune) rune {
		if r == 0xFE0E || r == 0xFE0F || r >= 0x1F3FB && r <= 0x1F3FF {
			return -1
		}
		return r
	}, sign)
	yes = slices.Contains(yesSigns, sign)
	return yes, yes || slices.Contains(noSigns, sign)
}
