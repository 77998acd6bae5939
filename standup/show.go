package standup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

func helpText() Text {
	text := Text{heading(plain("Standup"))}
	for _, c := range []struct{ usage, what string }{
		{"setup 09:30 11:45 12:45 Europe/Berlin", "start a standup in this channel: prompt, reminder and cutoff, and the time zone"},
		{"status", "how it is configured and what comes next"},
		{"pause", "stop it for a while"},
		{"resume", "start it again"},
		{"config", "show and change the settings"},
		{"participants", "who is asked"},
		{"history 7", "the newest runs"},
		{"search TERM", "find a text in the answers"},
		{"stats", "who took part how often"},
		{"test-prompt", "see what you would be asked"},
		{"timezone Europe/Berlin", "be asked on your own clock; also in a direct message"},
		{"debug", "the state of the bot"},
		{"help", "this text"},
	} {
		text = append(text, item(code(c.usage), plain(" – "+c.what)))
	}
	return append(text, para(plain("Mention me in a channel with one of these. I ask the questions as direct messages; to change an answer, edit it. "+
		"While a question is open there, begin a command with "), code("/standup"), plain(".")))
}

func statusText(t Team) Text {
	state := "active"
	if t.Paused {
		state = "paused"
	}
	return append(Text{heading(plain("The standup of " + t.ChannelName + " is " + state))}, statusItems(t)...)
}

// statusItems lists how a team is configured.
func statusItems(t Team) Text {
	s := t.Schedule
	const names = 10
	var people []Span
	for i, m := range t.Members {
		if i == names {
			people = append(people, plain(fmt.Sprintf("%d more", len(t.Members)-names)))
			break
		}
		people = append(people, plain(m.Name))
	}
	holidays := "none"
	if t.HolidayCountry != "" {
		holidays = t.HolidayCountry + ", skipped"
		if t.IgnoreHolidays {
			holidays = t.HolidayCountry + ", not skipped"
		}
	}
	kind := "default"
	if len(t.Questions) > 0 {
		kind = "own"
	}
	text := Text{
		item(plain("Days: "), bold(s.Days.Describe())),
		item(plain("Times: prompt "), bold(s.Prompt.String()), plain(", reminder "), bold(s.Reminder.String()),
			plain(", cutoff "), bold(s.Cutoff.String()), plain(" "+s.Zone)),
		item(plain("Public holidays: "), bold(holidays)),
		item(append([]Span{plain(fmt.Sprintf("Participants (%d): ", len(t.Members)))}, separated(people)...)...),
	}
	for i, q := range t.questions() {
		text = append(text, item(plain(fmt.Sprintf("Question %d (%s): ", i+1, kind)), bold(q)))
	}
	if t.Paused {
		return append(text, para(plain("It is paused; write "), code("resume"), plain(" to start it again.")))
	}
	return append(text, para(plain(nextSentence(t.Next, s.Zone))))
}

func configText(t Team) Text {
	text := append(statusText(t), para(plain("To change a setting:")))
	for _, usage := range []string{
		"config times 09:30 11:45 12:45", "config prompt_time 09:30", "config reminder_time 11:45", "config cutoff_time 12:45",
		"config days mon,tue,wed,thu,fri", "config holidays Nigeria", "config holidays none", "config skip_holidays yes",
		"config timezone Africa/Lagos", "config questions What did you do {last_day}? | What next? | Any blockers?", "config questions reset",
	} {
		text = append(text, item(code(usage)))
	}
	return text
}

