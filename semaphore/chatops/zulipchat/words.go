package zulipchat

import (
	"regexp"
	"strings"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// quoteHeader is how Zulip's "quote and reply" begins; "said" is in the language of who clicked. The groups are the id
// of who is quoted, the id of the message, and the fence.
var quoteHeader = regexp.MustCompile("^@_\\*\\*[^*\n]*\\|([0-9]+)\\*\\* \\[[^\\]\n]*\\]\\([^()\\s]*/near/([0-9]+)/?\\)[^\n]*\n(`{3,})quote[ \t]*\n")

// words is what a person said, without the quotation of a message of the bot that it begins with, whose id is the
// second result. A quotation of somebody else is a part of what is said.
func words(content string, self zulip.UserID) (text string, replyTo chatops.MessageID) {
	content = strings.TrimSpace(strings.ReplaceAll(content, "\r\n", "\n"))
	header := quoteHeader.FindStringSubmatch(content)
	if header == nil || header[1] != idText(self) {
		return content, ""
	}
	id, err := parseID[zulip.MessageID](header[2], "message")
	if err != nil {
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
	return strings.TrimSpace(rest), chatops.MessageID(idText(id))
}
