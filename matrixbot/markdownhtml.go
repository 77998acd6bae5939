package matrixbot

import (
	"html"
	"strconv"
	"strings"
)

// htmlOf writes the HTML that Matrix allows. Every tag that it can write stands in this file; text only gets into it
// escaped, and addresses are those that safeURL lets through.
func htmlOf(nodes []node) string {
	var out strings.Builder
	writeHTML(&out, nodes)
	return out.String()
}

func writeHTML(out *strings.Builder, nodes []node) {
	for _, n := range nodes {
		switch n.kind {
		case kindText:
			out.WriteString(escapeHTML(n.text))
		case kindBreak:
			out.WriteString("<br>")
		case kindCode:
			out.WriteString("<code>" + escapeHTML(n.text) + "</code>")
		case kindStrong:
			wrapHTML(out, "strong", n.kids)
		case kindEm:
			wrapHTML(out, "em", n.kids)
		case kindStrike:
			wrapHTML(out, "del", n.kids)
		case kindLink:
			out.WriteString(`<a href="` + html.EscapeString(n.url) + `">`)
			writeHTML(out, n.kids)
			out.WriteString("</a>")
		case kindPara:
			wrapHTML(out, "p", n.kids)
		case kindHeading:
			wrapHTML(out, "h"+strconv.Itoa(n.level), n.kids)
		case kindFence:
			out.WriteString("<pre><code")
			if n.lang != "" {
				out.WriteString(` class="language-` + html.EscapeString(n.lang) + `"`)
			}
			out.WriteString(">" + escapeHTML(n.text) + "</code></pre>")
		case kindQuote:
			wrapHTML(out, "blockquote", n.kids)
		case kindList:
			writeListHTML(out, n)
		case kindItem:
			wrapHTML(out, "li", tight(n.kids))
		case kindRule:
			out.WriteString("<hr>")
		}
	}
}

// textEscaper leaves quotation marks as they are: they mean something in attributes only.
var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func escapeHTML(s string) string { return textEscaper.Replace(s) }

func wrapHTML(out *strings.Builder, tag string, kids []node) {
	out.WriteString("<" + tag + ">")
	writeHTML(out, kids)
	out.WriteString("</" + tag + ">")
}

func writeListHTML(out *strings.Builder, n node) {
	if n.level < 0 {
		wrapHTML(out, "ul", n.kids)
		return
	}
	out.WriteString("<ol")
	if n.level != 1 {
		out.WriteString(` start="` + strconv.Itoa(n.level) + `"`)
	}
	out.WriteString(">")
	writeHTML(out, n.kids)
	out.WriteString("</ol>")
}

// tight takes an item's only paragraph out of its block, so that lists do not fall apart.
func tight(kids []node) []node {
	paragraphs := 0
	for _, n := range kids {
		if n.kind == kindPara {
			paragraphs++
		}
	}
	if paragraphs != 1 || kids[0].kind != kindPara {
		return kids
	}
	return append(append([]node{}, kids[0].kids...), kids[1:]...)
}
