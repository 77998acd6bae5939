package standup

import "time"

// asking is what decideCommand looks at.
type asking struct {
	team     *Team             // The standup of the channel; nil when it has none, and in direct messages.
	members  []Member          // The channel's people as the chat lists them now; only for setup and resume.
	unlisted bool              // The chat could not list the members.
	zones    map[UserID]string // What the team's people have set with the timezone command.
	holidays holidaySource

	defaultZone string
	admin       bool // The sender may configure every standup.

	past   []past // The team's runs, newest first; for history, search and stats.
	own    []own  // The sender's teams; for timezone.
	zone   string // The sender's own zone.
	system system // For debug.
}

// past is a run with its responses.
type past struct {
	run       Run
	responses []Response
}

// own is one team of the sender, for a change of their zone.
type own struct {
	team  Team
	zones map[UserID]string
	open  []dialogue // The sender's responses in runs that are not closed.
}

// holidaySource finds the calendar of a country; nil for "".
type holidaySource func(country string) HolidayCalendar

// decideCommand does what a command asks and answers it. Every reply tells
// what is stored.
func decideCommand(s asking, cmd Command, in Incoming, now time.Time) changes {
	body, c := respond(s, cmd, in, now)
	c.send(reply(in, body, now))
	return c
}

// respond returns the answer to a command and what it changes.
func respond(s asking, cmd Command, in Incoming, now time.Time) (Text, changes) {
	switch cmd := cmd.(type) {
	case HelpCommand:
		return helpText(), changes{}
	case TimezoneCommand:
		return respondTimezone(s, cmd, in, now)
	case DebugCommand:
		return respondDebug(s, now), changes{}
	}
	if in.Channel == "" {
		return say(plain("Write this in the channel whose standup you mean.")), changes{}
	}
	if setup, ok := cmd.(SetupCommand); ok {
		return respondSetup(s, setup, in, now)
	}
	if s.team == nil {
		return say(plain("This channel has no standup yet. Write "), code("setup"), plain(" to start one.")), changes{}
	}
	switch cmd := cmd.(type) {
	case StatusCommand:
		return statusText(*s.team), changes{}
	case ParticipantsCommand:
		return participantsText(*s.team, s.zones), changes{}
	case HistoryCommand:
		return historyText(s.past, cmd.N), changes{}
	case SearchCommand:
		return searchText(s.past, cmd.Term), changes{}
	case StatsCommand:
		return statsText(*s.team, s.past), changes{}
	case TestPromptCommand:
		return respondTestPrompt(s, in, now)
	case ConfigCommand:
		if cmd.Set == nil {
			return configText(*s.team), changes{}
		}
	}
	if !s.mayConfigure(in) {
		return notAllowed(*s.team), changes{}
	}
	switch cmd := cmd.(type) {
	case PauseCommand:
		return respondPause(s)
	case ResumeCommand:
		return respondResume(s, now)
	case ConfigCommand:
		return respondConfig(s, cmd.Set, now)
	}
	return helpText(), changes{}
}

// mayConfigure reports whether the sender may change the standup: its owner
// and the administrators may.
func (s asking) mayConfigure(in Incoming) bool {
	return s.admin || in.FromAdmin || s.team == nil || s.team.Owner == in.From
}

func notAllowed(t Team) Text {
	owner := "whoever set it up"
	if m, ok := t.member(t.Owner); ok {
		owner = m.Name
	}
	return say(plain("Only " + owner + " and the administrators may change this standup."))
}

// The default times of a standup.
const (
	defaultPrompt     TimeOfDay = 9*60 + 30
	defaultToReminder           = 2*60 + 15 // Minutes from prompt to reminder.
	defaultToCutoff             = 60        // Minutes from reminder to cutoff.
)

