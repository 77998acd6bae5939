package matrixbot

import (
	"strings"
	"unicode/utf8"
)

// flat is the text of nodes without what is around it. A cut is a position in it.
func flat(nodes []node) string {
	var out strings.Builder
	writeFlat(&out, nodes)
	return out.String()
}

func writeFlat(out *strings.Builder, nodes []node) {
	for _, n := range nodes {
		switch n.kind {
		case kindText, kindCode, kindFence:
			out.WriteString(n.text)
		case kindBreak:
			out.WriteByte('\n')
		case kindRule:
			out.WriteByte('-')
		default:
			writeFlat(out, n.kids)
		}
	}
}

func (n node) length() int {
	switch n.kind {
	case kindText, kindCode, kindFence:
		return len(n.text)
	case kindBreak, kindRule:
		return 1
	}
	sum := 0
	for _, kid := range n.kids {
		sum += kid.length()
	}
	return sum
}

// cut takes nodes apart at a position in their flat text. What the cut goes through is on both sides: code goes on as
// code, a list as a list with the next number. A line feed at the cut is left out.
func cut(nodes []node, at int) (head, tail []node) {
	for i, n := range nodes {
		length := n.length()
		switch {
		case at >= length:
			head = append(head, n)
			at -= length
		case at == 0:
			return head, nodes[i:]
		default:
			before, after := n.cut(at)
			return append(head, before), append([]node{after}, nodes[i+1:]...)
		}
	}
	return head, nil
}

// cut takes one node apart, somewhere within its text.
func (n node) cut(at int) (before, after node) {
	before, after = n, n
	if n.kids == nil {
		before.text, after.text = n.text[:at], strings.TrimPrefix(n.text[at:], "\n")
		return before, after
	}
	before.kids, after.kids = cut(n.kids, at)
	switch {
	case n.kind == kindList && n.level >= 0:
		after.level += len(n.kids) - len(after.kids)
	case len(after.kids) > 1 && after.kids[0].kind == kindBreak:
		after.kids = after.kids[1:]
	}
	return before, after
}

// border returns the best place for a cut in the later half of what is before limit: between blocks, else at a line
// feed, else at a space, else between two characters.
func border(nodes []node, limit int) int {
	end, best := 0, 0
	for _, n := range nodes {
		if end += n.length(); end > limit {
			break
		}
		best = end
	}
	if best > limit/2 {
		return best
	}
	text := flat(nodes)
	for _, sign := range []string{"\n\n", "\n"} {
		if at := strings.LastIndex(text[:limit], sign); at > limit/2 {
			return at
		}
	}
	if at := strings.LastIndexByte(text[:limit], ' '); at > limit/2 {
		return at + 1
	}
	for limit > 1 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return limit
}
