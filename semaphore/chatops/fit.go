package chatops

import (
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// split cuts a text into parts that each fit into a message, in order and between blocks where that is possible. Tables
// are cut between rows, and each part of one has its heading; code is cut between lines, and all else between words.
// What is too large by itself for any message, such as a row of a table, is shortened or left out.
func split(t Text, fits func(Text) bool) []Text {
	if len(t) == 0 || fits(t) {
		return []Text{t}
	}
	var parts []Text
	var part Text
	for rest := slices.Clone(t); len(rest) > 0; {
		room := func(b Block) bool { return fits(append(slices.Clip(part), b)) }
		first, after, some := rest[0].cut(room, len(part) == 0)
		switch {
		case some && after == nil:
			part, rest = append(part, first), rest[1:]
		case some:
			part, rest[0] = append(part, first), *after
		case len(part) == 0 && after != nil: // only a part of it fits nowhere
			rest[0] = *after
		case len(part) == 0:
			rest = rest[1:]
		}
		if !some || after != nil {
			var headings Text
			part, headings = withoutHeadings(part)
			if len(part) > 0 {
				parts = append(parts, part)
			}
			part = headings
		}
	}
	if len(part) > 0 {
		parts = append(parts, part)
	}
	return parts
}

// withoutHeadings takes the headings off the end of a part: they go before what follows. A part of nothing else stays.
func withoutHeadings(part Text) (rest, headings Text) {
	n := len(part)
	for n > 0 && part[n-1].Kind == Heading {
		n--
	}
	if n == 0 {
		return part, nil
	}
	return slices.Clip(part[:n]), slices.Clone(part[n:])
}

// cut divides a block so that the first piece fits; after is what is left, nil where nothing is. some is false where not
// even a piece fits. What has no good place to be cut is only cut where the message has nothing else yet; alone says so.
func (b Block) cut(fits func(Block) bool, alone bool) (first Block, after *Block, some bool) {
	if fits(b) {
		return b, nil, true
	}
	switch b.Kind {
	case Table:
		return b.cutTable(fits, alone)
	case CodeBlock:
		return b.cutCode(fits, alone)
	case Paragraph, Heading, ListItem:
		if alone {
			return b.cutSpans(fits)
		}
	}
	return Block{}, nil, false
}

// most is the greatest n up to limit for which fits is true, which it is for all below that; 0 where there is none. It
// asks about little more than what fits, however high the limit.
func most(limit int, fits func(n int) bool) int {
	some, many := 0, 1
	for many <= limit && fits(many) {
		some, many = many, 2*many
	}
	return some + sort.Search(min(many, limit+1)-some-1, func(i int) bool { return !fits(some + i + 1) })
}

func (b Block) cutTable(fits func(Block) bool, alone bool) (first Block, after *Block, some bool) {
	if len(b.Rows) < 2 {
		return b.shortened(fits, alone)
	}
	head, rows := b.Rows[0], b.Rows[1:]
	n := most(len(rows), func(n int) bool { return fits(table(b.Rows[:1+n]...)) })
	if n > 0 {
		return table(b.Rows[:1+n]...), new(table(slices.Insert(slices.Clone(rows[n:]), 0, head)...)), true
	}
	first, _, some = table(head, rows[0]).shortened(fits, alone)
	if len(rows) > 1 {
		after = new(table(slices.Insert(slices.Clone(rows[1:]), 0, head)...))
	}
	return first, after, some
}

// shortened cuts what is in the cells of a table that is too large with a single row.
func (b Block) shortened(fits func(Block) bool, alone bool) (first Block, after *Block, some bool) {
	if !alone {
		return Block{}, nil, false
	}
	longest := 0
	for _, row := range b.Rows {
		for _, cell := range row {
			longest = max(longest, utf8.RuneCountInString(cell))
		}
	}
	to := func(limit int) Block {
		rows := make([][]string, len(b.Rows))
		for i, row := range b.Rows {
			for _, cell := range row {
				rows[i] = append(rows[i], clean(cell, limit))
			}
		}
		return table(rows...)
	}
	n := most(longest, func(n int) bool { return fits(to(n)) })
	return to(max(n, 1)), nil, n > 0
}

func (b Block) cutCode(fits func(Block) bool, alone bool) (first Block, after *Block, some bool) {
	lines := strings.SplitAfter(b.Code, "\n")
	n := most(len(lines), func(n int) bool { return fits(codeBlock(strings.Join(lines[:n], ""))) })
	if n > 0 {
		return codeBlock(strings.Join(lines[:n], "")), new(codeBlock(strings.Join(lines[n:], ""))), true
	}
	if !alone {
		return Block{}, nil, false
	}
	runes := []rune(b.Code)
	n = most(len(runes), func(n int) bool { return fits(codeBlock(string(runes[:n]))) })
	if n == 0 {
		return Block{}, nil, false
	}
	return codeBlock(string(runes[:n])), new(codeBlock(string(runes[n:]))), true
}

func (b Block) cutSpans(fits func(Block) bool) (first Block, after *Block, some bool) {
	length := 0
	for _, s := range b.Spans {
		length += utf8.RuneCountInString(s.Text)
	}
	head := func(n int) Block { return Block{Kind: b.Kind, Spans: firstRunes(b.Spans, n)} }
	n := most(length, func(n int) bool { return fits(head(n)) })
	if n == 0 {
		return Block{}, nil, false
	}
	if better := wordEnd(b.Spans, n); better > 0 && fits(head(better)) {
		n = better
	}
	return head(n), &Block{Kind: b.Kind, Spans: afterRunes(b.Spans, n)}, true
}

// firstRunes are the spans up to a number of runes, and afterRunes those from there on. What is left of somebody's name
// or of a link is plain text: nobody is mentioned twice.
func firstRunes(spans []Span, n int) []Span {
	var first []Span
	for _, s := range spans {
		if n <= 0 {
			break
		}
		runes := []rune(s.Text)
		s.Text = string(runes[:min(n, len(runes))])
		n -= len(runes)
		first = append(first, s)
	}
	return first
}

func afterRunes(spans []Span, n int) []Span {
	var after []Span
	for _, s := range spans {
		runes := []rune(s.Text)
		if n < len(runes) || len(runes) == 0 && n <= 0 {
			if n > 0 && s.Style != Bold && s.Style != Code {
				s = plain("")
			}
			s.Text = string(runes[max(n, 0):])
			after = append(after, s)
		}
		n -= len(runes)
	}
	return after
}

// wordEnd is the last place not after n runes and not too far before it where a word has ended, 0 where there is none.
func wordEnd(spans []Span, n int) int {
	var text []rune
	for _, s := range spans {
		text = append(text, []rune(s.Text)...)
	}
	for i := n; i > n/2; i-- {
		if unicode.IsSpace(text[i-1]) {
			return i
		}
	}
	return 0
}
