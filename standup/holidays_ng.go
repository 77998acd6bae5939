package standup

import (
	"slices"
	"time"
)

// nigeria is the calendar of Nigeria's federal public holidays, as they stand
// since 2019.
//
// Id el Fitr, Id el Kabir and Id el Maulud follow the moon; the Ministry of
// Interior declares them two to five days ahead and now and then adds a day
// afterwards. Years listed in ngDeclared hold what it declared; later ones hold
// each day that may come as an estimate; years beyond ngExpected hold only what
// is certain.
type nigeria struct{}

// ID implements [HolidayCalendar].
func (nigeria) ID() string { return "NG" }

// On implements [HolidayCalendar].
func (nigeria) On(d Date) (Holiday, bool) {
	days := ngStatutory(d.Year)
	for _, h := range ngDeclared {
		days = append(days, datedHoliday{h.date, Holiday{Name: h.name, Status: StatusDeclared}})
	}
	return holidayOn(d, slices.Concat(days, ngEstimated(d.Year, days)))
}

// ngStatutory lists a year's holidays that are certain beforehand.
func ngStatutory(year int) []datedHoliday {
	easter := easterSunday(year)
	days := []datedHoliday{
		statutory("New Year's Day", Date{year, time.January, 1}),
		statutory("Good Friday", easter.AddDays(-2)),
		statutory("Easter Monday", easter.AddDays(1)),
		statutory("Workers' Day", Date{year, time.May, 1}),
		statutory("Democracy Day", Date{year, time.June, 12}),
		statutory("National Day", Date{year, time.October, 1}),
		statutory("Christmas Day", Date{year, time.December, 25}),
		statutory("Boxing Day", Date{year, time.December, 26}),
	}
	for _, h := range days {
		if weekendDays.Has(h.date.Weekday()) {
			days = append(days, inLieu(h, days))
		}
	}
	// Every fourth year, and on a weekend without a day in its place.
	if year%4 == 3 {
		days = append(days, statutory("Presidential Inauguration Day", Date{year, time.May, 29}))
	}
	return days
}

// ngEstimated lists the days on which a year's undeclared holidays may fall.
// Nigeria usually begins an Islamic month with the Umm al-Qura calendar or a
// day later; certain holds the holidays that days off in lieu must avoid.
func ngEstimated(year int, certain []datedHoliday) []datedHoliday {
	var days []datedHoliday
	for _, expected := range ngExpected {
		if expected.first.Year != year {
			continue
		}
		for delay := range 2 {
			possible := make([]datedHoliday, expected.days)
			for i := range possible {
				possible[i] = datedHoliday{
					expected.first.AddDays(delay + i),
					Holiday{Name: expected.name, Status: StatusEstimated},
				}
			}
			for _, h := range possible {
				if weekendDays.Has(h.date.Weekday()) {
					possible = append(possible, inLieu(h, slices.Concat(certain, possible)))
				}
			}
			days = append(days, possible...)
		}
	}
	return days
}

// easterSunday computes the Sunday after the first full moon of spring by the
// Gregorian computus (Meeus, Astronomical Algorithms, chapter 8).
func easterSunday(year int) Date {
	golden := year % 19
	century, inCentury := year/100, year%100
	moon := (8*century + 13) / 25
	epact := (19*golden + century - century/4 - moon + 15) % 30
	weekday := (32 + 2*(century%4) + 2*(inCentury/4) - epact - inCentury%4) % 7
	late := (golden + 11*epact + 22*weekday) / 451
	sum := epact + weekday - 7*late + 114
	return Date{year, time.Month(sum / 31), sum%31 + 1}
}

const (
	idElFitr   = "Id el Fitr"
	idElKabir  = "Id el Kabir"
	idElMaulud = "Id el Maulud"
)

// ngDeclared holds the days that the Ministry of Interior declared.
var ngDeclared = []struct {
	name string
	date Date
}{
	{idElFitr, Date{2024, time.April, 9}},
	{idElFitr, Date{2024, time.April, 10}},
	{idElFitr, Date{2024, time.April, 11}},
	{idElKabir, Date{2024, time.June, 17}},
	{idElKabir, Date{2024, time.June, 18}},
	{idElMaulud, Date{2024, time.September, 16}},
	{idElFitr, Date{2025, time.March, 31}},
	{idElFitr, Date{2025, time.April, 1}},
	{idElKabir, Date{2025, time.June, 6}},
	{idElKabir, Date{2025, time.June, 9}},
	{"Day of Mourning for President Muhammadu Buhari", Date{2025, time.July, 15}},
	{idElMaulud, Date{2025, time.September, 5}},
	{idElFitr, Date{2026, time.March, 19}},
	{idElFitr, Date{2026, time.March, 20}},
}

// ngExpected holds the holidays whose declaration is not in ngDeclared: the
// first day by the Umm al-Qura calendar (1 Shawwal, 10 Dhu al-Hijja, 12 Rabi
// al-awwal) and how many days are usually declared.
var ngExpected = []struct {
	name  string
	first Date
	days  int
}{
	{idElKabir, Date{2026, time.May, 27}, 2},
	{idElMaulud, Date{2026, time.August, 25}, 1},
	{idElFitr, Date{2027, time.March, 9}, 2},
	{idElKabir, Date{2027, time.May, 16}, 2},
	{idElMaulud, Date{2027, time.August, 14}, 1},
	{idElFitr, Date{2028, time.February, 26}, 2},
	{idElKabir, Date{2028, time.May, 5}, 2},
	{idElMaulud, Date{2028, time.August, 3}, 1},
	{idElFitr, Date{2029, time.February, 14}, 2},
	{idElKabir, Date{2029, time.April, 24}, 2},
	{idElMaulud, Date{2029, time.July, 24}, 1},
	{idElFitr, Date{2030, time.February, 4}, 2},
	{idElKabir, Date{2030, time.April, 13}, 2},
	{idElMaulud, Date{2030, time.July, 13}, 1},
	{idElFitr, Date{2031, time.January, 24}, 2},
	{idElKabir, Date{2031, time.April, 2}, 2},
	{idElMaulud, Date{2031, time.July, 2}, 1},
}
