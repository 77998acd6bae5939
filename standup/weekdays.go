package standup

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Weekdays is a set of days of the week. Its text and JSON form is
// "mon,tue,wed,thu,fri", always from Monday on. The zero value is the empty
// set.
type Weekdays uint8

// Workdays is Monday to Friday.
const Workdays Weekdays = 1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday

const (
	weekendDays Weekdays = 1<<time.Saturday | 1<<time.Sunday
	everyDay             = Workdays | weekendDays
)

// ParseWeekdays reads a set of days as people write it: names ("monday", "mon",
// "Tues"), numbers from 0 for Monday to 6 for Sunday, ranges of either
// ("sun-thu"), and the words weekdays, workdays, weekend, all, everyday and
// daily, in any case, separated by commas or blanks. A word that is none of
// these is refused with an [*InputError] that names it; no day is ever dropped
// silently. So is text without any day.
func ParseWeekdays(s string) (Weekdays, error) {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	if len(words) == 0 {
		return 0, inputError("days", s, "name at least one day, for example mon,wed,fri")
	}
	var set Weekdays
	for _, word := range words {
		days, ok := parseDays(word)
		if !ok {
			return 0, inputError("day", word, "name days as in mon,wed,fri or sun-thu, or say weekdays, weekend or all")
		}
		set |= days
	}
	return set, nil
}

// parseDays reads one word of [ParseWeekdays], in lower case.
func parseDays(word string) (Weekdays, bool) {
	// Also "weekday", "mondays" and "thurs".
	switch strings.TrimSuffix(word, "s") {
	case "weekday", "workday":
		return Workdays, true
	case "weekend":
		return weekendDays, true
	case "all", "everyday", "daily":
		return everyDay, true
	}
	first, last, isRange := strings.Cut(word, "-")
	from, ok := parseDay(first)
	if !ok {
		return 0, false
	}
	set := Weekdays(1) << from
	if !isRange {
		return set, true
	}
	to, ok := parseDay(last)
	if !ok {
		return 0, false
	}
	for day := from; day != to; {
		day = (day + 1) % 7
		set |= 1 << day
	}
	return set, true
}

func parseDay(word string) (time.Weekday, bool) {
	if len(word) == 1 && word[0] >= '0' && word[0] <= '6' {
		return time.Weekday(word[0]-'0'+1) % 7, true
	}
	word = strings.TrimSuffix(word, "s")
	for day := time.Sunday; day <= time.Saturday; day++ {
		if len(word) >= 3 && strings.HasPrefix(strings.ToLower(day.String()), word) {
			return day, true
		}
	}
	return 0, false
}

// Has reports whether day is in the set.
func (w Weekdays) Has(day time.Weekday) bool { return w&(1<<day) != 0 }

// String returns the text form, "" for the empty set. [ParseWeekdays] reads it
// back unless it is empty.
func (w Weekdays) String() string {
	var names []string
	for _, day := range w.days() {
		names = append(names, strings.ToLower(day.String()[:3]))
	}
	return strings.Join(names, ",")
}

// Describe names the days in words: "Monday to Friday", "Monday, Friday",
// "every day" or, for the empty set, "no day".
func (w Weekdays) Describe() string {
	days := w.days()
	switch len(days) {
	case 0:
		return "no day"
	case 7:
		return "every day"
	}
	// A range may wrap over the end of the week: Sunday to Thursday.
	for _, first := range days {
		last := first + time.Weekday(len(days)) - 1
		if len(days) >= 3 && w.spans(first, last) {
			return fmt.Sprintf("%s to %s", first, last%7)
		}
	}
	names := make([]string, len(days))
	for i, day := range days {
		names[i] = day.String()
	}
	return strings.Join(names, ", ")
}

// days lists the set from Monday to Sunday.
func (w Weekdays) days() []time.Weekday {
	var days []time.Weekday
	for i := time.Monday; i <= 7; i++ {
		if day := i % 7; w.Has(day) {
			days = append(days, day)
		}
	}
	return days
}

// spans reports whether every day from first to last, counted beyond Saturday
// where the range wraps, is in the set.
func (w Weekdays) spans(first, last time.Weekday) bool {
	for day := first; day <= last; day++ {
		if !w.Has(day % 7) {
			return false
		}
	}
	return true
}

// MarshalText implements [encoding.TextMarshaler].
func (w Weekdays) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It reads what
// [ParseWeekdays] reads; empty text gives the empty set.
func (w *Weekdays) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*w = 0
		return nil
	}
	parsed, err := ParseWeekdays(string(text))
	if err != nil {
		return err
	}
	*w = parsed
	return nil
}
