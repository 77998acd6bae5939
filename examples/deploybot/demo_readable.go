package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	mentioned = regexp.MustCompile(`@_?\*\*[^*|]*\|(\d+)\*\*`)
	linked    = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	toType    = regexp.MustCompile("`(!cd [^`]*)`")
)

// plain takes the marks of Zulip's Markdown off a text.
func (c cast) plain(content string) string {
	names := map[string]string{}
	for _, p := range c.everybody() {
		names[strconv.Itoa(p.ID)] = p.FullName
	}
	content = strings.ReplaceAll(content, "\u200b", "")
	content = mentioned.ReplaceAllStringFunc(content, func(mention string) string {
		return "@" + names[mentioned.FindStringSubmatch(mention)[1]]
	})
	content = linked.ReplaceAllString(content, "$1")
	content = toType.ReplaceAllString(content, "“$1”") // It would run into the sentence around it.
	return strings.NewReplacer("**", "", "`", "").Replace(content)
}

// longestBlock is how many lines of a log the transcript shows at once.
const longestBlock = 9

// readable is a message as lines for a reader of the transcript: blocks of code
// have a bar before them and are cut, tables are aligned.
func (c cast) readable(content string) []string {
	var lines, block []string
	var table [][]string
	inBlock := false
	flush := func() {
		lines = append(append(lines, cutBlock(block)...), aligned(table)...)
		block, table = nil, nil
	}
	for line := range strings.SplitSeq(content, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inBlock = !inBlock
			flush()
		case inBlock:
			block = append(block, "┃ "+strings.ReplaceAll(line, "\u200b", ""))
		case strings.HasPrefix(line, "| ---"):
		case strings.HasPrefix(line, "| "):
			cells := strings.Split(strings.Trim(line, "| "), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(c.plain(cells[i]))
			}
			table = append(table, cells)
		default:
			flush()
			if line = c.plain(line); strings.TrimSpace(line) != "" {
				lines = append(lines, line)
			}
		}
	}
	flush()
	return lines
}

// cutBlock leaves the last lines of a long block.
func cutBlock(block []string) []string {
	over := len(block) - longestBlock
	if over <= 0 {
		return block
	}
	above := fmt.Sprintf("┃ … %d lines above", over)
	if over == 1 {
		above = "┃ … 1 line above"
	}
	return append([]string{above}, block[over:]...)
}

// aligned writes a table with its columns below each other.
func aligned(table [][]string) (lines []string) {
	var widths []int
	for _, row := range table {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range table {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	return lines
}
