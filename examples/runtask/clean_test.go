package main

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"": "",
		"plain text, größer 日本 👩‍💻": "plain text, größer 日本 👩‍💻",
		"a\tb\r\n":                   "a\tb",
		"\x1b[1;38;5;208mwarm":       "\x1b[1;38;5;208mwarm\x1b[0m",
		"\x1b[31mred\x1b[0m":         "\x1b[31mred\x1b[0m",
		"\x1b[mnothing":              "\x1b[mnothing\x1b[0m",
		"\x1b[2Ka\x1b[10;10Hb":       "ab",
		"\x1b[?25lhidden\x1b[?1049h": "hidden",
		"\x1b[>4;2mkeys":             "keys", // Ends in m, but is for the keyboard.
		"\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\": "link",
		"\x1b]0;title\atext": "text",
		"\x1b]0;never ends":  "␛]0;never ends",
		"\x1b[31":            "␛[31",
		"\x1bcreset":         "␛creset",
		"\x1bP1$qm\x1b\\":    "␛P1$qm␛\\",
		"\x00\b\x7f":         "␀␈␡",
		"a\nb":               "a␊b",
		"\u009b31mred":       "\ufffd31mred",
		"\x9b31mred":         "\ufffd31mred",
		"evil\u202etxt.exe":  "evil\ufffdtxt.exe",
		"1 %\r2 %\r\r\n":     "… 2 %",
	} {
		assert.Equal(t, want, clean(line, true), "%q", line)
	}
	assert.Equal(t, "red", clean("\x1b[31mred\x1b[0m", false))
	assert.Equal(t, "red", clean("\x1b["+strings.Repeat("0;", 100)+"31mred", true), "no colour is so long")
	assert.Equal(t, strings.Repeat("x", maxShown)+" … and 904 bytes more", clean(strings.Repeat("x", 5000), true))
	assert.Equal(t, "one; two", plain("one\ntwo\n"))
}

// FuzzClean looks for a text that gets more out than its colours.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		"", "text", "\x1b[0;32mok\x1b[0m", "\x1b]0;x\a\x1b[2J", "\x1b\x1b[31m[2J", "\x1b[\x1b[2J", "a\rb\r", "\u009b2J", "\xff\x9b", "\x1b]\x1b]\x1b\\",
	} {
		f.Add(seed)
	}
	styles := regexp.MustCompile(`\x1b\[[0-9;:]*m`)
	f.Fuzz(func(t *testing.T, line string) {
		coloured, bare := clean(line, true), clean(line, false)
		for _, r := range bare {
			if r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q comes through in %q", r, bare)
			}
		}
		rest := styles.ReplaceAllString(coloured, "")
		if strings.ContainsFunc(rest, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }) {
			t.Fatalf("more than colours comes through in %q", coloured)
		}
		if len(line) < maxShown/utf8.UTFMax && rest != bare {
			t.Fatalf("%q reads differently without its colours: %q", rest, bare)
		}
		if rest != coloured && !strings.HasSuffix(coloured, unstyled) && !strings.Contains(coloured, unstyled+" … and ") {
			t.Fatalf("the colours of %q do not end", coloured)
		}
		if len(coloured) > maxShown+200 || !utf8.ValidString(coloured) {
			t.Fatalf("%d bytes, valid: %v", len(coloured), utf8.ValidString(coloured))
		}
		if clean(bare, false) != bare && len(bare) < maxShown {
			t.Fatalf("%q changes once more", bare)
		}
	})
}
