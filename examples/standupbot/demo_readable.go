package main

import (
	"regexp"
	"strconv"
	"strings"
)

// paragraph is a line of a message, of any length, in one style.
type paragraph struct{ text, style string }

var silentMention = regexp.MustCompile(`@_\*\*[^*|]*\|(\d+)\*\*`)

// readable takes the marks of Zulip's Markdown off a message, which a reader of
// a transcript can do without.
func readable(content string, c cast) []paragraph {
	names := map[string]string{}
	for _, p := range c.team() {
		names[strconv.Itoa(p.ID)] = p.FullName
	}
	marks := strings.NewReplacer("**", "", "`", "", "\u200b", "")
	var paragraphs []paragraph
	quoted := false
	for line := range strings.SplitSeq(content, "\n") {
		var p paragraph
		mention := silentMention.FindString(line)
		switch {
		case line == "":
			continue
		case strings.HasPrefix(line, "```"):
			quoted = !quoted
			continue
		case quoted:
			line = "  > " + line
		case line == mention:
			p.style = cyan
		case strings.HasPrefix(line, "### "), strings.HasPrefix(line, "**") && strings.HasSuffix(line, "**"):
			line, p.style = strings.TrimPrefix(line, "### "), bold
		}
		line = silentMention.ReplaceAllStringFunc(line, func(mention string) string {
			return "@" + names[silentMention.FindStringSubmatch(mention)[1]]
		})
		p.text = marks.Replace(line)
		paragraphs = append(paragraphs, p)
	}
	return paragraphs
}
