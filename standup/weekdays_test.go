package standup_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

func ExampleParseWeekdays() {
	days, err := standup.ParseWeekdays("Sunday, mon-wed, thurs")
	fmt.Println(days, err)
	fmt.Println(days.Describe(), days.Has(time.Friday))

	_, err = standup.ParseWeekdays("mon, funday")
	fmt.Println(err)
	// Output:
	// mon,tue,wed,thu,sun <nil>
	// Sunday to Thursday false
	// standup: parse day "funday": name days as in mon,wed,fri or sun-thu, or say weekdays, weekend or all
}

func TestParseWeekdays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want, describe string }{
		{"weekdays", "mon,tue,wed,thu,fri", "Monday to Friday"},
		{"workdays", "mon,tue,wed,thu,fri", "Monday to Friday"},
		{"weekend", "sat,sun", "Saturday, Sunday"},
		{"all", "mon,tue,wed,thu,fri,sat,sun", "every day"},
		{"everyday", "mon,tue,wed,thu,fri,sat,sun", "every day"},
		{"daily", "mon,tue,wed,thu,fri,sat,sun", "every day"},
		{"mon, wed, fri", "mon,wed,fri", "Monday, Wednesday, Friday"},
		{"FRIDAY monday", "mon,fri", "Monday, Friday"},
		{",mon,,mon,", "mon", "Monday"},
		{"tues weds thurs", "tue,wed,thu", "Tuesday to Thursday"},
		{"mondays", "mon", "Monday"},
		{"0", "mon", "Monday"},
		{"6", "sun", "Sunday"},
		{"0-4", "mon,tue,wed,thu,fri", "Monday to Friday"},
		{"sun-thu", "mon,tue,wed,thu,sun", "Sunday to Thursday"},
		{"fri-mon", "mon,fri,sat,sun", "Friday to Monday"},
		{"mon-mon", "mon", "Monday"},
		{"weekdays,sat", "mon,tue,wed,thu,fri,sat", "Monday to Saturday"},
		{"mon,tue", "mon,tue", "Monday, Tuesday"},
		{"mon-wed fri", "mon,tue,wed,fri", "Monday, Tuesday, Wednesday, Friday"},
	} {
		days, err := standup.ParseWeekdays(c.text)
		require.NoError(t, err, "%q", c.text)
		assert.Equal(t, c.want, days.String(), "%q", c.text)
		assert.Equal(t, c.describe, days.Describe(), "%q", c.text)
	}
}

func TestParseWeekdaysNamesWhatItRefuses(t *testing.T) {
	t.Parallel()
	for text, word := range map[string]string{
		"funday": "funday", "mon,xyz,fri": "xyz", "7": "7", "-1": "-1", "10": "10", "mo": "mo", "monda y": "y",
		"mondayy": "mondayy", "mon-": "mon-", "-": "-", "mon-wed-fri": "mon-wed-fri", "mon;tue": "mon;tue",
		"weekend-mon": "weekend-mon", "s": "s",
	} {
		days, err := standup.ParseWeekdays(text)
		var input *standup.InputError
		require.ErrorAs(t, err, &input, "%q", text)
		assert.Equal(t, word, input.Text)
		assert.Zero(t, days, "no half of the days")
	}
	for _, text := range []string{"", " ", ",, ,"} {
		_, err := standup.ParseWeekdays(text)
		assert.ErrorContains(t, err, "at least one day", "%q", text)
	}
}

func TestEveryWeekdaysSurvivesText(t *testing.T) {
	t.Parallel()
	for days := range standup.Weekdays(1 << 7) {
		text, err := json.Marshal(days)
		require.NoError(t, err)
		var back standup.Weekdays
		require.NoError(t, json.Unmarshal(text, &back))
		assert.Equal(t, days, back, "%s", text)
		assert.NotEmpty(t, days.Describe())
	}
	var days standup.Weekdays
	require.ErrorContains(t, json.Unmarshal([]byte(`"mon,someday"`), &days), "someday")
	assert.Equal(t, "no day", days.Describe())
}

func TestWorkdays(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "mon,tue,wed,thu,fri", standup.Workdays.String())
	assert.True(t, standup.Workdays.Has(time.Monday))
	assert.False(t, standup.Workdays.Has(time.Saturday))
}

func FuzzParseWeekdays(f *testing.F) {
	f.Add("weekdays")
	f.Add("mon, wed-fri 6")
	f.Add("sun-thu,funday")
	f.Fuzz(func(t *testing.T, text string) {
		days, err := standup.ParseWeekdays(text)
		if err != nil {
			assert.Zero(t, days)
			return
		}
		assert.NotZero(t, days)
		back, err := standup.ParseWeekdays(days.String())
		require.NoError(t, err)
		assert.Equal(t, days, back)
	})
}
