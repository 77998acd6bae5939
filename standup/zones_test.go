package standup_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestOwnClock follows a person in Auckland through a standup in Honolulu,
// where the run of a date opens the day before and Tuesday's questions come
// before Monday's run closes.
func TestOwnClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-20T21:00:00Z", "Ada", "Kiri") // Friday 11:00 in Honolulu.
		o.direct("Kiri", "/standup timezone Pacific/Auckland")
		o.mention("Ada", "setup 09:30 11:45 12:45 Pacific/Honolulu")
		o.mention("Ada", "config days mon,tue")
		require.Contains(t, o.mention("Ada", "config questions One? | Two?"), "Sunday, 22 November 2026 10:30 Pacific/Honolulu (20:30 UTC)")

		time.Sleep(time.Until(time.Date(2026, 11, 22, 20, 29, 0, 0, time.UTC)))
		require.Equal(t, 0, o.count("kiri", "One?"))
		o.until("20:30") // Sunday in Honolulu, Monday 09:30 in Auckland.
		require.Equal(t, 1, o.count("kiri", "Monday, 23 November 2026. Answer here until 11:45 Pacific/Auckland"))
		o.until("21:00")
		o.direct("Kiri", "monday one")
		o.until("19:30") // Monday 09:30 in Honolulu.
		require.Equal(t, 1, o.count("ada", "Answer here until 12:45 Pacific/Honolulu"))
		o.until("20:30") // Tuesday 09:30 in Auckland.
		require.Equal(t, 1, o.count("kiri", "for Tuesday, 24 November 2026"))
		o.until("21:00")
		o.direct("Kiri", "tuesday one") // Two runs are open: the newest question counts.
		o.direct("Kiri", "tuesday two")
		require.Contains(t, o.last("kiri"), "Next, the standup of general for Monday, 23 November 2026:\nTwo?")
		o.direct("Kiri", "monday two")
		o.until("22:45")
		require.Contains(t, o.last(string(general)), "Monday, 23 November 2026")
		require.Contains(t, o.last(string(general)), "One?\n> monday one\nTwo?\n> monday two")
		o.until("22:45")
		require.Contains(t, o.last(string(general)), "Tuesday, 24 November 2026")
		require.Contains(t, o.last(string(general)), "One?\n> tuesday one\nTwo?\n> tuesday two")
	})
}

func TestOwnClockPastTheCutoffFollowsTheTeam(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-22T12:00:00Z", "Ada", "Leilani")
		o.mention("Ada", "setup 09:30 11:45 12:45 Pacific/Auckland")
		require.Contains(t, o.mention("Leilani", "timezone Pacific/Honolulu"), ", with the team")
		o.until("20:30")
		require.Equal(t, 1, o.count("leilani", "it is time"))
	})
}

func TestChangedZoneMovesThePromptOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T06:00:00Z", "Ada", "Tunde")
		o.mention("Ada", "setup 09:30 15:00 17:00 Africa/Lagos")
		o.until("08:00")
		require.Contains(t, o.command("Tunde", "timezone America/New_York"), "Monday, 23 November 2026 09:30 America/New_York (14:30 UTC)")
		o.until("08:30")
		require.Equal(t, 1, o.count("ada", "it is time"))
		require.Equal(t, 0, o.count("tunde", "it is time"))
		require.Contains(t, o.command("Tunde", "timezone Europe/London"), "Europe/London")
		o.until("09:30")
		require.Equal(t, 1, o.count("tunde", "it is time"))
		o.direct("Tunde", "/standup timezone America/New_York")
		o.until("14:30")
		require.Equal(t, 1, o.count("tunde", "it is time"), "nobody is prompted twice in a run")
	})
}

func TestDaylightSavingKeepsTheLocalTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-03-27T12:00:00Z", "Ada") // The clocks change on Sunday the 29th.
		o.mention("Ada", "setup 09:30 11:45 12:45 Europe/Berlin")
		o.mention("Ada", "config days everyday")
		for _, utc := range []string{"08:30", "07:30", "07:30"} { // Saturday, Sunday, Monday.
			before := o.count("ada", "it is time")
			o.until(utc)
			require.Equal(t, before+1, o.count("ada", "it is time"))
		}
	})
}

func TestWindowAcrossMidnight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T12:00:00Z", "Ada")
		o.mention("Ada", "setup 22:30 23:45 00:30 Europe/Warsaw")
		o.until("21:30")
		require.Equal(t, 1, o.count("ada", "it is time"))
		o.until("23:10") // Ten past midnight in Warsaw.
		o.direct("Ada", "a quiet night")
		o.until("23:30")
		require.Contains(t, o.last(string(general)), "Standup for Monday, 23 November 2026")
		require.Contains(t, o.last(string(general)), "> a quiet night")
	})
}
