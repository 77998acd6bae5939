package standup

import (
	"fmt"
	"strings"
	"time"
)

// replyLifetime is how long an answer to a person is worth sending.
const replyLifetime = 24 * time.Hour

// reply answers an event where it came from.
func reply(in Incoming, body Text, now time.Time) outboxRow {
	to := Address{User: in.From}
	if in.Channel != "" {
		to = Address{Channel: in.Channel, Topic: in.Topic}
	}
	return outboxRow{
		Outgoing:  Outgoing{Key: joinKey("reply", string(in.ID)), To: to, Body: body},
		Priority:  prioritySoon,
		ExpiresAt: now.Add(replyLifetime),
	}
}

// prompt asks a person the first question of a run.
func prompt(run Run, r Response) outboxRow {
	body := say(plain("👋 Hi "), bold(r.Name), plain(", it is time for the standup of "), bold(run.ChannelName),
		plain(" for "+longDate(run.Date)+". Answer here until "), bold(clock(run.CutoffAt, r.Zone)), plain("."))
	if r.Plan != "" {
		body = append(body, para(plain("Last time you planned:")), quote(r.Plan))
	}
	body = append(body, para(bold(run.Questions[0])))
	if more := len(run.Questions) - 1; more > 0 {
		body = append(body, para(plain(fmt.Sprintf("(%s after this one)", count(more, "more question")))))
	}
	return outboxRow{
		Outgoing:  Outgoing{Key: joinKey("prompt", string(run.Team), run.Date.String(), string(r.User)), To: Address{User: r.User}, Body: body},
		Priority:  priorityBulk,
		ExpiresAt: run.CutoffAt,
		Asks:      new(r.id()),
	}
}

// reminder asks the question that waits once more.
func reminder(run Run, r Response) outboxRow {
	body := say(plain("⏰ The standup of "), bold(run.ChannelName), plain(" closes at "), bold(clock(run.CutoffAt, r.Zone)),
		plain(". Still open:"))
	return outboxRow{
		Outgoing: Outgoing{
			Key: joinKey("reminder", string(run.Team), run.Date.String(), string(r.User)), To: Address{User: r.User},
			Body: append(body, para(bold(run.Questions[len(r.Answers)]))),
		},
		Priority:  priorityBulk,
		ExpiresAt: run.CutoffAt,
		Asks:      new(r.id()),
	}
}

// missedNotice tells a channel that a run could not be held.
func missedNotice(run Run, next NextRun) outboxRow {
	body := say(plain("I was not running when the standup of "), bold(longDate(run.Date)),
		plain(" was due, so nobody was asked. "), plain(nextSentence(next, run.Zone)))
	return outboxRow{
		Outgoing: Outgoing{
			Key: joinKey("missed", string(run.Team), run.Date.String()),
			To:  Address{Channel: run.Channel, Topic: reportTopic(run)}, Body: body,
		},
		Priority:  priorityBulk,
		ExpiresAt: run.CutoffAt.Add(reportLifetime),
	}
}

func nextQuestion(run Run, r Response) Text {
	return Text{para(plain("Thanks!")), para(bold(run.Questions[len(r.Answers)]))}
}

func thanks(run Run) Text {
	return say(plain("✅ That was all for "), bold(run.ChannelName), plain(", thank you. To change an answer, edit your message."))
}

// askAgain leads over to the question of another run.
func askAgain(run Run, r Response) Text {
	return Text{
		para(plain("Next, the standup of "), bold(run.ChannelName), plain(" for "+longDate(run.Date)+":")),
		para(bold(run.Questions[len(r.Answers)])),
	}
}

func acceptedLate(run Run) Text {
	return say(plain("Your answer came in time and is in the report. The standup of "), bold(run.ChannelName), plain(" has closed meanwhile."))
}

// tooLate says why an answer was not kept.
func tooLate(d dialogue) Text {
	if d.response.completed() {
		return say(plain("Your standup for "), bold(d.run.ChannelName), plain(" of "+longDate(d.run.Date)+
			" is complete. To change an answer, edit your message; for other things write "), code("help"), plain("."))
	}
	return say(plain("The standup of "), bold(d.run.ChannelName), plain(" for "+longDate(d.run.Date)+" closed at "),
		bold(clock(d.run.CutoffAt, d.response.Zone)), plain(", so this answer was not added."))
}

func tooLong(n int) Text {
	return sentence(fmt.Sprintf("Your answer has %d characters and the limit is %d, so it was not kept. Please send a shorter one.", n, MaxAnswerLength))
}

func edited(run Run, question int) Text {
	return say(plain("✏️ Changed your answer to “"), plain(run.Questions[question]), plain("”."))
}

// clock shows a time of day as a person in zone reads it.
func clock(at time.Time, zone string) string {
	loc, err := LoadZone(zone)
	if err != nil {
		loc = time.UTC
	}
	return at.In(loc).Format("15:04") + " " + loc.String()
}

// instant shows a day and time in zone and, where that differs, in UTC.
func instant(at time.Time, zone string) string {
	loc, err := LoadZone(zone)
	if err != nil {
		loc = time.UTC
	}
	text := at.In(loc).Format("Monday, 2 January 2006 15:04") + " " + loc.String()
	if _, offset := at.In(loc).Zone(); offset != 0 {
		text += at.UTC().Format(" (15:04 UTC)")
	}
	return text
}

func nextSentence(next NextRun, zone string) string {
	if next.OpenAt.IsZero() {
		return "No standup is planned."
	}
	return "The next standup begins on " + instant(next.OpenAt, zone) + "."
}

// count writes a number and its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// marked turns a sentence with `words` between backquotes into spans.
func marked(s string) []Span {
	var spans []Span
	for {
		before, rest, opened := strings.Cut(s, "`")
		word, after, closed := strings.Cut(rest, "`")
		if !opened || !closed {
			return append(spans, plain(s))
		}
		spans = append(spans, plain(before), code(word))
		s = after
	}
}
