package chatops

import (
	"slices"
	"strings"
)

// The words and reactions that are a yes or a no.
var (
	yesWords     = []string{"yes", "y", "go", "start", "ok", "okay", "confirm", "confirmed", "👍", "✓", "✅", "☑", "✔", "🆗"}
	noWords      = []string{"no", "n", "cancel", "stop", "end", "nope", "👎", "❌", "✖", "⛔", "🚫"}
	yesReactions = []string{"+", "👍", "✅", "✓", "☑", "✔", "🆗", "+1", "thumbs_up", "check", "ok"}
	noReactions  = []string{"-", "👎", "❌", "✖", "⛔", "🚫", "-1", "thumbs_down", "cross_mark"}
)

// voteIn reads a text that is a yes or a no, with the id of a request or without.
func voteIn(text string) (yes bool, id string, ok bool) {
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 0 || len(words) > 2 {
		return false, "", false
	}
	word := bareEmoji(strings.TrimRight(words[0], ".!,"))
	if len(words) == 2 {
		if id = words[1]; len(id) != 5 || strings.Trim(id, idLetters) != "" {
			return false, "", false
		}
	}
	yes = slices.Contains(yesWords, word)
	return yes, id, yes || slices.Contains(noWords, word)
}

// voteBy reads a reaction that is a yes or a no.
func voteBy(reaction string) (yes, ok bool) {
	emoji := bareEmoji(strings.ToLower(strings.Trim(reaction, ":")))
	yes = slices.Contains(yesReactions, emoji)
	return yes, yes || slices.Contains(noReactions, emoji)
}

// bareEmoji leaves out what makes one emoji look different: the variation selectors, and the colours of skin.
func bareEmoji(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFE00 && r <= 0xFE0F || r >= 0x1F3FB && r <= 0x1F3FF {
			return -1
		}
		return r
	}, s)
}
