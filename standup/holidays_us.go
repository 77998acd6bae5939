package standup

import "time"

// unitedStates is the calendar of federal holidays (5 U.S.C. 6103), as the law
// stands since 2021. Closures ordered for a single day are not in it.
type unitedStates struct{}

// ID implements [HolidayCalendar].
func (unitedStates) ID() string { return "US" }

// On implements [HolidayCalendar].
func (unitedStates) On(d Date) (Holiday, bool) {
	year := federalHolidays(d.Year)
	// New Year's Day on a Saturday is observed in the year before.
	year = append(year, observedInLieu(statutory("New Year's Day", Date{d.Year + 1, time.January, 1})))
	return holidayOn(d, year)
}

// federalHolidays lists a year's holidays, then the days on which they are
// observed.
func federalHolidays(year int) []datedHoliday {
	days := []datedHoliday{
		statutory("New Year's Day", Date{year, time.January, 1}),
		statutory("Martin Luther King Jr. Day", nthWeekday(year, time.January, time.Monday, 3)),
		statutory("Washington's Birthday", nthWeekday(year, time.February, time.Monday, 3)),
		statutory("Memorial Day", nthWeekday(year, time.June, time.Monday, 1).AddDays(-7)),
		statutory("Juneteenth National Independence Day", Date{year, time.June, 19}),
		statutory("Independence Day", Date{year, time.July, 4}),
		statutory("Labor Day", nthWeekday(year, time.September, time.Monday, 1)),
		statutory("Columbus Day", nthWeekday(year, time.October, time.Monday, 2)),
		statutory("Veterans Day", Date{year, time.November, 11}),
		statutory("Thanksgiving Day", nthWeekday(year, time.November, time.Thursday, 4)),
		statutory("Christmas Day", Date{year, time.December, 25}),
	}
	for _, h := range days {
		if weekendDays.Has(h.date.Weekday()) {
			days = append(days, observedInLieu(h))
		}
	}
	return days
}

// observedInLieu moves a holiday from Saturday to the Friday before and from
// Sunday to the Monday after. Federal holidays are far enough apart that these
// are never taken.
func observedInLieu(h datedHoliday) datedHoliday {
	switch h.date.Weekday() {
	case time.Saturday:
		h.date, h.Observed = h.date.AddDays(-1), true
	case time.Sunday:
		h.date, h.Observed = h.date.AddDays(1), true
	}
	return h
}

// nthWeekday returns the nth given weekday of a month, counted from 1.
func nthWeekday(year int, month time.Month, weekday time.Weekday, n int) Date {
	first := Date{year, month, 1}
	return first.AddDays(int(weekday-first.Weekday()+7)%7 + 7*(n-1))
}
