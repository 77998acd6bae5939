package standup_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

func TestDownOverTheWholeWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada")
		o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
		_ = o.stop()
		o.until("14:00")
		o.start()
		o.settle()
		require.Empty(t, o.chat.to("ada"), "no prompt and no reminder after the cutoff")
		require.Contains(t, o.last(string(general)), "I was not running when the standup of Monday, 23 November 2026 was due")
		require.Contains(t, o.last(string(general)), "Tuesday, 24 November 2026 09:30 UTC")
		require.Contains(t, o.mention("Ada", "history"), "missed")
		require.Equal(t, 1, o.count(string(general), "I was not running when"))
	})
}

func TestLateStartStillPrompts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada")
		o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
		_ = o.stop()
		o.until("12:00") // The reminder was due as well.
		o.start()
		o.settle()
		require.Equal(t, 1, o.count("ada", "it is time"))
		o.direct("Ada", "late but in time")
		o.until("12:45")
		require.Contains(t, o.last(string(general)), "> late but in time")
	})
}

func TestReportAfterDowntimeIsPostedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada")
		o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
		o.until("09:30")
		o.direct("Ada", "one")
		_ = o.stop()
		o.until("18:00")
		for range 3 {
			o.start()
			o.settle()
			_ = o.stop()
		}
		require.Equal(t, 1, o.count(string(general), "1 of 1 answered."))
		require.Equal(t, 0, o.count("ada", "⏰"))
	})
}

func TestRestartInTheMiddleOfAQuestionnaire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		o.direct("Ada", "one")
		_ = o.stop()
		o.start()
		o.direct("Ada", "two")
		require.Contains(t, o.last("ada"), "That was all")
	})
}

func TestNewPeopleAreAskedAndThoseWhoLeftAreNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada", "Bob")
		o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
		o.chat.list(general, standup.Member{ID: "ada", Name: "Ada"}, standup.Member{ID: "cy", Name: "Cy"})
		o.until("09:30")
		require.Equal(t, 1, o.count("cy", "it is time"))
		require.Empty(t, o.chat.to("bob"))
		o.chat.list(general) // Now the chat cannot list them.
		o.until("09:30")
		require.Equal(t, 2, o.count("ada", "it is time"))
		require.Equal(t, 2, o.count("cy", "it is time"))
	})
}

func TestUnreachablePeopleAreReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada", "Bob", "Cy")
		o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
		o.chat.failWith(func(_ string, m standup.Outgoing) error {
			switch m.To.User {
			case "bob":
				return standup.ErrUndeliverable
			case "cy":
				return standup.ErrNotSent // Until after the cutoff.
			}
			return nil
		})
		o.until("12:45")
		require.Contains(t, o.last(string(general)), "Could not be reached: Bob")
		require.Contains(t, o.last(string(general)), "Nobody answered.")
		o.until("13:30")
		o.chat.failWith(nil)
		o.until("15:00")
		require.Empty(t, o.chat.to("cy"), "a prompt is not sent after the cutoff")
	})
}

func TestHolidaysAreSkipped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-25T15:00:00Z", "Ada") // The day before Thanksgiving.
		o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
		require.Contains(t, o.mention("Ada", "config holidays usa"), "Friday, 27 November 2026 09:30 UTC")
		require.Contains(t, o.mention("Ada", "config skip_holidays no"), "Thursday, 26 November 2026 09:30 UTC")
		require.Contains(t, o.mention("Ada", "config skip_holidays yes"), "Friday, 27 November 2026 09:30 UTC")
		require.Contains(t, o.mention("Ada", "config holidays none"), "Thursday, 26 November 2026 09:30 UTC")
	})
}

func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada")
		o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
		o.mention("Ada", "pause")
		require.Contains(t, o.mention("Ada", "status"), "is paused")
		o.until("10:00")
		require.Empty(t, o.chat.to("ada"))
		require.Contains(t, o.mention("Ada", "resume"), "Tuesday, 24 November 2026 09:30 UTC")
		o.until("09:30")
		require.Equal(t, 1, o.count("ada", "it is time"))
	})
}

// TestRepliesTellWhatIsStored compares the answer to each change with what the
// status command says after a restart.
func TestRepliesTellWhatIsStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada", "Bob")
		o.mention("Ada", "setup")
		for _, change := range []string{
			"setup 08:00 Africa/Lagos", "config times 10:00 11:00 12:00", "config prompt_time 09:15", "config reminder_time 11:30",
			"config cutoff_time 12:15", "config days sun, mon", "config holidays ng", "config skip_holidays no",
			"config timezone Asia/Tokyo", "config questions A? | B?", "config questions reset",
		} {
			reply := o.mention("Ada", change)
			require.Contains(t, reply, "✅", change)
			_ = o.stop()
			o.start()
			_, told, _ := strings.Cut(reply, "\n")
			_, stored, _ := strings.Cut(o.mention("Bob", "status"), "\n")
			require.Equal(t, stored, told, change)
		}
	})
}

func TestSetupRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada", "Bob")
		require.Contains(t, o.mention("Ada", "status"), "This channel has no standup yet.")
		require.Contains(t, o.mention("Ada", "setup 12:45 11:45 09:30"), "out of order")
		require.Contains(t, o.mention("Ada", "setup 09:30 11:45 09:00"), "out of order")
		require.Contains(t, o.mention("Ada", "status"), "This channel has no standup yet.")
		require.Contains(t, o.mention("Ada", "setup 09:30"), "prompt 09:30, reminder 11:45, cutoff 12:45 UTC")
		require.Contains(t, o.mention("Ada", "config cutoff_time 11:45"), "Nothing was changed.")
		require.Contains(t, o.mention("Bob", "setup 10:00"), "Only Ada and the administrators may change this standup.")
		require.Contains(t, o.mention("Bob", "config days sun"), "Only Ada")
		require.Contains(t, o.mention("Boss", "setup 10:00 11:00 12:00"), "prompt 10:00, reminder 11:00, cutoff 12:00 UTC")
		admin := o.event("Bob", "config days sun")
		admin.Channel, admin.FromAdmin = general, true
		require.NoError(t, o.engine.Handle(t.Context(), admin))
		o.settle()
		require.Contains(t, o.last(string(general)), "Days: Sunday")
		o.chat.list(general, []standup.Member{}...)
		require.Contains(t, o.mention("Ada", "setup"), "nobody to ask")
		o.chat.list(general)
		require.Contains(t, o.mention("Ada", "setup"), "did not tell me who is in this channel")
		require.Contains(t, o.mention("Ada", "status"), "Days: Sunday")
	})
}