func respondSetup(s asking, cmd SetupCommand, in Incoming, now time.Time) (Text, changes) {
	var c changes
	if !s.mayConfigure(in) {
		return notAllowed(*s.team), c
	}
	before := Team{ID: TeamID(in.Channel), Owner: in.From, Schedule: Schedule{Days: Workdays, Zone: s.zoneOf(in.From)}}
	if s.team != nil {
		before = *s.team
	}
	after := before
	after.Channel, after.ChannelName, after.Paused = in.Channel, in.ChannelName, false
	after.Members, after.ListedAt = s.members, now
	if cmd.Zone != "" {
		after.Schedule.Zone = cmd.Zone
	}
	if cmd.Prompt != nil || s.team == nil {
		after.Schedule = after.Schedule.withTimes(cmd)
	}
	if err := after.Schedule.Validate(); err != nil {
		return say(marked(refusal(err).Error() + " Nothing was changed.")...), c
	}
	if s.unlisted {
		return sentence("The chat did not tell me who is in this channel. Nothing was changed; please try again in a minute."), c
	}
	if len(after.Members) == 0 {
		return say(plain("This channel has no people besides bots, so there is nobody to ask. Nothing was changed.")), c
	}
	after.Next = after.nextRun(now, zonesOf(after.Members, s.zones), s.holidays(after.HolidayCountry))
	c.team(before, after)
	text := Text{heading(plain("✅ The standup of " + after.ChannelName + " is set up"))}
	return append(text, statusItems(after)...), c
}

// withTimes sets the times that a setup command gives, and the others at the
// usual distance from them.
func (s Schedule) withTimes(cmd SetupCommand) Schedule {
	pick := func(given *TimeOfDay, otherwise int) TimeOfDay {
		if given != nil {
			return *given
		}
		return TimeOfDay(otherwise % minutesPerDay)
	}
	s.Prompt = pick(cmd.Prompt, int(defaultPrompt))
	s.Reminder = pick(cmd.Reminder, int(s.Prompt)+defaultToReminder)
	s.Cutoff = pick(cmd.Cutoff, int(s.Reminder)+defaultToCutoff)
	return s
}

// zoneOf is the zone of a new standup: the one that its owner has in the chat,
// else the default.
func (s asking) zoneOf(user UserID) string {
	if s.zone != "" {
		return s.zone
	}
	for _, m := range s.members {
		if _, err := LoadZone(m.Zone); m.ID == user && err == nil {
			return m.Zone
		}
	}
	return s.defaultZone
}

func respondPause(s asking) (Text, changes) {
	var c changes
	after := *s.team
	after.Paused, after.Next = true, NextRun{}
	c.team(*s.team, after)
	return say(plain("⏸️ The standup is paused. A run that is open goes on; write "), code("resume"), plain(" to start again.")), c
}

func respondResume(s asking, now time.Time) (Text, changes) {
	var c changes
	after := *s.team
	after.Paused = false
	if len(s.members) > 0 {
		after.Members, after.ListedAt = s.members, now
	}
	after.Next = after.nextRun(now, zonesOf(after.Members, s.zones), s.holidays(after.HolidayCountry))
	c.team(*s.team, after)
	return say(plain("▶️ The standup is active. " + nextSentence(after.Next, after.Schedule.Zone))), c
}

func respondConfig(s asking, set Setting, now time.Time) (Text, changes) {
	var c changes
	after := *s.team
	if err := set.change(&after); err != nil {
		return say(marked(refusal(err).Error() + " Nothing was changed.")...), c
	}
	if !after.Paused {
		after.Next = after.nextRun(now, zonesOf(after.Members, s.zones), s.holidays(after.HolidayCountry))
	}
	c.team(*s.team, after)
	return append(say(plain("✅ Changed. The standup is now:")), statusItems(after)...), c
}

