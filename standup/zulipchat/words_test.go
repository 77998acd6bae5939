package zulipchat

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

func TestWords(t *testing.T) {
	t.Parallel()
	const header = "@_**Standup|7** [said](https://chat.example/#narrow/dm/7,9-pm/near/123):\n"
	for _, c := range []struct {
		name, content, text string
		replyTo             standup.MessageID
	}{
		{"words", " hello\r\nworld \n", "hello\nworld", ""},
		{"upload", "[plan.pdf](/user_uploads/2/ab/plan.pdf)", "", ""},
		{"uploads and images", "[a.png](/user_uploads/2/a.png)\n\n![b](https://example.org/b.png)\n[c \\] d](https://chat.example/user_uploads/2/c)", "", ""},
		{"upload with words", "see [a.png](/user_uploads/2/a.png)", "see [a.png](/user_uploads/2/a.png)", ""},
		{"link", "[a](https://example.org/user_upload)", "[a](https://example.org/user_upload)", ""},
		{"no link at all", "   ", "", ""},
		{"quote and reply", header + "```quote\nWhat next?\n```\nThe writer", "The writer", "123"},
		{"quote and upload", header + "```quote\nWhat?\n```\n![a](/user_uploads/1/a)", "", "123"},
		{"quote alone", header + "```quote\nWhat?\n```", "", "123"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text, replyTo := words(c.content, 7)
			assert.Equal(t, c.text, text)
			assert.Equal(t, c.replyTo, replyTo)
		})
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "Ann", clip("Ann"))
	name := clip(strings.Repeat("🦊", 100))
	assert.Len(t, name, 300)
	assert.True(t, utf8.ValidString(clip("a"+strings.Repeat("🦊", 100))))
}

func FuzzWords(f *testing.F) {
	f.Add("@_**S|7** [said](x/near/1):\n```quote\na\n```\nb")
	f.Add("![](/user_uploads/a)")
	f.Fuzz(func(t *testing.T, content string) {
		text, replyTo := words(content, 7)
		require.Equal(t, strings.TrimSpace(text), text)
		if replyTo != "" {
			_, err := parseID[int64](string(replyTo), "message")
			require.NoError(t, err)
		}
	})
}
