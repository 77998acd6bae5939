package standup

import "strings"

// Setting is one change that a [ConfigCommand] makes. The set is closed:
// SetTimes, SetDays, SetHolidays, SetSkipHolidays, SetZone and SetQuestions.
type Setting interface {
	// change makes the change in a team, or says what is wrong with it.
	change(*Team) error
}

type (
	// SetTimes changes one or more of the times; nil ones stay. "config times
	// PROMPT REMINDER CUTOFF", "config prompt_time TIME" and so on.
	SetTimes struct{ Prompt, Reminder, Cutoff *TimeOfDay }

	// SetDays changes the days: "config days mon,tue,wed".
	SetDays struct{ Days Weekdays }

	// SetHolidays chooses whose public holidays count; "" means none: "config
	// holidays COUNTRY", "config holidays none".
	SetHolidays struct{ Country string }

	// SetSkipHolidays says whether the standup rests on public holidays:
	// "config skip_holidays yes".
	SetSkipHolidays struct{ Skip bool }

	// SetZone changes the standup's zone: "config timezone ZONE".
	SetZone struct{ Zone string }

	// SetQuestions changes the questions; none means the default ones again:
	// "config questions ONE | TWO", "config questions reset".
	SetQuestions struct{ Questions []string }
)

func (s SetTimes) change(t *Team) error {
	for _, f := range []struct {
		from *TimeOfDay
		to   *TimeOfDay
	}{{s.Prompt, &t.Schedule.Prompt}, {s.Reminder, &t.Schedule.Reminder}, {s.Cutoff, &t.Schedule.Cutoff}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	return t.Schedule.Validate()
}

func (s SetDays) change(t *Team) error {
	t.Schedule.Days = s.Days
	return t.Schedule.Validate()
}

func (s SetHolidays) change(t *Team) error {
	t.HolidayCountry = s.Country
	return nil
}

func (s SetSkipHolidays) change(t *Team) error {
	t.IgnoreHolidays = !s.Skip
	return nil
}

func (s SetZone) change(t *Team) error {
	t.Schedule.Zone = s.Zone
	return t.Schedule.Validate()
}

func (s SetQuestions) change(t *Team) error {
	t.Questions = s.Questions
	return nil
}

var settingNames = []string{
	"times", "prompt_time", "reminder_time", "cutoff_time", "days",
	"holidays", "skip_holidays", "timezone", "questions",
}

func parseConfig(rest string) (Command, error) {
	if rest == "" {
		return ConfigCommand{}, nil
	}
	key, value := cutWord(rest)
	set, err := parseSetting(strings.ToLower(key), value)
	if err != nil {
		return nil, err
	}
	return ConfigCommand{Set: set}, nil
}

func parseSetting(key, value string) (Setting, error) {
	switch key {
	case "times":
		return parseTimes(value)
	case "prompt_time", "reminder_time", "cutoff_time":
		at, err := ParseTimeOfDay(value)
		if err != nil {
			return nil, refusal(err)
		}
		switch key {
		case "prompt_time":
			return SetTimes{Prompt: &at}, nil
		case "reminder_time":
			return SetTimes{Reminder: &at}, nil
		default:
			return SetTimes{Cutoff: &at}, nil
		}
	case "days":
		days, err := ParseWeekdays(value)
		if err != nil {
			return nil, refusal(err)
		}
		return SetDays{Days: days}, nil
	case "holidays":
		if oneOf(value, "none", "off", "no") {
			return SetHolidays{}, nil
		}
		calendar, err := HolidaysFor(value)
		if err != nil {
			return nil, refusal(err)
		}
		return SetHolidays{Country: calendar.ID()}, nil
	case "skip_holidays":
		switch {
		case oneOf(value, "true", "yes", "on", "1", "enable"):
			return SetSkipHolidays{Skip: true}, nil
		case oneOf(value, "false", "no", "off", "0", "disable"):
			return SetSkipHolidays{Skip: false}, nil
		}
		return nil, commandErrorf("`config skip_holidays` takes `yes` or `no`.")
	case "timezone":
		if _, err := LoadZone(value); err != nil {
			return nil, refusal(err)
		}
		return SetZone{Zone: value}, nil
	case "questions":
		return parseQuestions(value)
	}
	return nil, unknownWord("setting", key, settingNames, "`config` lists them all")
}

func parseTimes(value string) (Setting, error) {
	words := strings.Fields(value)
	if len(words) != 3 {
		return nil, commandErrorf("`config times` takes three times: prompt, reminder and cutoff, as in `config times 09:30 11:45 12:45`.")
	}
	var times [3]TimeOfDay
	for i, word := range words {
		at, err := ParseTimeOfDay(word)
		if err != nil {
			return nil, refusal(err)
		}
		times[i] = at
	}
	return SetTimes{Prompt: &times[0], Reminder: &times[1], Cutoff: &times[2]}, nil
}

// parseQuestions splits at line ends, else at |, else at commas, so that a
// question may contain what does not separate.
func parseQuestions(value string) (Setting, error) {
	if oneOf(value, "reset") {
		return SetQuestions{}, nil
	}
	separator := ","
	for _, s := range []string{"|", "\n"} {
		if strings.Contains(value, s) {
			separator = s
		}
	}
	var questions []string
	for q := range strings.SplitSeq(value, separator) {
		if q = strings.TrimSpace(q); q != "" {
			questions = append(questions, q)
		}
	}
	if err := validateQuestions(questions); err != nil {
		return nil, refusal(err)
	}
	return SetQuestions{Questions: questions}, nil
}
