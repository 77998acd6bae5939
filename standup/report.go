package standup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// reportPartLength is how much text one message of a report holds, in code
// points. It leaves room for the markup that an adapter adds below the 10,000
// that Zulip takes.
const reportPartLength = 6000

// decideClose posts the report of a run.
func decideClose(run Run, responses []Response, now time.Time) changes {
	var c changes
	if run.closed() {
		return c
	}
	parts := report(run, responses)
	run.ReportedAt, run.Parts = now, len(parts)
	c.run(run)
	for i, body := range parts {
		c.send(reportMessage(run, i, body, now))
	}
	return c
}

// decideUpdate brings the posted report up to date after an answer changed. It
// does nothing before the report is posted.
func decideUpdate(run Run, responses []Response, cause EventID, now time.Time) changes {
	var c changes
	if run.ReportedAt.IsZero() {
		return c
	}
	parts := report(run, responses)
	posted := run.Parts
	for i, body := range parts {
		m := reportMessage(run, i, body, now)
		if i < posted {
			m.Replaces, m.Key = m.Key, joinKey("update", string(cause), fmt.Sprint(i))
		}
		c.send(m)
	}
	for i := len(parts); i < posted; i++ {
		m := reportMessage(run, i, sentence("(This part of the report moved up.)"), now)
		m.Replaces, m.Key = m.Key, joinKey("update", string(cause), fmt.Sprint(i))
		c.send(m)
	}
	if len(parts) > posted {
		run.Parts = len(parts)
		c.run(run)
	}
	return c
}

// reportLifetime is how long a report is worth posting.
const reportLifetime = 7 * 24 * time.Hour

func reportKey(run Run, part int) string {
	return joinKey("report", string(run.Team), run.Date.String(), fmt.Sprint(part))
}

func reportMessage(run Run, part int, body Text, now time.Time) outboxRow {
	return outboxRow{
		Outgoing:  Outgoing{Key: reportKey(run, part), To: Address{Channel: run.Channel, Topic: reportTopic(run)}, Body: body},
		Priority:  priorityBulk,
		ExpiresAt: now.Add(reportLifetime),
		Keep:      true,
	}
}

// reportTopic names the topic of a run's report.
func reportTopic(run Run) string { return "Standup " + run.Date.String() }

// report writes the report of a run, in as many messages as its length takes.
func report(run Run, responses []Response) []Text {
	responses = slices.Clone(responses)
	slices.SortFunc(responses, func(a, b Response) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.User, b.User))
	})
	var sections []Text
	var silent, unreachable, notAsked []Span
	answered := 0
	for _, r := range responses {
		switch {
		case len(r.Answers) > 0:
			answered++
			sections = append(sections, personSections(run, r)...)
		case r.Unreachable:
			unreachable = append(unreachable, person(r.User, r.Name))
		case r.prompted():
			silent = append(silent, person(r.User, r.Name))
		default:
			notAsked = append(notAsked, person(r.User, r.Name))
		}
	}
	head := Text{
		heading(plain("Standup for " + longDate(run.Date))),
		para(plain(fmt.Sprintf("%d of %d answered.", answered, len(responses)))),
	}
	if answered == 0 {
		head[1] = para(plain("Nobody answered."))
	}
	var foot Text
	for _, list := range []struct {
		title  string
		people []Span
	}{{"No answer from: ", silent}, {"Could not be reached: ", unreachable}, {"Not asked in time: ", notAsked}} {
		if len(list.people) > 0 {
			foot = append(foot, para(append([]Span{plain(list.title)}, separated(list.people)...)...))
		}
	}
	return packed(append(append([]Text{head}, sections...), footSections(foot)...))
}

// footSections cuts long lists of people where a message would overflow.
func footSections(foot Text) []Text {
	const people = 100 // Two spans each, with their commas.
	var sections []Text
	for _, b := range foot {
		for spans := range slices.Chunk(b.Spans, 2*people) {
			sections = append(sections, Text{para(spans...)})
		}
	}
	return sections
}

// personSections is what one person answered, cut after a question where it
// would not fit into one message.
func personSections(run Run, r Response) []Text {
	var sections []Text
	section := Text{para(person(r.User, r.Name))}
	for i, a := range r.Answers {
		next := Text{para(bold(run.Questions[i])), quote(a.Text())}
		if length(section)+length(next) > reportPartLength {
			sections = append(sections, section)
			section = Text{para(person(r.User, r.Name), plain(" (continued)"))}
		}
		section = append(section, next...)
	}
	if len(r.Answers) < len(run.Questions) {
		section = append(section, para(plain(fmt.Sprintf("(%d of %d questions answered)", len(r.Answers), len(run.Questions)))))
	}
	return append(sections, section)
}

// packed joins sections into messages.
func packed(sections []Text) []Text {
	var messages []Text
	var message Text
	for _, s := range sections {
		if len(message) > 0 && length(message)+length(s) > reportPartLength {
			messages = append(messages, message)
			message = nil
		}
		message = append(message, s...)
	}
	return append(messages, message)
}

// length estimates the size of a text in a chat, in code points.
func length(t Text) int {
	const markup = 12 // Of a block or a span.
	n := 0
	for _, b := range t {
		n += markup + utf8.RuneCountInString(b.Quote)
		for _, s := range b.Spans {
			n += markup + utf8.RuneCountInString(s.Text)
		}
	}
	return n
}

// separated puts commas between spans.
func separated(spans []Span) []Span {
	var out []Span
	for i, s := range spans {
		if i > 0 {
			out = append(out, plain(", "))
		}
		out = append(out, s)
	}
	return out
}

func longDate(d Date) string {
	return fmt.Sprintf("%v, %d %v %d", d.Weekday(), d.Day, d.Month, d.Year)
}
