package chatops

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestCleanShowsOneLineWithoutTricks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		"deploy-prod":                  "deploy-prod",
		"  two\n\nlines\t\r\n":         "two lines",
		"\u2028new\u2029lines\u0085":   "new lines",
		"red\x1b[31m \x00nul\x7f":      "red[31m nul",
		"\u202egnp.exe\u2066x\u200f":   "gnp.exex",
		"bad \xff bytes":               "bad � bytes",
		"\ufeffmark\u200b":             "mark",
		"👩\u200d🚒 at work":             "👩\u200d🚒 at work",
		"exactly ten":                  "exactly ten",
		"exactly ten and more":         "exactly te…",
		"a blank    at the end, or so": "a blank at…",
		strings.Repeat("é", 1_000_000): "éééééééééé…",
	} {
		assert.Equal(t, want, clean(text, 11), "%q", text)
	}
	assert.Equal(t, "    indented  by hand", cleanLine("\tindented  by\u00a0hand  \n", 40))
	assert.Equal(t, "    inden…", cleanLine("\tindented\n", 10))
	assert.Equal(t, "fatal: [web1]: FAILED!", cleanLine("\x1bfatal: [web1]: FAILED!\r", 40))
}

func FuzzClean(f *testing.F) {
	f.Add("two\nlines \u202e and \xff more", uint8(9))
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		limit := int(size) + 1
		for _, shown := range []string{clean(text, limit), cleanLine(text, limit)} {
			assert.True(t, utf8.ValidString(shown))
			assert.LessOrEqual(t, utf8.RuneCountInString(shown), limit)
			for _, r := range shown {
				assert.False(t, unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028', "%U", r)
			}
		}
		assert.Equal(t, clean(text, limit), clean(clean(text, limit), limit), "it is done once for all")
	})
}
