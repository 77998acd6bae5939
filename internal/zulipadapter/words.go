package zulipadapter

import (
	"regexp"
	"strings"

	"github.com/signalbox-go/signalbox/zulip"
)

// CutMention takes a mention of the bot off the beginning, with the colon or comma behind it: @**Name**, @**Name|id** or
// @**|id**. Without one the content stays as it is.
func CutMention(content string, self zulip.UserID, name string) (rest string, found bool) {
	inner, found := strings.CutPrefix(strings.TrimSpace(content), "@**")
	if !found {
		return content, false
	}
	who, rest, found := strings.Cut(inner, "**")
	if !found || !isSelf(who, self, name) {
		return content, false
	}
	return strings.TrimSpace(strings.TrimLeft(rest, ":,")), true
}

// isSelf reports whether the inside of a mention means the bot. Where there is an id it alone counts.
func isSelf(who string, self zulip.UserID, name string) bool {
	if i := strings.LastIndexByte(who, '|'); i >= 0 {
		return who[i+1:] == IDText(self)
	}
	return name != "" && strings.EqualFold(who, name)
}

// quoteHeader is how Zulip's "quote and reply" begins; "said" is in the language of who clicked. The groups are the id
// of who is quoted, the id of the message, and the fence.
var quoteHeader = regexp.MustCompile("^@_\\*\\*[^*\n]*\\|([0-9]+)\\*\\* \\[[^\\]\n]*\\]\\([^()\\s]*/near/([0-9]+)/?\\)[^\n]*\n(`{3,})quote[ \t]*\n")

// CutQuote is what a person said, without the quotation of a message of the bot that it begins with, whose id is the
// second result; "" where it begins with none. A quotation of somebody else is a part of what is said.
func CutQuote(content string, self zulip.UserID) (text, quoted string) {
	content = strings.TrimSpace(strings.ReplaceAll(content, "\r\n", "\n"))
	header := quoteHeader.FindStringSubmatch(content)
	if header == nil || header[1] != IDText(self) {
		return content, ""
	}
	if _, ok := ParseID[zulip.MessageID](header[2]); !ok {
		return content, ""
	}
	rest, closed := content[len(header[0]):], false
	for !closed {
		line, after, more := strings.Cut(rest, "\n")
		if closed = strings.TrimRight(line, " \t") == header[3]; !closed && !more {
			return content, "" // The quotation does not end.
		}
		rest = after
	}
	return strings.TrimSpace(rest), header[2]
}
