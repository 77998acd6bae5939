package zulipchat

import (
	"regexp"
	"strings"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

var (
	// quoteHeader is how Zulip's "quote and reply" begins; "said" is in the language of who clicked. The groups are the
	// id of who is quoted, the id of the message, and the fence.
	quoteHeader = regexp.MustCompile("^@_\\*\\*[^*\n]*\\|([0-9]+)\\*\\* \\[[^\\]\n]*\\]\\([^()\\s]*/near/([0-9]+)/?\\)[^\n]*\n(`{3,})quote[ \t]*\n")
	// link is a link or an image in Markdown; group 1 tells them apart, group 2 is the address.
	link = regexp.MustCompile(`(!?)\[(?:\\.|[^\]\\\n])*\]\(([^()\s]*)\)`)
)

// words is what a person said: without the quotation of a message of the bot that it begins with, whose id is the
// second result, and empty when there is nothing but uploads.
func words(content string, self zulip.UserID) (text string, replyTo standup.MessageID) {
	content = strings.TrimSpace(strings.ReplaceAll(content, "\r\n", "\n"))
	content, replyTo = cutQuote(content, self)
	if onlyUploads(content) {
		return "", replyTo
	}
	return content, replyTo
}

// cutQuote takes a quotation of the bot off the beginning. One of somebody else is a part of what is said.
func cutQuote(content string, self zulip.UserID) (rest string, replyTo standup.MessageID) {
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
	return strings.TrimSpace(rest), standup.MessageID(idText(id))
}

// onlyUploads reports whether a content consists of links to uploaded files and of images.
func onlyUploads(content string) bool {
	found := false
	rest := link.ReplaceAllStringFunc(content, func(text string) string {
		match := link.FindStringSubmatch(text)
		if match[1] == "" && !isUpload(match[2]) {
			return text
		}
		found = true
		return ""
	})
	return found && strings.TrimSpace(rest) == ""
}

func isUpload(address string) bool {
	if !strings.HasPrefix(address, "/") {
		_, after, ok := strings.Cut(address, "://")
		if !ok {
			return false
		}
		_, path, _ := strings.Cut(after, "/")
		address = "/" + path
	}
	return strings.HasPrefix(address, "/user_uploads/")
}
