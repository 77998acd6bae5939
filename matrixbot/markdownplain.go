package matrixbot

import (
	"strconv"
	"strings"
)

// plainOf writes a text for clients that show no HTML: it says the same as htmlOf, addresses of links included.
func plainOf(nodes []node) string { return plainBlocks(nodes, "\n\n") }

func plainBlocks(nodes []node, between string) string {
	var parts []string
	for _, n := range nodes {
		parts = append(parts, plainBlock(n))
	}
	return strings.Join(parts, between)
}

func plainBlock(n node) string {
	switch n.kind {
	case kindFence:
		return n.text
	case kindQuote:
		return indented(plainBlocks(n.kids, "\n\n"), "> ", "> ")
	case kindList:
		return plainList(n)
	case kindItem:
		return plainBlocks(n.kids, "\n")
	case kindRule:
		return "---"
	default:
		return plainInline(n.kids)
	}
}

func plainInline(nodes []node) string {
	var out strings.Builder
	for _, n := range nodes {
		switch n.kind {
		case kindText, kindCode:
			out.WriteString(n.text)
		case kindBreak:
			out.WriteByte('\n')
		case kindLink:
			text := plainInline(n.kids)
			out.WriteString(text)
			if text != n.url && !strings.HasPrefix(n.url, "https://matrix.to/") {
				out.WriteString(" (" + n.url + ")")
			}
		default:
			out.WriteString(plainInline(n.kids))
		}
	}
	return out.String()
}

func plainList(n node) string {
	var items []string
	for i, item := range n.kids {
		sign := "- "
		if n.level >= 0 {
			sign = strconv.Itoa(n.level+i) + ". "
		}
		items = append(items, indented(plainBlock(item), sign, strings.Repeat(" ", len(sign))))
	}
	return strings.Join(items, "\n")
}

// indented puts first before the first line of a text and rest before the others.
func indented(text, first, rest string) string {
	return first + strings.ReplaceAll(text, "\n", "\n"+rest)
}
