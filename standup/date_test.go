package standup_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

func ExampleDate() {
	d, err := standup.ParseDate("2026-11-23")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d, d.Weekday(), d.AddDays(8))
	// Output: 2026-11-23 Monday 2026-12-01
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "today", "2026-1-3", "2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "26-11-23",
		"2026/11/23", " 2026-11-23", "2026-11-23T09:30", "-2026-11-23", "12026-11-23",
	} {
		_, err := standup.ParseDate(text)
		var input *standup.InputError
		require.ErrorAs(t, err, &input, "%q", text)
		assert.Equal(t, "date", input.Kind)
		assert.Equal(t, text, input.Text)
	}
}

func TestInputErrorIsShort(t *testing.T) {
	t.Parallel()
	_, err := standup.ParseDate(strings.Repeat("é\n", 10_000))
	require.Error(t, err)
	assert.Less(t, len(err.Error()), 250)
	assert.NotContains(t, err.Error(), "\n")

	_, err = standup.ParseDate("\xff\xfe")
	assert.EqualError(t, err, `standup: parse date "`+"\uFFFD"+
		`": write the year, month and day of an existing day, for example 2026-11-23`)
}

func TestDateOfIsTheDateOnTheWall(t *testing.T) {
	t.Parallel()
	evening := time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)
	assert.Equal(t, "2026-11-23", standup.DateOf(evening, zone(t, "Pacific/Auckland")).String())
	assert.Equal(t, "2026-11-22", standup.DateOf(evening, zone(t, "Pacific/Honolulu")).String())
}

func TestDateArithmetic(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from string
		days int
		want string
	}{
		{"2026-12-31", 1, "2027-01-01"},
		{"2028-02-28", 1, "2028-02-29"},
		{"2026-03-01", -1, "2026-02-28"},
		{"2026-03-08", 0, "2026-03-08"},
		{"2026-11-23", 366, "2027-11-24"},
	} {
		assert.Equal(t, c.want, date(t, c.from).AddDays(c.days).String(), "%s %+d days", c.from, c.days)
	}
}

func TestDateOrder(t *testing.T) {
	t.Parallel()
	dates := []standup.Date{
		date(t, "2027-01-01"), date(t, "2026-12-31"), {}, date(t, "2026-02-01"), date(t, "2026-01-31"),
	}
	slices.SortFunc(dates, standup.Date.Compare)
	for i := 1; i < len(dates); i++ {
		assert.True(t, dates[i-1].Before(dates[i]))
		assert.True(t, dates[i].After(dates[i-1]))
	}
	assert.True(t, dates[0].IsZero())
	assert.Zero(t, dates[1].Compare(dates[1]))
	assert.False(t, dates[1].Before(dates[1]))
	assert.False(t, dates[1].After(dates[1]))
}

func TestDateJSON(t *testing.T) {
	t.Parallel()
	type record struct {
		Day  standup.Date          `json:"day"`
		None standup.Date          `json:"none"`
		Seen map[standup.Date]bool `json:"seen"`
	}
	in := record{Day: date(t, "2026-11-23"), Seen: map[standup.Date]bool{date(t, "2026-11-20"): true}}
	text, err := json.Marshal(in)
	require.NoError(t, err)
	assert.JSONEq(t, `{"day":"2026-11-23","none":"","seen":{"2026-11-20":true}}`, string(text))

	var out record
	require.NoError(t, json.Unmarshal(text, &out))
	assert.Equal(t, in, out)

	_, err = json.Marshal(standup.Date{Year: 2026, Month: time.February, Day: 30})
	require.ErrorContains(t, err, "2026-02-30")
	assert.ErrorContains(t, json.Unmarshal([]byte(`{"day":"23.11.2026"}`), &out), "23.11.2026")
}

func FuzzParseDate(f *testing.F) {
	f.Add("2026-11-23")
	f.Add("2026-02-30")
	f.Add("0000-01-01")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := standup.ParseDate(text)
		if err != nil {
			assert.True(t, d.IsZero())
			return
		}
		assert.Equal(t, text, d.String())
		assert.Equal(t, d, d.AddDays(1).AddDays(-1))
	})
}

// date reads a date that the test knows to be right.
func date(t *testing.T, text string) standup.Date {
	t.Helper()
	d, err := standup.ParseDate(text)
	require.NoError(t, err)
	return d
}
