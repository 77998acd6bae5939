package chatops

import (
	"slices"
	"strings"
)

// The words and reactions that are a yes or a no.
var (
	yesWords     = []string{"yes", "y", "go", "start", "ok", "okay", "confirm", "confirmed", "approve", "👍", "✓", "✅", "☑", "✔", "🆗"}
	noWords      = []string{"no", "n", "cancel", "reject", "stop", "end", "nope", "👎", "❌", "✖", "⛔", "🚫"}
	yesReactions = []string{"+", "👍", "✅", "✓", "☑", "✔", "🆗", "+1", "thumbs_up", "check", "ok"}
	noReactions  = []string{"-", "👎", "❌", "✖", "⛔", "🚫", "-1", "thumbs_down", "cross_mark"}

	// talkWords are those that count among people who talk, where nothing else says what they are about.
	talkWords = []string{"yes", "no", "cancel"}
	// voteCommands are commands of their own where they are written to the bot.
	voteCommands = []string{"approve", "reject"}
)

// voteIn reads a text that is a yes or a no, with the id of a request or without.
func voteIn(text string) (yes bool, id string, ok bool) {
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 0 || len(words) > 2 {
		return false, "", false
	}
	word := voteWord(text)
	if len(words) == 2 {
		if id = words[1]; len(id) != 5 || strings.Trim(id, idLetters) != "" {
			return false, "", false
		}
	}
	yes = slices.Contains(yesWords, word)
	return yes, id, yes || slices.Contains(noWords, word)
}

// voteWord is the first word of a text, as it is among the words above.
func voteWord(text string) string {
	word, _ := cutWord(strings.ToLower(text))
	return bareEmoji(strings.TrimRight(word, ".!,"))
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
