package zulipchat

import (
	"strings"
	"unicode"

	"github.com/signalbox-go/signalbox/internal/zulipmark"
	"github.com/signalbox-go/signalbox/zulip"
)

// quotation shows what a person wrote, with their markup, and keeps it in its bounds. Mentions in it show the name and
// notify nobody.
func quotation(text string) string {
	var lines []string
	for line := range strings.SplitSeq(zulipmark.Clean(text), "\n") {
		lines = append(lines, strings.TrimRightFunc(line, unicode.IsSpace)) // Zulip looks at lines without their end.
	}
	text = strings.Trim(strings.Join(lines, "\n"), "\n")
	if text == "" {
		return ""
	}
	return zulip.Quote(strings.ReplaceAll(text, "@*", "@_*"))
}
