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
	pause  time.Duration // After each message, for somebody who watches.
}

func newTranscript(w io.Writer, getenv func(string) string) *transcript {
	t := &transcript{w: w}
	if isTerminal(w) {
		const watchable = 70 * time.Millisecond
		t.colour, t.pause = getenv("NO_COLOR") == "" && getenv("TERM") != "dumb", watchable
	}
	return t
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

// The layout: a margin with the clock, then what is said.
const (
	marginWidth = 17
	textWidth   = 78 - marginWidth
)

func (t *transcript) opening(c cast) {
	var people []string
	for _, p := range c.team() {
		people = append(people, p.name+" in "+p.city())
	}
	fmt.Fprintf(t.w, "%s\n%s\n%s\n\n", t.paint(bold, "One day of #"+channelName+", played fast"),
		strings.Join(people, ", ")+".", t.paint(dim, "The clocks show everybody's own time."))
}

func (t *transcript) scene(title string) {
	line := "── " + title + " "
	line += strings.Repeat("─", max(0, marginWidth+textWidth-utf8.RuneCountInString(line)))
	fmt.Fprintf(t.w, "%s\n\n", t.paint(bold, line))
}

// message shows who said what to whom, on the clock of who is the person.
func (t *transcript) message(m zuliptest.Message, who person, c cast) {
	from, to := t.paint(bold, who.name), t.paint(cyan, botName)
	if m.SenderID == c.bot.ID {
		from, to = to, from
	}
	if !m.IsDirect() {
		to = fmt.Sprintf("#%s > %s", m.Channel, m.Topic)
	}
	t.row(m.Time, who.zone, from+t.paint(dim, " → ")+to)
	for _, p := range readable(m.Content, c) {
		t.paragraph(p)
	}
	t.end()
}

func (t *transcript) edit(at time.Time, who person, before, after string) {
	t.row(at, who.zone, t.paint(bold, who.name)+t.paint(dim, " edits"))
	t.paragraph(paragraph{text: "“" + before + "”"})
	t.paragraph(paragraph{text: "to “" + after + "”"})
	t.end()
}

func (t *transcript) note(at time.Time, zone *time.Location, text string) {
	t.aside(at, zone, "", text)
}

func (t *transcript) alarm(at time.Time, zone *time.Location, text string) {
	t.aside(at, zone, red, text)
}

// aside is a remark of the narrator.
func (t *transcript) aside(at time.Time, zone *time.Location, style, text string) {
	for _, line := range wrap("* "+text, textWidth) {
		t.row(at, zone, t.paint(style, line))
		at = time.Time{} // The clock stands beside the first line.
	}
	t.end()
}

// end closes what is shown of one moment.
func (t *transcript) end() {
	fmt.Fprintln(t.w)
	time.Sleep(t.pause)
}

func (t *transcript) check(what string) {
	fmt.Fprintln(t.w, t.paint(green, "  ✔ ")+what)
}

func (t *transcript) success(text string) {
	fmt.Fprintf(t.w, "\n%s\n", t.paint(green, text))
}

// row writes one line beside the clock; the zero time leaves the margin empty.
func (t *transcript) row(at time.Time, zone *time.Location, text string) {
	margin := ""
	if !at.IsZero() {
		margin = at.In(zone).Format("15:04") + " " + city(zone)
	}
	margin += strings.Repeat(" ", max(1, marginWidth-utf8.RuneCountInString(margin)))
	fmt.Fprintln(t.w, t.paint(dim, margin)+text)
}

// paragraph writes a piece of what was said, below who said it.
func (t *transcript) paragraph(p paragraph) {
	for _, line := range wrap(p.text, textWidth-2) {
		fmt.Fprintln(t.w, strings.Repeat(" ", marginWidth)+t.paint(dim, "│ ")+t.paint(p.style, line))
	}
}

// wrap breaks a line between words, and indents what follows under a list entry
// or quotation.
func wrap(text string, width int) []string {
	indent := ""
	for _, lead := range []string{"- ", "* ", "  > "} {
		if strings.HasPrefix(text, lead) {
			indent = strings.Repeat(" ", len(lead))
		}
	}
	lead := text[:len(text)-len(strings.TrimLeft(text, " "))]
	var lines []string
	line := lead
	for word := range strings.FieldsSeq(text) {
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width && strings.TrimSpace(line) != "" {
			lines, line = append(lines, line), indent
		}
		if strings.TrimSpace(line) != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
