package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown bounds what is shown of a line, in bytes.
const maxShown = 4 << 10

// clean makes a line from outside fit to be shown: it can colour itself and
// nothing else. Well-formed escape sequences for anything but colour vanish;
// every other control character becomes visible. Where carriage returns make a
// line write over itself, as progress bars do, its last state is shown behind
// an ellipsis. A long line is cut and says so.
func clean(line string, colour bool) string {
	line = strings.TrimRight(line, "\r\n")
	var out strings.Builder
	if i := strings.LastIndexByte(line, '\r'); i >= 0 {
		out.WriteString("… ")
		line = line[i+1:]
	}
	styled := false
	for line != "" && out.Len() < maxShown {
		if size := escape(line); size > 0 {
			if colour && size <= maxStyle && isStyle(line[:size]) {
				out.WriteString(line[:size])
				styled = true
			}
			line = line[size:]
			continue
		}
		r, size := utf8.DecodeRuneInString(line)
		out.WriteRune(visible(r))
		line = line[size:]
	}
	if styled && !strings.HasSuffix(out.String(), unstyled) {
		out.WriteString(unstyled)
	}
	if line != "" {
		fmt.Fprintf(&out, " … and %d bytes more", len(line))
	}
	return out.String()
}

// plain is clean without colour, for a text that must keep to its line.
func plain(text string) string {
	return clean(strings.Join(strings.FieldsFunc(text, isLineEnd), "; "), false)
}

func isLineEnd(r rune) bool { return r == '\n' || r == '\r' }

// visible returns a rune that does nothing to a terminal. The marks for writing
// from right to left count as control characters: they can make a line read as
// another.
func visible(r rune) rune {
	switch {
	case r == '\t':
		return r
	case r < ' ':
		return r + '␀'
	case r == 0x7f:
		return '␡'
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
		return utf8.RuneError
	}
	return r
}

// escape returns the length of the escape sequence at the beginning of a text,
// or 0 when there is none that is complete: a control sequence such as
// "\x1b[2K", or a command to the system such as a title or a link.
func escape(text string) int {
	if len(text) < 2 || text[0] != '\x1b' {
		return 0
	}
	switch text[1] {
	case '[':
		end := 2
		for end < len(text) && text[end] >= 0x20 && text[end] <= 0x3f {
			end++
		}
		if end < len(text) && text[end] >= 0x40 && text[end] <= 0x7e {
			return end + 1
		}
	case ']':
		for end := 2; end < len(text); end++ {
			switch {
			case text[end] == '\a':
				return end + 1
			case strings.HasPrefix(text[end:], "\x1b\\"):
				return end + 2
			case text[end] < ' ':
				return 0
			}
		}
	}
	return 0
}

// maxStyle is longer than any sequence for colours that means something.
const maxStyle = 64

// isStyle tells whether an escape sequence sets colours.
func isStyle(sequence string) bool {
	return strings.HasSuffix(sequence, "m") && strings.HasPrefix(sequence, "\x1b[") &&
		strings.Trim(sequence[2:len(sequence)-1], "0123456789;:") == ""
}
