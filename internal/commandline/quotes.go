package commandline

import "strings"

// The characters that begin a quotation, and for each kind those that end it. Languages disagree on which of the
// typographic ones is the first, so every one of a kind ends what any other of that kind began.
const (
	typographicDouble = "“”„‟«»"
	typographicSingle = "‘’‚‛‹›"
)

// closers returns the characters that end a quotation begun with r; "" where r begins none.
func closers(r rune) string {
	switch {
	case r == '"':
		return `"`
	case r == '\'':
		return "'"
	case strings.ContainsRune(typographicDouble, r):
		return typographicDouble
	case strings.ContainsRune(typographicSingle, r):
		return typographicSingle
	default:
		return ""
	}
}

// escapes says whether a backslash means something in a quotation that begins with r. As in a shell it does not in
// single quotes, so that JSON can be written in them as it is.
func escapes(r rune) bool {
	return r == '"' || strings.ContainsRune(typographicDouble, r)
}

// usualCloser is the character to ask for where a quotation that begins with r has no end.
func usualCloser(r rune) string {
	switch r {
	case '“', '„', '‟':
		return "”"
	case '‘', '‚', '‛':
		return "’"
	case '«':
		return "»"
	case '‹':
		return "›"
	default:
		return string(r)
	}
}
