package matrixbot

import (
	"strconv"
	"strings"
)

// blocks reads lines.
type blocks struct {
	lines []string
	depth int
	out   []node
}

func parseBlocks(lines []string, depth int) []node {
	p := blocks{lines: lines, depth: depth}
	for len(p.lines) > 0 {
		if blank(p.lines[0]) {
			p.lines = p.lines[1:]
			continue
		}
		if !p.fence() && !p.heading() && !p.rule() && !p.quote() && !p.list() {
			p.paragraph()
		}
	}
	return p.out
}

// blank says whether a line is empty. Only spaces and tabs count as nothing: other white space is text.
func blank(line string) bool { return strings.Trim(line, " \t") == "" }

// continued says whether the next line belongs to a line, whatever stands in it: it ends with a backslash that is not
// escaped itself. This is how [Escape] keeps the lines of a text together.
func continued(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// take returns the next line with those that continue it.
func (p *blocks) take() string {
	n := 1
	for n < len(p.lines) && continued(p.lines[n-1]) {
		n++
	}
	line := strings.Join(p.lines[:n], "\n")
	p.lines = p.lines[n:]
	return line
}

// fenceOf returns the fence with which a line begins, and the word after it.
func fenceOf(line string) (fence, info string, ok bool) {
	line = unindent(line)
	if line == "" || line[0] != '`' && line[0] != '~' {
		return "", "", false
	}
	rest := strings.TrimLeft(line, line[:1])
	fence = line[:len(line)-len(rest)]
	if len(fence) < 3 || fence[0] == '`' && strings.Contains(rest, "`") {
		return "", "", false
	}
	return fence, strings.Trim(rest, " \t"), true
}

// fence reads a block of code. One without an end goes to the end of the text.
func (p *blocks) fence() bool {
	fence, info, ok := fenceOf(p.lines[0])
	if !ok {
		return false
	}
	p.lines = p.lines[1:]
	n := 0
	for n < len(p.lines) {
		end, rest, isFence := fenceOf(p.lines[n])
		if isFence && rest == "" && strings.HasPrefix(end, fence) {
			break
		}
		n++
	}
	p.out = append(p.out, node{kind: kindFence, text: strings.Join(p.lines[:n], "\n"), lang: language(info)})
	p.lines = p.lines[min(n+1, len(p.lines)):]
	return true
}

// language returns the name of a programming language, or nothing where it is something else.
func language(info string) string {
	if len(info) > 32 || strings.IndexFunc(info, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '+'
	}) >= 0 {
		return ""
	}
	return info
}

// unindent removes up to three spaces from the beginning of a line.
func unindent(line string) string {
	rest := strings.TrimLeft(line, " ")
	if len(line)-len(rest) > 3 {
		return line
	}
	return rest
}

func headingOf(line string) (level int, rest string) {
	line = unindent(line)
	rest = strings.TrimLeft(line, "#")
	level = len(line) - len(rest)
	if level < 1 || level > 6 || rest == "" || rest[0] != ' ' {
		return 0, ""
	}
	return level, rest
}

func (p *blocks) heading() bool {
	level, _ := headingOf(p.lines[0])
	if level == 0 {
		return false
	}
	_, rest := headingOf(p.take())
	p.out = append(p.out, node{kind: kindHeading, level: level, kids: parseInline(strings.TrimLeft(rest, " \t"))})
	return true
}

func isRule(line string) bool {
	line = strings.ReplaceAll(unindent(line), " ", "")
	return len(line) >= 3 && strings.Contains("-*_", line[:1]) && strings.Trim(line, line[:1]) == ""
}

func (p *blocks) rule() bool {
	if !isRule(p.lines[0]) {
		return false
	}
	p.lines = p.lines[1:]
	p.out = append(p.out, node{kind: kindRule})
	return true
}

func isQuote(line string) bool { return strings.HasPrefix(unindent(line), ">") }

func (p *blocks) quote() bool {
	if !isQuote(p.lines[0]) || p.depth >= maxDepth {
		return false
	}
	var inner []string
	for len(p.lines) > 0 {
		line := p.lines[0]
		switch {
		case isQuote(line):
			inner = append(inner, strings.TrimPrefix(unindent(line)[1:], " "))
		case len(inner) > 0 && continued(inner[len(inner)-1]):
			inner = append(inner, line)
		default:
			p.out = append(p.out, node{kind: kindQuote, kids: parseBlocks(inner, p.depth+1)})
			return true
		}
		p.lines = p.lines[1:]
	}
	p.out = append(p.out, node{kind: kindQuote, kids: parseBlocks(inner, p.depth+1)})
	return true
}

