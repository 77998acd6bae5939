package matrixbot

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"maunium.net/go/mautrix/id"
)

func TestPrefixesHaveBoundaries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		prefix, text, rest string
		by                 int
	}{
		{"!", "!help", "help", prefixTrigger},
		{"!", "  !Help me", "Help me", prefixTrigger},
		{"!", "!", "", noTrigger},
		{"!", "!!! no", "", noTrigger},
		{"!", "! help", "", noTrigger},
		{"!", "help!", "", noTrigger},
		{"!cd", "!cd", "", prefixTrigger},
		{"!cd", "!CD projects", " projects", prefixTrigger},
		{"!cd", "!cd\nprojects", "\nprojects", prefixTrigger},
		{"!cd", "!cdprojects", "", noTrigger},
		{"!cd", "say !cd projects", "", noTrigger},
		{"бот", "БОТ стоп", " стоп", prefixTrigger},
		{"🤖", "🤖 stop", " stop", prefixTrigger},
		{"!cd", "!c", "", noTrigger},
		{"!cd", "\xff", "", noTrigger},
		{"!cd", "", "", noTrigger},
	} {
		rest, by := trigger{prefix: c.prefix}.cut(addressed{text: c.text, own: botUser})
		assert.Equal(t, c.rest, rest, "%s %q", c.prefix, c.text)
		assert.Equal(t, c.by, by, "%s %q", c.prefix, c.text)
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	pill := `<a href="https://matrix.to/#/@bot:example.org">Build &amp; Co</a>: help`
	for name, c := range map[string]struct {
		m    addressed
		rest string
		by   int
	}{
		"pill":            {addressed{text: "Build & Co: help", html: pill, mentioned: true}, " help", mentionTrigger},
		"escaped pill":    {addressed{text: "Bot help", html: `<p><a href="https://matrix.to/#/%40bot%3Aexample.org?via=x">Bot</a> help</p>`, mentioned: true}, " help", mentionTrigger},
		"pill in a reply": {addressed{text: "Bot, help", html: `<mx-reply>x</mx-reply><a href="https://matrix.to/#/@bot:example.org">Bot</a>, help`, mentioned: true}, " help", mentionTrigger},
		"pill of another": {addressed{text: "Bob: help", html: `<a href="https://matrix.to/#/@bob:example.org">Bob</a>: help`, mentioned: true}, "", noTrigger},
		"not said":        {addressed{text: "Build & Co: help", html: pill}, "", noTrigger},
		"user id":         {addressed{text: "@bot:example.org: help"}, " help", mentionTrigger},
		"alone":           {addressed{text: "@bot:example.org"}, "", mentionTrigger},
		"longer user id":  {addressed{text: "@bot:example.org.evil help"}, "", noTrigger},
		"local part":      {addressed{text: "bot: help", mentioned: true}, " help", mentionTrigger},
		"longer word":     {addressed{text: "bottle help", mentioned: true}, "", noTrigger},
		"in the middle":   {addressed{text: "ask bot: help", mentioned: true}, "", noTrigger},
		"broken pill":     {addressed{text: "x", html: `<a href="https://matrix.to/#/@bot:example.org">x`, mentioned: true}, "", noTrigger},
		"direct":          {addressed{text: "help", direct: true}, "", noTrigger},
	} {
		c.m.own = botUser
		rest, by := trigger{mention: true}.cut(c.m)
		assert.Equal(t, c.rest, rest, name)
		assert.Equal(t, c.by, by, name)
	}
	rest, by := trigger{direct: true}.cut(addressed{text: " help", direct: true})
	assert.Equal(t, "help", rest)
	assert.Equal(t, directTrigger, by)
	_, by = trigger{direct: true}.cut(addressed{text: "help"})
	assert.Equal(t, noTrigger, by)
}

func FuzzTrigger(f *testing.F) {
	f.Add("!cd help", `<a href="https://matrix.to/#/@bot:example.org">Bot</a>: help`)
	f.Fuzz(func(t *testing.T, text, formatted string) {
		for _, prefix := range []string{"!", "!cd", "бот"} {
			rest, by := trigger{prefix: prefix, mention: true}.cut(addressed{
				text: text, html: formatted, own: id.UserID("@bot:example.org"), mentioned: true,
			})
			assert.LessOrEqual(t, len(rest), len(text))
			if by != noTrigger {
				assert.Contains(t, text, rest)
			}
		}
	})
}
