package standup_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

func ExampleHolidaysFor() {
	calendar, err := standup.HolidaysFor("Nigeria")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, day := range []string{"2026-10-01", "2026-10-02", "2027-03-09"} {
		d, _ := standup.ParseDate(day)
		if holiday, ok := calendar.On(d); ok {
			fmt.Println(d, holiday.Name, holiday.Status, "skip:", holiday.Certain())
		} else {
			fmt.Println(d, "is an ordinary day")
		}
	}
	// Output:
	// 2026-10-01 National Day statutory skip: true
	// 2026-10-02 is an ordinary day
	// 2027-03-09 Id el Fitr estimated skip: false
}

func TestHolidaysFor(t *testing.T) {
	t.Parallel()
	for id, names := range map[string][]string{
		"NG": {"NG", "ng", "nga", "Nigeria", " nigeria "},
		"US": {"us", "USA", "United States", "united  states of America"},
	} {
		for _, name := range names {
			calendar, err := standup.HolidaysFor(name)
			require.NoError(t, err)
			assert.Equal(t, id, calendar.ID())
		}
	}
	for _, name := range []string{"", "Ghana", "nig", "U S"} {
		_, err := standup.HolidaysFor(name)
		var input *standup.InputError
		require.ErrorAs(t, err, &input)
		assert.Contains(t, input.Hint, "Nigeria (NG)")
		assert.Contains(t, input.Hint, "United States (US)")
	}
}

func TestHolidayIsCertain(t *testing.T) {
	t.Parallel()
	assert.True(t, standup.Holiday{Status: standup.StatusStatutory}.Certain())
	assert.True(t, standup.Holiday{Status: standup.StatusDeclared}.Certain())
	assert.False(t, standup.Holiday{Status: standup.StatusEstimated}.Certain())
	assert.False(t, standup.Holiday{}.Certain())
}

// TestHolidayCases runs the cases kept beside the checkout, and asks for every
// day of their years, so that no holiday is missing and none invented.
func TestHolidayCases(t *testing.T) {
	t.Parallel()
	type expected struct {
		Date   standup.Date `json:"date"`
		Name   string       `json:"name"`
		Status string       `json:"status"`
	}
	var file struct {
		US map[string][]expected `json:"US"`
		NG map[string][]expected `json:"NG"`
	}
	readSharedCases(t, "holidays-us-ng.json", &file)
	for country, years := range map[string]map[string][]expected{"US": file.US, "NG": file.NG} {
		require.NotEmpty(t, years)
		calendar := holidays(t, country)
		for year, list := range years {
			want := map[standup.Date]expected{}
			for _, e := range list {
				want[e.Date] = e
			}
			for d := date(t, year+"-01-01"); fmt.Sprint(d.Year) == year; d = d.AddDays(1) {
				got, ok := calendar.On(d)
				switch e := want[d]; e.Status {
				case string(standup.StatusStatutory), string(standup.StatusDeclared):
					assert.Equal(t, e.Status, string(got.Status), "%s %s %s", country, d, e.Name)
				case string(standup.StatusEstimated):
					assert.Equal(t, standup.StatusEstimated, got.Status, "%s %s %s", country, d, e.Name)
				default: // An ordinary day, at most one on which an estimate may come true.
					assert.False(t, got.Certain(), "%s %s %s", country, d, got.Name)
				}
				if country == "US" {
					name := got.Name
					if got.Observed {
						name += " (observed)"
					}
					assert.Equal(t, want[d].Name, name, "%s", d)
					assert.Equal(t, name != "", ok)
				}
			}
		}
	}
}

// TestPreviousWorkingDay finds the day that a question about "the last working
// day" means.
func TestPreviousWorkingDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ days, country, from, want string }{
		{"sun-thu", "", "2026-11-22", "2026-11-19"},
		{"mon-fri", "", "2026-11-23", "2026-11-20"},
		{"mon-fri", "US", "2026-11-30", "2026-11-27"},
		{"mon-fri", "US", "2026-11-27", "2026-11-25"},
		{"mon-fri", "NG", "2026-10-02", "2026-09-30"},
		{"mon-fri", "NG", "2027-01-01", "2026-12-31"},
		{"mon-fri", "NG", "2026-12-29", "2026-12-24"},
	} {
		days, err := standup.ParseWeekdays(c.days)
		require.NoError(t, err)
		off := func(d standup.Date) bool {
			if c.country == "" {
				return !days.Has(d.Weekday())
			}
			holiday, _ := holidays(t, c.country).On(d)
			return !days.Has(d.Weekday()) || holiday.Certain()
		}
		d := date(t, c.from).AddDays(-1)
		for off(d) {
			d = d.AddDays(-1)
		}
		assert.Equal(t, c.want, d.String(), "%s %s %s", c.days, c.country, c.from)
	}
}

func FuzzHolidaysFor(f *testing.F) {
	f.Add("Nigeria")
	f.Add("United States")
	f.Add("Atlantis")
	f.Fuzz(func(t *testing.T, country string) {
		calendar, err := standup.HolidaysFor(country)
		if err != nil {
			assert.Nil(t, calendar)
			return
		}
		again, err := standup.HolidaysFor(calendar.ID())
		require.NoError(t, err)
		assert.Equal(t, calendar, again)
	})
}

func holidays(t *testing.T, country string) standup.HolidayCalendar {
	t.Helper()
	calendar, err := standup.HolidaysFor(country)
	require.NoError(t, err)
	return calendar
}

// onDay writes what a calendar says of a day: "Name, status, observed".
func onDay(t *testing.T, country, day string) string {
	t.Helper()
	holiday, ok := holidays(t, country).On(date(t, day))
	if !ok {
		assert.Zero(t, holiday)
		return "ordinary"
	}
	parts := []string{holiday.Name, string(holiday.Status)}
	if holiday.Observed {
		parts = append(parts, "observed")
	}
	return strings.Join(parts, ", ")
}