func participantsText(t Team, zones map[UserID]string) Text {
	people := slices.Clone(t.Members)
	slices.SortFunc(people, func(a, b Member) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	const most = 100
	text := Text{heading(plain(count(len(people), "participant") + " of " + t.ChannelName))}
	for i, m := range people {
		if i == most {
			return append(text, para(plain(fmt.Sprintf("and %d more", len(people)-most))))
		}
		line := item(person(m.ID, m.Name))
		if zone := zones[m.ID]; zone != "" {
			line.Spans = append(line.Spans, plain(" – "+zone))
		}
		text = append(text, line)
	}
	return text
}

func historyText(runs []past, n int) Text {
	if len(runs) == 0 {
		return sentence("There has been no standup yet.")
	}
	text := Text{heading(plain("The newest standups"))}
	for _, p := range runs[:min(n, len(runs))] {
		line := fmt.Sprintf("%d of %d completed", completedOf(p.responses), len(p.responses))
		switch {
		case p.run.Missed:
			line = "missed: I was not running"
		case !p.run.closed():
			line += ", still open"
		}
		text = append(text, item(bold(p.run.Date.String()), plain(" "+p.run.Date.Weekday().String()+": "+line)))
	}
	return text
}

func completedOf(responses []Response) int {
	n := 0
	for _, r := range responses {
		if r.completed() {
			n++
		}
	}
	return n
}

// searchText lists the newest answers that contain a term.
func searchText(runs []past, term string) Text {
	const most = 10
	text := Text{heading(plain("Answers with “" + clip(term) + "”"))}
	for _, p := range runs {
		for _, r := range p.responses {
			for i, a := range r.Answers {
				found, ok := excerpt(a.Text(), term)
				if !ok {
					continue
				}
				if len(text) > 2*most {
					return append(text, para(plain("There are more; use a longer term.")))
				}
				text = append(text, para(bold(p.run.Date.String()), plain(" "), person(r.User, r.Name), plain(" – "+p.run.Questions[i])), quote(found))
			}
		}
	}
	if len(text) == 1 {
		return sentence("No answer contains “" + clip(term) + "”.")
	}
	return text
}

// excerpt returns the part of a text around the first place where term stands,
// whatever its case.
func excerpt(text, term string) (string, bool) {
	const around = 60 // Letters on each side.
	runes := []rune(text)
	lower, want := []rune(strings.ToLower(text)), []rune(strings.ToLower(term))
	if len(lower) != len(runes) {
		lower = runes // A letter whose lower case has another length; search as it stands.
	}
	for i := 0; i+len(want) <= len(lower); i++ {
		if !slices.Equal(lower[i:i+len(want)], want) {
			continue
		}
		from, to := max(0, i-around), min(len(runes), i+len(want)+around)
		found := string(runes[from:to])
		if from > 0 {
			found = "…" + found
		}
		if to < len(runes) {
			found += "…"
		}
		return found, true
	}
	return "", false
}

// statsText counts who took part in the runs that are kept.
func statsText(t Team, runs []past) Text {
	type tally struct {
		name             string
		asked, completed int
	}
	people := map[UserID]*tally{}
	asked, completed, held := 0, 0, 0
	for _, p := range runs {
		if !p.run.closed() || p.run.Missed {
			continue
		}
		held++
		for _, r := range p.responses {
			if !r.prompted() {
				continue
			}
			who, ok := people[r.User]
			if !ok {
				who = &tally{name: r.Name}
				people[r.User] = who
			}
			who.asked++
			asked++
			if r.completed() {
				who.completed++
				completed++
			}
		}
	}
	if held == 0 {
		return sentence("No standup has been completed yet.")
	}
	ids := make([]UserID, 0, len(people))
	for id := range people {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b UserID) int {
		return cmp.Or(cmp.Compare(people[b].completed, people[a].completed), strings.Compare(people[a].name, people[b].name), cmp.Compare(a, b))
	})
	text := Text{
		heading(plain("Taking part in " + t.ChannelName)),
		para(plain(fmt.Sprintf("%s, %d of %d answered in full (%d %%).", count(held, "run"), completed, asked, percent(completed, asked)))),
	}
	const most = 100
	for i, id := range ids {
		if i == most {
			return append(text, para(plain(fmt.Sprintf("and %d more", len(ids)-most))))
		}
		who := people[id]
		text = append(text, item(person(id, who.name), plain(fmt.Sprintf(": %d of %d (%d %%)", who.completed, who.asked, percent(who.completed, who.asked)))))
	}
	return text
}

func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return (200*part + whole) / (2 * whole)
}

// system is what the debug command shows of the engine.
type system struct {
	started time.Time
	waiting int // Messages in the outbox, counted up to a limit.
	limited bool
}

func respondDebug(s asking, now time.Time) Text {
	waiting := fmt.Sprint(s.system.waiting)
	if s.system.limited {
		waiting += " or more"
	}
	text := Text{
		heading(plain("Debug")),
		item(plain("Now: " + now.UTC().Format(time.RFC3339))),
		item(plain("Running since: " + s.system.started.UTC().Format(time.RFC3339))),
		item(plain("Messages waiting to be sent: " + waiting)),
	}
	if s.team == nil {
		return append(text, item(plain("No standup here.")))
	}
	next := "none"
	if !s.team.Next.OpenAt.IsZero() {
		next = s.team.Next.Date.String() + ", opens " + s.team.Next.OpenAt.UTC().Format(time.RFC3339)
	}
	text = append(text, item(plain("Team: "), code(string(s.team.ID))), item(plain("Last run: "+cmp.Or(s.team.LastRun.String(), "none"))), item(plain("Next run: "+next)))
	for _, p := range s.past {
		if !p.run.closed() {
			text = append(text, item(plain(fmt.Sprintf("Open run %v: %d of %d completed, closes %s", p.run.Date,
				completedOf(p.responses), len(p.responses), p.run.CutoffAt.UTC().Format(time.RFC3339)))))
		}
	}
	return text
}
