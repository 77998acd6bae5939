package matrixbot

import "strings"

// clean takes out of a text what would make it look like something else, or say something to a terminal: control
// characters but the line feed and the tab, and the characters that embed, override or isolate the direction of
// writing. Marks of direction stay, which Hebrew and Arabic need and which reach no further than their neighbours.
// All ends of lines become line feeds, and bytes that are not UTF-8 the replacement character.
func clean(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if strings.IndexFunc(text, func(r rune) bool { return cleaned(r) != r }) < 0 {
		return text
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Map(cleaned, text)
}

// cleaned returns what is shown for a character, negative for nothing.
func cleaned(r rune) rune {
	switch {
	case r == '\n', r == '\t':
		return r
	case r == '\r', r == 0x2028, r == 0x2029: // the last two separate lines and paragraphs
		return '\n'
	case r < 0x20, r >= 0x7F && r <= 0x9F:
		return -1
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
		return -1
	}
	return r
}
