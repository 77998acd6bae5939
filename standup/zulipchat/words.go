package zulipchat

import (
	"regexp"
	"strings"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// words is what a person said: without the quotation of a message of the bot that it begins with, whose id is the
// second result, and empty when there is nothing but uploads.
func words(content string, self zulip.UserID) (text string, replyTo standup.MessageID) {
	text, quoted := zulipadapter.CutQuote(content, self)
	if onlyUploads(text) {
		text = ""
	}
	return text, standup.MessageID(quoted)
}

// link is a link or an image in Markdown; group 1 tells them apart, group 2 is the address.
var link = regexp.MustCompile(`(!?)\[(?:\\.|[^\]\\\n])*\]\(([^()\s]*)\)`)

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
