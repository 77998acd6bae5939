package standup

import (
	"slices"
	"strings"
)

// HolidayStatus says how certain a [Holiday] is.
type HolidayStatus string

// The statuses of a holiday. The zero value is as uncertain as an estimate.
const (
	// StatusStatutory follows from a rule in law.
	StatusStatutory HolidayStatus = "statutory"
	// StatusDeclared was proclaimed for this date by a government.
	StatusDeclared HolidayStatus = "declared"
	// StatusEstimated is expected, but depends on the sighting of a moon or on
	// a proclamation that is still to come.
	StatusEstimated HolidayStatus = "estimated"
)

// Holiday is what a [HolidayCalendar] knows about a date.
type Holiday struct {
	Name     string
	Status   HolidayStatus
	Observed bool // A day off in place of the holiday proper, which falls on a weekend.
}

// Certain reports whether a run on this day may be skipped without asking
// anybody: the holiday is statutory or declared.
func (h Holiday) Certain() bool {
	return h.Status == StatusStatutory || h.Status == StatusDeclared
}

// HolidayCalendar knows the public holidays of a country. [HolidaysFor] returns
// those that are built in; other sources implement it. Implementations are safe
// for concurrent use and answer from memory.
type HolidayCalendar interface {
	// ID is short and stable, fit to be stored: for a country its ISO 3166
	// code, such as "NG".
	ID() string

	// On returns the holiday on d and true, or false for an ordinary day. Where
	// several coincide a certain one is returned.
	On(d Date) (Holiday, bool)
}

// HolidaysFor returns the built-in calendar of a country, named in English or
// by its ISO 3166 code, in any case: Nigeria or the United States. Another
// country is refused with an [*InputError] that lists those known.
func HolidaysFor(country string) (HolidayCalendar, error) {
	switch strings.ToLower(strings.Join(strings.Fields(country), " ")) {
	case "ng", "nga", "nigeria":
		return nigeria{}, nil
	case "us", "usa", "united states", "united states of america":
		return unitedStates{}, nil
	}
	return nil, inputError("holiday country", country, "the countries known are Nigeria (NG) and United States (US)")
}

// datedHoliday is one entry of a calendar's year.
type datedHoliday struct {
	date Date
	Holiday
}

// holidayOn picks the holiday on d from a calendar's year, a certain one first.
func holidayOn(d Date, year []datedHoliday) (Holiday, bool) {
	var found Holiday
	for _, h := range year {
		if h.date == d && (found.Name == "" || h.Certain() && !found.Certain()) {
			found = h.Holiday
		}
	}
	return found, found.Name != ""
}

// statutory returns the entry of a holiday by law.
func statutory(name string, d Date) datedHoliday {
	return datedHoliday{d, Holiday{Name: name, Status: StatusStatutory}}
}

// inLieu returns the day off that replaces h: the next one that is neither a
// weekend nor a holiday of the year already.
func inLieu(h datedHoliday, year []datedHoliday) datedHoliday {
	h.Observed = true
	for taken := true; taken; {
		h.date = h.date.AddDays(1)
		taken = weekendDays.Has(h.date.Weekday()) ||
			slices.ContainsFunc(year, func(other datedHoliday) bool { return other.date == h.date })
	}
	return h
}