// respondTimezone shows or changes the sender's own zone. A change moves the
// prompts that have not gone out; nobody is prompted twice in a run.
func respondTimezone(s asking, cmd TimezoneCommand, in Incoming, now time.Time) (Text, changes) {
	var c changes
	if cmd.Zone == "" {
		if s.zone == "" {
			return say(plain("You are asked when your team is. Write "), code("timezone Europe/Berlin"),
				plain(" to be asked at the same time on your own clock.")), c
		}
		return say(plain("Your time zone is "), bold(s.zone), plain(". Write "), code("timezone off"), plain(" to be asked when your team is.")), c
	}
	zone := cmd.Zone
	if zone == "off" {
		zone = ""
	}
	c.put(profileKey(in.From), Profile{User: in.From, Zone: zone})
	text := say(plain("✅ Your time zone is now "), bold(zone), plain("."))
	if zone == "" {
		text = say(plain("✅ You are asked when your team is."))
	}
	for _, o := range s.own {
		line, moved := moveTo(zone, o, in.From, s.holidays, now)
		c.merge(moved)
		text = append(text, line)
	}
	return text, c
}

// moveTo moves the prompts of one of a person's teams to their new zone.
func moveTo(zone string, o own, user UserID, holidays holidaySource, now time.Time) (Block, changes) {
	var c changes
	after := o.team
	o.zones[user] = zone
	if !after.Paused {
		after.Next = after.nextRun(now, zonesOf(after.Members, o.zones), holidays(after.HolidayCountry))
		c.team(o.team, after)
	}
	for _, d := range o.open {
		r := d.response
		loc, err := LoadZone(d.run.Zone)
		if r.prompted() || err != nil {
			continue
		}
		w, ok := after.Schedule.windowOn(d.run.Date, loc)
		if !ok {
			continue
		}
		r.PromptAt, r.Zone = after.Schedule.promptAt(d.run.Date, w, zone), zone
		if zone == "" {
			r.Zone = d.run.Zone
		}
		c.response(r)
		c.at(due{r.PromptAt, stepPrompt, r.Team, r.Date})
	}
	return zoneLine(after, zone), c
}

// zoneLine says when the person will be asked in a team, and warns where their
// own clock would be too late for the team's cutoff.
func zoneLine(t Team, zone string) Block {
	line := item(bold(t.ChannelName), plain(": "))
	loc, err := LoadZone(t.Schedule.Zone)
	if t.Paused || t.Next.OpenAt.IsZero() || err != nil {
		line.Spans = append(line.Spans, plain("paused"))
		return line
	}
	w, ok := t.Schedule.windowOn(t.Next.Date, loc)
	if !ok {
		return line
	}
	at := t.Schedule.promptAt(t.Next.Date, w, zone)
	shown := zone
	if shown == "" {
		shown = t.Schedule.Zone
	}
	line.Spans = append(line.Spans, plain("your next question comes on "+instant(at, shown)))
	if zone != "" && at.Equal(w.prompt) && zone != t.Schedule.Zone {
		line.Spans = append(line.Spans, plain(", with the team"))
	}
	line.Spans = append(line.Spans, plain(", to be answered by "+instant(w.cutoff, shown)+"."))
	return line
}

// respondTestPrompt sends the sender alone what a prompt would look like, and
// changes nothing.
func respondTestPrompt(s asking, in Incoming, now time.Time) (Text, changes) {
	var c changes
	t := *s.team
	date := t.Next.Date
	zone := t.Schedule.Zone
	loc, err := LoadZone(zone)
	if err != nil {
		return say(plain("The standup's time zone cannot be read on this machine.")), c
	}
	if date.IsZero() {
		date = DateOf(now, loc)
	}
	w, ok := t.Schedule.windowOn(date, loc)
	if !ok {
		return say(plain("The next standup has no date.")), c
	}
	run := Run{
		Team: t.ID, Date: date, ChannelName: t.ChannelName, Zone: zone, CutoffAt: w.cutoff,
		Questions: askedOn(t.questions(), date, t.LastRun),
	}
	m := prompt(run, Response{User: in.From, Name: in.FromName, Zone: zone})
	m.Key, m.Asks, m.Priority = joinKey("test-prompt", string(in.ID)), nil, prioritySoon
	m.ExpiresAt = now.Add(replyLifetime)
	m.Body = append(sentence("This is a preview; there is no need to answer."), m.Body...)
	c.send(m)
	return sentence("I have sent you a preview as a direct message. Nobody else was asked."), c
}
