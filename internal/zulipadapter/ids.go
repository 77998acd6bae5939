package zulipadapter

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/signalbox-go/signalbox/zulip"
)

// IDText writes an id of Zulip for a domain, whose ids are texts.
func IDText[T ~int64](id T) string { return strconv.FormatInt(int64(id), 10) }

// ParseID reads an id as [IDText] writes it, and nothing else.
func ParseID[T ~int64](text string) (id T, ok bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || IDText(n) != text {
		return 0, false
	}
	return T(n), true
}

// Topic makes a text fit to be a topic: the server refuses control characters and cuts what is too long.
func Topic(text string) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD")))
	if runes := []rune(text); len(runes) > zulip.MaxTopicLength {
		return strings.TrimSpace(string(runes[:zulip.MaxTopicLength-1])) + "…"
	}
	return text
}
