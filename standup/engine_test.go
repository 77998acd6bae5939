package standup_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestOneDay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada", "Bob", "Cy")
		require.Contains(t, o.mention("Ada", "setup 09:30 11:45 12:45 UTC"), "The next standup begins on Monday, 23 November 2026 09:30 UTC.")
		o.until("09:29")
		require.Empty(t, o.chat.to("ada"))
		o.until("09:30")
		require.Contains(t, o.last("ada"), "What did you work on in your last work session?")
		o.direct("Ada", "the parser")
		require.Contains(t, o.last("ada"), "What are you planning to work on today?")
		plan := o.direct("Ada", "the fuzzer")
		o.direct("Ada", "none")
		require.Contains(t, o.last("ada"), "That was all")
		o.direct("Bob", "tests")
		o.edit(plan, "the fuzzer and its corpus")
		o.until("11:45")
		require.Equal(t, 0, o.count("ada", "⏰"))
		require.Equal(t, 1, o.count("bob", "⏰"))
		require.Equal(t, 1, o.count("cy", "⏰"))
		require.Contains(t, o.last("bob"), "What are you planning to work on today?")
		o.until("12:45")
		report := o.last(string(general))
		t.Log("\n" + report)
		require.Contains(t, report, "2 of 3 answered.")
		require.Contains(t, report, "> the fuzzer and its corpus")
		require.Contains(t, report, "No answer from: Cy")
		o.direct("Cy", "sorry, I slept")
		require.Contains(t, o.last("cy"), "closed at 12:45 UTC, so this answer was not added")
		require.Equal(t, report, o.last(string(general)))
		o.edit(plan, "the fuzzer, its corpus and its speed")
		require.Contains(t, o.last(string(general)), "> the fuzzer, its corpus and its speed")

		o.until("09:30") // Tuesday.
		require.Contains(t, o.last("ada"), "What did you work on yesterday?")
		require.Contains(t, o.last("ada"), "> the fuzzer, its corpus and its speed")
		require.Contains(t, o.mention("Bob", "history"), "2026-11-23 Monday: 1 of 3 completed")
		require.Contains(t, o.mention("Bob", "search FUZZER"), "its corpus")
		require.Contains(t, o.mention("Bob", "stats"), "Ada: 1 of 1")
		require.Contains(t, o.mention("Bob", "status"), "is active")
		require.Contains(t, o.mention("Bob", "participants"), "Cy")
		require.Contains(t, o.mention("Bob", "debug"), "Open run 2026-11-24")
		require.Contains(t, o.mention("Bob", "pause"), "Only Ada and the administrators")
		require.Contains(t, o.mention("Bob", "test-prompt"), "preview")
		require.Contains(t, o.last("bob"), "This is a preview")
		t.Log(o.mention("Bob", "config"))
		t.Log(o.mention("Bob", "help"))
	})
}
