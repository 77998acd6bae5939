package standup

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// opening is what decideOpen looks at.
type opening struct {
	team     Team
	members  []Member          // As the chat lists them now.
	zones    map[UserID]string // What people have set with the timezone command.
	before   past              // The team's last run.
	holidays HolidayCalendar   // Nil means none.
}

// decideOpen opens the team's next run: it freezes who takes part and what is
// asked, prompts those whose time has come, and finds the run after it. A run
// whose time to answer has passed, because nothing was running, is recorded as
// missed and said so once.
func decideOpen(s opening, now time.Time) changes {
	var c changes
	before, team := s.team, s.team
	date := team.Next.Date
	team.Members = s.members
	last := team.LastRun
	team.LastRun = date
	team.Next = team.nextRun(now, zonesOf(team.Members, s.zones), s.holidays)
	c.team(before, team)

	if s.before.run.closed() {
		for _, r := range s.before.responses {
			c.remove(r.id().dialogueKey())
		}
	}
	loc, err := LoadZone(team.Schedule.Zone)
	if err != nil {
		return c // Stored schedules are valid; without zone data there is no run to hold.
	}
	w, ok := team.Schedule.windowOn(date, loc)
	if !ok || len(team.Members) == 0 {
		return c
	}
	run := Run{
		Team: team.ID, Date: date, Channel: team.Channel, ChannelName: team.ChannelName, Zone: team.Schedule.Zone,
		Questions: askedOn(team.questions(), date, last),
		OpenedAt:  now, RemindAt: w.remind, CutoffAt: w.cutoff,
	}
	if !now.Before(w.cutoff.Add(-minWindow)) {
		run.Missed = true
		c.run(run)
		c.send(missedNotice(run, team.Next))
		return c
	}
	c.run(run)
	c.at(due{w.remind, stepRemind, team.ID, date})
	c.at(due{w.cutoff, stepClose, team.ID, date})

	responses := make([]Response, 0, len(team.Members))
	for _, m := range team.Members {
		zone := s.zones[m.ID]
		r := Response{
			Team: team.ID, Date: date, User: m.ID, Name: m.Name, Zone: zone,
			PromptAt: team.Schedule.promptAt(date, w, zone),
		}
		if zone == "" {
			r.Zone = team.Schedule.Zone
		}
		if i := slices.IndexFunc(s.before.responses, func(b Response) bool { return b.User == m.ID }); i >= 0 {
			r.Plan = s.before.responses[i].plan()
		}
		responses = append(responses, r)
		c.response(r)
	}
	c.merge(decidePrompt(run, responses, now))
	return c
}

// zonesOf returns the zones that people have set, each once.
func zonesOf(members []Member, set map[UserID]string) []string {
	var zones []string
	for _, m := range members {
		if zone := set[m.ID]; zone != "" && !slices.Contains(zones, zone) {
			zones = append(zones, zone)
		}
	}
	return zones
}

// decidePrompt asks everybody whose time has come, and puts the next such
// instant into the timetable.
func decidePrompt(run Run, responses []Response, now time.Time) changes {
	var c changes
	var next time.Time
	for _, r := range responses {
		switch {
		case r.prompted() || run.closed():
		case r.PromptAt.After(now):
			if next.IsZero() || r.PromptAt.Before(next) {
				next = r.PromptAt
			}
		case now.Before(run.CutoffAt):
			r.PromptedAt = now
			c.response(r)
			c.put(r.id().dialogueKey(), present{})
			c.send(prompt(run, r))
		}
	}
	if !next.IsZero() {
		c.at(due{next, stepPrompt, run.Team, run.Date})
	}
	return c
}

// decideRemind reminds those who were asked and have not finished. After the
// cutoff nobody is reminded.
func decideRemind(run Run, responses []Response, now time.Time) changes {
	var c changes
	if run.closed() || !now.Before(run.CutoffAt) {
		return c
	}
	for _, r := range responses {
		if !r.prompted() || r.completed() || r.Unreachable || !r.RemindedAt.IsZero() {
			continue
		}
		r.RemindedAt = now
		c.response(r)
		c.send(reminder(run, r))
	}
	return c
}

// plan is what the person said they would do next: the answer to the second
// question.
func (r Response) plan() string {
	const question = 1
	if len(r.Answers) <= question {
		return ""
	}
	return r.Answers[question].Text()
}

const lastDayMark = "{last_day}"

// askedOn fills in the questions of a run on d, when the run before was on
// last, zero if there was none.
func askedOn(questions []string, d, last Date) []string {
	filled := make([]string, len(questions))
	for i, q := range questions {
		filled[i] = strings.ReplaceAll(q, lastDayMark, lastDay(d, last))
	}
	return filled
}

// lastDay names the day of the last run as one would say it on d.
func lastDay(d, last Date) string {
	const week = 7
	switch {
	case last.IsZero() || !last.Before(d) || last.Before(d.AddDays(-2*week)):
		return "in your last work session"
	case last == d.AddDays(-1):
		return "yesterday"
	case last == d.AddDays(-2):
		return "2 days ago"
	case last.Before(d.AddDays(-week)):
		return fmt.Sprintf("on %v, %v %d", last.Weekday(), last.Month, last.Day)
	default:
		return fmt.Sprintf("last %v", last.Weekday())
	}
}