// marker is what makes a line the beginning of an item of a list.
type marker struct {
	sign   byte // of its kind of list: '-', '*', '+', '.' or ')'
	number int  // -1 for bullets
	width  int  // up to where the item's text begins
}

func markerOf(line string) (marker, bool) {
	rest := unindent(line)
	indent := len(line) - len(rest)
	digits := 0
	for digits < len(rest) && digits < 9 && rest[digits] >= '0' && rest[digits] <= '9' {
		digits++
	}
	m := marker{number: -1}
	if digits == len(rest) {
		return m, false
	}
	m.sign = rest[digits]
	if digits > 0 {
		m.number, _ = strconv.Atoi(rest[:digits]) // nine digits always are a number
	}
	if digits == 0 && !strings.Contains("-*+", string(rune(m.sign))) || digits > 0 && m.sign != '.' && m.sign != ')' {
		return m, false
	}
	after := rest[digits+1:]
	if after != "" && after[0] != ' ' {
		return m, false
	}
	m.width = indent + digits + 1
	if spaces := len(after) - len(strings.TrimLeft(after, " ")); spaces >= 1 && spaces <= 4 {
		m.width += spaces
	} else {
		m.width += min(spaces, 1)
	}
	return m, true
}

func (p *blocks) list() bool {
	first, ok := markerOf(p.lines[0])
	if !ok || p.depth >= maxDepth {
		return false
	}
	list := node{kind: kindList, level: first.number}
	for len(p.lines) > 0 {
		m, ok := markerOf(p.lines[0])
		if !ok || m.sign != first.sign || isRule(p.lines[0]) {
			break
		}
		list.kids = append(list.kids, node{kind: kindItem, kids: parseBlocks(p.item(m), p.depth+1)})
	}
	p.out = append(p.out, list)
	return true
}

// item returns the lines of an item, without the marker and what indents them.
func (p *blocks) item(m marker) []string {
	inner := []string{p.lines[0][m.width:]}
	p.lines = p.lines[1:]
	for len(p.lines) > 0 {
		line, before := p.lines[0], inner[len(inner)-1]
		indent := len(line) - len(strings.TrimLeft(line, " "))
		_, another := markerOf(line)
		switch {
		case continued(before):
			inner = append(inner, line)
		case blank(line):
			blanks := p.goesOn(m.width)
			if blanks == 0 {
				return inner
			}
			inner = append(inner, make([]string, blanks)...)
			p.lines = p.lines[blanks-1:]
		case indent >= m.width:
			inner = append(inner, line[m.width:])
		case !blank(before) && !another && !startsBlock(line):
			inner = append(inner, line)
		default:
			return inner
		}
		p.lines = p.lines[1:]
	}
	return inner
}

// goesOn says how many blank lines there are before what belongs to the item, or 0 where nothing does. They are skipped
// where another item follows.
func (p *blocks) goesOn(width int) int {
	for i, line := range p.lines {
		if blank(line) {
			continue
		}
		if len(line)-len(strings.TrimLeft(line, " ")) >= width {
			return i
		}
		if _, ok := markerOf(line); ok {
			p.lines = p.lines[i:]
		}
		return 0
	}
	return 0
}

// startsBlock says whether a line ends the paragraph before it.
func startsBlock(line string) bool {
	_, _, fence := fenceOf(line)
	level, _ := headingOf(line)
	m, list := markerOf(line)
	return fence || level > 0 || isRule(line) || isQuote(line) || list && m.number <= 1
}

func (p *blocks) paragraph() {
	lines := []string{strings.TrimLeft(p.take(), " \t")}
	for len(p.lines) > 0 && !blank(p.lines[0]) && !startsBlock(p.lines[0]) {
		lines = append(lines, strings.TrimLeft(p.take(), " \t"))
	}
	p.out = append(p.out, node{kind: kindPara, kids: parseInline(strings.Join(lines, "\n"))})
}
