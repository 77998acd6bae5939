package zulipmark

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/zulip"
)

// listMarker begins a list, a rule or a part of a table.
var listMarker = regexp.MustCompile(`^(?:[-+=_:]|\d+[.)])`)

// backslash stands at the end, where it keeps a heading from being one.
var backslash = regexp.MustCompile(`\\([\s\p{Z}]*)$`)

// Words are inert text of one line, behind what stands before it on the line.
func Words(text, before string) string {
	text = backslash.ReplaceAllString(Plain(text), `\`+Mark+"$1")
	if before == "" && listMarker.MatchString(text) {
		return Mark + text
	}
	return text
}

// Bold emphasises a text of one line.
func Bold(text string) string {
	inner := strings.TrimSpace(text)
	if inner == "" {
		return text
	}
	before, after, _ := strings.Cut(text, inner) // Blanks at the edge would keep the marks from being read.
	return before + "**" + Plain(inner) + "**" + after
}

// Code shows a text of one line letter by letter, behind what stands before it on the line.
func Code(text, before string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	fence := Fence(text, 1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	// A backslash or a backtick before the fence would spoil it, and three at the start of a line begin a block.
	gap := ""
	if strings.HasSuffix(before, `\`) || strings.HasSuffix(before, "`") || before == "" && len(fence) > 2 {
		gap = Mark
	}
	return gap + fence + Quiet(text) + fence
}

// Fence has more backticks than stand in a row in text, and least at the least.
func Fence(text string, least int) string {
	longest, run := 0, 0
	for i := range len(text) {
		if text[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return strings.Repeat("`", max(least, longest+1))
}

// Quiet takes the meaning from mentions in code, where Zulip sees none: others may look less closely.
func Quiet(text string) string { return strings.ReplaceAll(text, "@*", "@"+Mark+"*") }

// Person shows a person under the name that they have now, behind what stands before it on the line; loud tells them of
// the message. Zulip reads a mention only after a blank or an opening bracket.
func Person(id zulip.UserID, before string, loud bool) string {
	text := zulip.SilentMention(id)
	if loud {
		text = zulip.Mention(id)
	}
	if last, _ := utf8.DecodeLastRuneInString(before); before != "" && !unicode.IsSpace(last) && !strings.ContainsRune(`'"(<`, last) {
		return " " + text
	}
	return text
}
