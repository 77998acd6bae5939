package matrixbot

import "strings"

// kind says what a node of a text is.
type kind int

const (
	kindText   kind = iota // text
	kindBreak              // the end of a line
	kindCode               // text, as code
	kindStrong             // kids
	kindEm                 // kids
	kindStrike             // kids
	kindLink               // kids, and url

	kindPara    // kids
	kindHeading // kids, and level
	kindFence   // text, and lang
	kindQuote   // kids, which are blocks
	kindList    // kids, which are items; level is the first number, or -1 for bullets
	kindItem    // kids, which are blocks
	kindRule
)

// node is a part of a text: a piece of a line, or a block.
type node struct {
	kind  kind
	text  string
	url   string
	lang  string
	level int
	kids  []node
}

// maxDepth is how deep quotations, lists and emphasis nest. What is deeper is text.
const maxDepth = 8

// parseMarkdown reads Markdown as people write it in chats: paragraphs whose lines stay lines, headings, **strong**,
// *emphasis*, ~~struck~~, `code`, fenced blocks, quotations, lists, rules, [links](https://example.org) and
// <https://example.org>. HTML is text like any other, and there are no images. Nothing can fail: what is no markup is
// text.
func parseMarkdown(markdown string) []node {
	return parseBlocks(strings.Split(clean(markdown), "\n"), 0)
}

// parseText reads a text without any markup.
func parseText(text string) []node {
	var kids []node
	for i, line := range strings.Split(clean(text), "\n") {
		if i > 0 {
			kids = append(kids, node{kind: kindBreak})
		}
		if line != "" {
			kids = append(kids, node{kind: kindText, text: line})
		}
	}
	return []node{{kind: kindPara, kids: kids}}
}

// formatted says whether there is anything that a plain text cannot show.
func formatted(nodes []node) bool {
	for _, n := range nodes {
		switch n.kind {
		case kindText, kindBreak:
		case kindPara:
			if formatted(n.kids) {
				return true
			}
		default:
			return true
		}
	}
	return false
}
