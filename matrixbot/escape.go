package matrixbot

import (
	"strings"

	"maunium.net/go/mautrix/id"
)

// Escape returns Markdown that shows data as it is, whatever stands in it: names, titles, lines of logs. Nothing in it
// becomes markup or a link, lines stay lines. Control characters but the line feed and the tab are left out, and so are
// those that turn the direction of writing. It may stand wherever text stands, but not in code: see [Code].
func Escape(data string) string {
	data = clean(data)
	var out strings.Builder
	for i := range len(data) {
		c := data[i]
		edge := i == 0 || i == len(data)-1 || data[i-1] == '\n' || data[i+1] == '\n'
		if c == '\n' || escapable(c) && (edge || c != ' ' && c != '\t') {
			out.WriteByte('\\')
		}
		out.WriteByte(c)
	}
	return out.String()
}

// Code returns Markdown that shows data as code within a line. Each line of the data is code of its own. What is said
// of control characters at [Escape] holds here too.
func Code(data string) string {
	lines := strings.Split(clean(data), "\n")
	for i, line := range lines {
		lines[i] = codeSpan(line)
	}
	return strings.Join(lines, "\\\n")
}

func codeSpan(line string) string {
	if line == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(line, '`')+1)
	first, last := line[0], line[len(line)-1]
	if first == '`' || last == '`' || first == ' ' && last == ' ' && strings.Trim(line, " ") != "" {
		return fence + " " + line + " " + fence
	}
	return fence + line + fence
}

// CodeBlock returns Markdown that shows data as a block of code, with all its line feeds and spaces. The block stands
// for itself, whatever text is before and after it. What is said of control characters at [Escape] holds here too.
func CodeBlock(data string) string {
	data = clean(data)
	fence := strings.Repeat("`", max(3, longestRun(data, '`')+1))
	return "\n\n" + fence + "\n" + data + "\n" + fence + "\n"
}

// Link returns Markdown for a link that shows data as its text. An address other than http:// and https:// is left
// out, and so is one with a user name in it, which is there to look like another address: then only the text remains.
func Link(data, address string) string {
	data = strings.ReplaceAll(clean(data), "\n", " ")
	escaped := strings.NewReplacer("(", `\(`, ")", `\)`).Replace(address)
	if text := Escape(data); safeURL(address) && data != "" && len(text) < maxLinkText && len(escaped) < maxURL {
		return "[" + text + "](" + escaped + ")"
	}
	return Escape(data)
}

// Mention returns Markdown that shows a user as a pill with a link to matrix.to. It tells the user nothing, which only
// [Message].Mentions does.
func Mention(user id.UserID) string {
	if _, _, err := user.ParseAndValidateRelaxed(); err != nil {
		return Escape(user.String())
	}
	return Link(user.String(), user.URI().MatrixToURL())
}

// longestRun is how often c stands in a row at most.
func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
