package zulip

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// fenceLine is a line that opens a block: a run of backticks or tildes, a language, a header.
var fenceLine = regexp.MustCompile("^(~{3,}|`{3,}) *(?:\\{?\\.?([a-zA-Z0-9_+\\-./#]+) *([^ ~`][^~`]*)?\\}?)?$")

// fence is an open block.
type fence struct {
	marker string // the run that closes it
	line   string // the line that opened it
	nests  bool   // other blocks can open inside
}

// fences are the blocks that are open at a point of a text, outermost first.
type fences []fence

// read moves past a line.
func (f *fences) read(line string) {
	line = strings.TrimRight(line, " \t\r\n")
	stack := *f
	if n := len(stack); n > 0 {
		if line == stack[n-1].marker {
			*f = stack[:n-1]
			return
		}
		if !stack[n-1].nests {
			return
		}
	}
	if match := fenceLine.FindStringSubmatch(line); match != nil {
		language := strings.ToLower(match[2])
		*f = append(stack, fence{marker: match[1], line: line, nests: language == "quote" || language == "spoiler"})
	}
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
