package zulip

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fenceLine is a line that opens a block: a run of backticks or tildes, a language, a header.
var fenceLine = regexp.MustCompile("^(~{3,}|`{3,})[ \t]*(?:\\{?\\.?([a-zA-Z0-9_+,\\-./#]+)[ \t]*([^ \t~`][^~`]*)?\\}?)?$")

// nesting are the languages of blocks in which other blocks can open.
var nesting = []string{"quote", "quoted", "spoiler"}

// fence is an open block.
type fence struct {
	marker string // the run that closes it
	line   string // the line that opened it
	nests  bool   // other blocks can open inside
}

// fences are the blocks that are open at a point of a text, outermost first.
type fences []fence

// after are the blocks that are open behind a line. It may reuse the memory of f.
func (f fences) after(line string) fences {
	line = strings.TrimRightFunc(line, unicode.IsSpace)
	if n := len(f); n > 0 {
		if line == f[n-1].marker {
			return f[:n-1]
		}
		if !f[n-1].nests {
			return f
		}
	}
	if match := fenceLine.FindStringSubmatch(line); match != nil {
		language := strings.ToLower(match[2])
		f = append(f, fence{marker: match[1], line: line, nests: slices.Contains(nesting, language)})
	}
	return f
}

// opening are the lines that open the blocks again.
func (f fences) opening() string {
	var b strings.Builder
	for _, block := range f {
		b.WriteString(block.line + "\n")
	}
	return b.String()
}

// closing are the lines that close the blocks.
func (f fences) closing() string {
	var b strings.Builder
	for _, block := range slices.Backward(f) {
		b.WriteString(block.marker + "\n")
	}
	return b.String()
}

// cost is how many code points it takes to open and close the blocks once more.
func (f fences) cost() int {
	return utf8.RuneCountInString(f.opening()) + utf8.RuneCountInString(f.closing())
}
