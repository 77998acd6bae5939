package zulip

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SplitMessage cuts a text into parts of at most limit code points (0: [MaxMessageLength]), for sending one after
// the other. It cuts between paragraphs where it can, else between lines, else between words. A fenced block that
// is cut is closed at the end of the part and opened again in the next one.
// A blank text has no parts.
func SplitMessage(text string, limit int) []string {
	if limit <= 0 {
		limit = MaxMessageLength
	}
	var parts []string
	var open fences
	for text != "" {
		var part string
		part, text, open = cutPart(text, limit, open)
		if strings.TrimSpace(part) != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// Places to cut, worse first.
const (
	cutInsideFence = iota
	cutBetweenLines
	cutBetweenParagraphs
	cutAtEnd
)

// cutPart takes the first part of a text that begins inside the blocks of open.
func cutPart(text string, limit int, open fences) (part, rest string, after fences) {
	if open.cost() > limit/2 {
		open = nil // its lines would leave no room for content
	}
	prefix := open.opening()
	room := limit - utf8.RuneCountInString(prefix)
	state := slices.Clone(open)
	var best struct {
		offset, used, rank int
		state              fences
	}
	used, offset := 0, 0
	for line := range strings.Lines(text) {
		used += utf8.RuneCountInString(line)
		offset += len(line)
		state = state.after(line)
		size := used - (len(line) - len(strings.TrimSuffix(line, "\n"))) // the last line end is dropped
		if size > room {
			break
		}
		if size+utf8.RuneCountInString(state.closing()) > room {
			continue
		}
		rank := cutRank(text[offset:], line, state)
		if rank >= best.rank || best.used < room/2 {
			best.offset, best.used, best.rank, best.state = offset, used, rank, slices.Clone(state)
		}
	}
	if best.offset == 0 {
		return cutLine(text, prefix, room, open)
	}
	if closing := best.state.closing(); closing != "" {
		part = prefix + strings.TrimSuffix(text[:best.offset], "\n") + "\n" + strings.TrimSuffix(closing, "\n")
	} else {
		part = prefix + strings.TrimRight(text[:best.offset], "\n")
	}
	rest = text[best.offset:]
	if best.rank >= cutBetweenParagraphs {
		rest = strings.TrimLeft(rest, "\n")
	}
	return part, rest, best.state
}

func cutRank(rest, line string, state fences) int {
	switch {
	case rest == "":
		return cutAtEnd
	case len(state) > 0:
		return cutInsideFence
	case strings.TrimSpace(line) == "" || strings.HasPrefix(rest, "\n"):
		return cutBetweenParagraphs
	default:
		return cutBetweenLines
	}
}

// cutLine cuts inside the first line, which does not fit: at a blank in its second half, else anywhere.
func cutLine(text, prefix string, room int, open fences) (part, rest string, after fences) {
	closing := open.closing()
	room -= utf8.RuneCountInString(closing)
	end, blank, count := 0, 0, 0
	for i, r := range text {
		if count == room || r == '\n' {
			break
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		end = i + size
		count++
		if unicode.IsSpace(r) && count > room/2 {
			blank = end
		}
	}
	if blank > 0 && end < len(text) && text[end] != '\n' {
		end = blank
	}
	part = prefix + strings.TrimRight(text[:end], " ")
	if closing != "" {
		part += "\n" + strings.TrimSuffix(closing, "\n")
	}
	return part, strings.TrimPrefix(text[end:], "\n"), open
}
