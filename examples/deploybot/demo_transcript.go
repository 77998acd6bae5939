package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// transcript writes the demo for a reader. Colour is for terminals alone.
type transcript struct {
	w      io.Writer
	colour bool
	began  time.Time
}

func newTranscript(w io.Writer, getenv func(string) string) *transcript {
	return &transcript{w: w, colour: isTerminal(w) && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb", began: time.Now()}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// The styles of the transcript, as terminals know them.
const (
	bold  = "1"
	dim   = "2"
	red   = "31"
	green = "32"
	cyan  = "36"
)

func (t *transcript) paint(style, text string) string {
	if !t.colour || style == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// The layout: a margin with the seconds, then what is said.
const (
	marginWidth = 8
	textWidth   = 88 - marginWidth
)

func (t *transcript) opening(c cast) {
	fmt.Fprintf(t.w, "%s\n%s and %s may run what there is and approve what others want to run.\nWhat goes to production takes an approval. %s may do nothing.\n\n",
		t.paint(bold, "An afternoon in #"+channelName+", with the time in seconds"), c.ada.FullName, c.bola.FullName, c.mallory.FullName)
}

func (t *transcript) scene(title string) {
	line := "── " + title + " "
	line += strings.Repeat("─", max(0, marginWidth+textWidth-utf8.RuneCountInString(line)))
	fmt.Fprintf(t.w, "%s\n\n", t.paint(bold, line))
}

// message shows who said what, and where if that is not where people talk.
func (t *transcript) message(m zuliptest.Message, c cast) {
	t.said(m, "", c)
}

// edit shows a message that the bot has changed.
func (t *transcript) edit(m zuliptest.Message, c cast) {
	t.said(m, ", in the same message as before", c)
}

func (t *transcript) said(m zuliptest.Message, how string, c cast) {
	from := t.paint(bold, m.SenderName)
	if m.SenderID == c.account.ID {
		from = t.paint(cyan, botName)
	}
	if m.Topic != channelTopic {
		how += " → " + m.Topic
	}
	t.row(from + t.paint(dim, how))
	for _, line := range c.readable(m.Content) {
		for _, part := range wrap(line, textWidth-2) {
			fmt.Fprintln(t.w, strings.Repeat(" ", marginWidth)+t.paint(dim, "│ ")+part)
		}
	}
	fmt.Fprintln(t.w)
}

func (t *transcript) reaction(who person, text string) {
	t.row(t.paint(bold, who.FullName) + t.paint(dim, " puts 👍 on “"+text+"”") + "\n")
}

func (t *transcript) alarm(text string) { t.row(t.paint(red, "* "+text) + "\n") }

func (t *transcript) check(what string) { fmt.Fprintln(t.w, t.paint(green, "  ✔ ")+what) }

func (t *transcript) success(text string) { fmt.Fprintf(t.w, "\n%s\n", t.paint(green, text)) }

// row writes one line beside the seconds.
func (t *transcript) row(text string) {
	margin := fmt.Sprintf("%5.1f", time.Since(t.began).Seconds())
	fmt.Fprintln(t.w, t.paint(dim, margin)+strings.Repeat(" ", marginWidth-len(margin))+text)
}

// wrap breaks a line between words. Lines of logs and tables stay whole.
func wrap(text string, width int) []string {
	if utf8.RuneCountInString(text) <= width || strings.HasPrefix(text, "┃") || strings.Contains(text, "  ") {
		return []string{text}
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
