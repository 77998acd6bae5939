package zulipadapter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
)

func TestCutQuote(t *testing.T) {
	t.Parallel()
	const header = "@_**Bot|7** [said](https://chat.example/#narrow/dm/7,9-pm/near/123):\n"
	ofSomebody := strings.Replace(header, "|7", "|8", 1) + "```quote\nx\n```\ny"
	impossible := strings.Replace(header, "123", "99999999999999999999", 1) + "```quote\nx\n```\ny"
	for _, c := range []struct{ name, content, text, quoted string }{
		{"words", " hello\r\nworld \n", "hello\nworld", ""},
		{"nothing", "   ", "", ""},
		{"quote and reply", header + "```quote\nWhat next?\n```\nThe writer", "The writer", "123"},
		{"in another language", strings.Replace(header, "said", "sagte", 1) + "```quote\nWas?\n```\n\nDas", "Das", "123"},
		{"longer fence", header + "````quote\n```\ncode\n```\n````\nThe writer", "The writer", "123"},
		{"quote alone", header + "```quote\nWhat?\n```", "", "123"},
		{"quote of a person", ofSomebody, ofSomebody, ""},
		{"quote that does not end", header + "```quote\nx", header + "```quote\nx", ""},
		{"quote in the middle", "a\n" + header + "```quote\nx\n```", "a\n" + header + "```quote\nx\n```", ""},
		{"impossible id", impossible, impossible, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text, quoted := zulipadapter.CutQuote(c.content, 7)
			assert.Equal(t, c.text, text)
			assert.Equal(t, c.quoted, quoted)
		})
	}
}

func TestCutMention(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"@**Bot** help":     "help",
		"  @**bot**\nhelp":  "help",
		"@**Bot|7** help":   "help",
		"@**Bot**: help":    "help",
		"@**Bot**, help":    "help",
		"@**Bot** :help":    ":help",
		"@**Old|7** help":   "help",
		"@**|7** help":      "help",
		"@**Bot**":          "",
		"@**Bot|8** help":   "-",
		"@**Someone** help": "-",
		"@_**Bot|7** help":  "-",
		"please @**Bot**":   "-",
		"@**Bot help":       "-",
		"@**all** @**Bot**": "-",
	} {
		rest, found := zulipadapter.CutMention(content, 7, "Bot")
		if want == "-" {
			assert.False(t, found, content)
			assert.Equal(t, content, rest)
			continue
		}
		assert.True(t, found, content)
		assert.Equal(t, want, rest, content)
	}
	_, found := zulipadapter.CutMention("@**** help", 7, "")
	assert.False(t, found, "a bot whose name is not known is not meant by an empty one")
}

func FuzzWords(f *testing.F) {
	f.Add("@_**S|7** [said](x/near/1):\n```quote\na\n```\nb")
	f.Add("@**|7** x")
	f.Fuzz(func(t *testing.T, content string) {
		rest, _ := zulipadapter.CutMention(content, 7, "Bot")
		text, quoted := zulipadapter.CutQuote(rest, 7)
		require.Equal(t, strings.TrimSpace(text), text)
		if quoted != "" {
			_, ok := zulipadapter.ParseID[int64](quoted)
			require.True(t, ok, quoted)
		}
	})
}
