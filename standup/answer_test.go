package standup_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

// asked is an office in which Ada and Bob have just been asked two questions.
func asked(t *testing.T) *office {
	t.Helper()
	o := open(t, "2026-11-23T08:00:00Z", "Ada", "Bob")
	o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
	require.Contains(t, o.mention("Ada", "config questions First? | Second?"), "Question 2 (own): Second?")
	o.until("09:30")
	require.Equal(t, 1, o.count("ada", "First?"))
	return o
}

func TestAnswersThatAreRefusedChangeNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"only an image":    {"", "I can only keep text."},
		"spaces":           {" \n ", "I can only keep text."},
		"ten thousand":     {strings.Repeat("é", 10_000), "Your answer has 10000 characters and the limit is 4000"},
		"one too many":     {strings.Repeat("é", 4001), "4001 characters"},
		"a command":        {"/standup status", "Write this in the channel"},
		"an unknown one":   {"/standup dance", "I do not know the command"},
		"help":             {"help", "Mention me in a channel"},
		"a time zone gone": {"/standup timezone Nowhere", "cannot read the time zone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := asked(t)
				o.direct("Ada", c.text)
				require.Contains(t, o.last("ada"), c.want)
				o.direct("Ada", "still the first answer")
				require.Contains(t, o.last("ada"), "Second?")
				o.until("12:45")
				require.Contains(t, o.last(string(general)), "First?\n> still the first answer\n(1 of 2 questions answered)")
			})
		})
	}
}

func TestLongestAnswerIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		o.direct("Ada", strings.Repeat("é", standup.MaxAnswerLength))
		o.direct("Ada", strings.Repeat("x", standup.MaxAnswerLength))
		require.Contains(t, o.last("ada"), "That was all")
		o.until("12:45")
		reports := o.chat.to(string(general))
		report := strings.Join(reports[2:], "\n")
		require.Len(t, reports, 4, "the report takes two messages")
		require.Contains(t, report, strings.Repeat("é", standup.MaxAnswerLength))
		require.Contains(t, report, "Ada (continued)")
		require.Contains(t, report, strings.Repeat("x", standup.MaxAnswerLength))
	})
}

func TestOnlyWhoIsAskedAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		o.direct("Eve", "I fixed everything")
		require.Contains(t, o.last("eve"), "I do not know the command")
		bot := o.event("Ada", "I am a bot")
		bot.FromBot = true
		require.NoError(t, o.engine.Handle(t.Context(), bot))
		o.settle()
		require.Len(t, o.chat.to("ada"), 1, "a bot gets no answer")
		o.until("12:45")
		require.Contains(t, o.last(string(general)), "Nobody answered.\nNo answer from: Ada, Bob")
	})
}

func TestRepeatedEventsDoNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		in := o.direct("Ada", "one")
		for range 3 {
			require.NoError(t, o.engine.Handle(t.Context(), in))
			o.settle()
		}
		require.Equal(t, 1, o.count("ada", "Second?"))
	})
}

func TestWritingOnBeforeTheNextQuestionContinuesTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		o.chat.failWith(func(when string, m standup.Outgoing) error { // The second question is slow to leave.
			if when == "before" && strings.Contains(m.Body.String(), "Second?") && time.Now().Minute() < 40 {
				return standup.ErrNotSent
			}
			return nil
		})
		o.direct("Ada", "one thing")
		more := o.direct("Ada", "and another")
		o.edit(more, "and another one")
		o.until("09:45")
		require.Equal(t, 1, o.count("ada", "Thanks!\nSecond?"))
		o.direct("Ada", "later")
		o.until("12:45")
		require.Contains(t, o.last(string(general)), "First?\n> one thing\n> and another one\nSecond?\n> later")
	})
}

func TestWhileAQuestionIsInDoubtMessagesWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		var healed atomic.Bool
		o.chat.failWith(func(when string, m standup.Outgoing) error {
			if !healed.Load() && (when == "after" && strings.Contains(m.Body.String(), "Second?") || when == "find") {
				return context.DeadlineExceeded
			}
			return nil
		})
		o.direct("Ada", "one") // Ada sees the second question; the engine does not know that she does.
		require.Equal(t, 1, o.count("ada", "Second?"))
		second := o.direct("Ada", "two")
		o.edit(second, "two, edited")
		o.until("10:30")
		require.Equal(t, 0, o.count("ada", "That was all"))
		healed.Store(true)
		o.until("10:45")
		require.Equal(t, 1, o.count("ada", "Thanks!\nSecond?"), "the question is not asked again")
		require.Equal(t, 1, o.count("ada", "That was all"))
		o.until("12:45")
		require.Contains(t, o.last(string(general)), "First?\n> one\nSecond?\n> two, edited")
	})
}

func TestEdits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		one := o.direct("Ada", "one")
		o.edit(one, strings.Repeat("x", 5000))
		require.Contains(t, o.last("ada"), "Your answer stays as it was.")
		o.edit(one, "")
		require.Contains(t, o.last("ada"), "Your answer stays as it was.")
		forged := one
		forged.From = "bob"
		o.edit(forged, "Bob was here")
		o.edit(o.event("Ada", "an old message"), "unrelated")
		o.edit(one, "one, better")
		require.Contains(t, o.last("ada"), "Changed your answer to “First?”.")
		o.until("12:45")
		require.Contains(t, o.last(string(general)), "First?\n> one, better\n")
		edits := o.chat.edited()
		o.edit(one, "one, after the report")
		require.Contains(t, o.last(string(general)), "First?\n> one, after the report\n")
		require.Equal(t, edits+1, o.chat.edited())
	})
}

func TestInTimeButHandledAfterTheReport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		o.until("12:44")
		in := o.event("Ada", "just in time")
		o.until("12:50")
		require.Contains(t, o.last(string(general)), "Nobody answered.")
		require.NoError(t, o.engine.Handle(t.Context(), in))
		o.settle()
		require.Contains(t, o.last(string(general)), "1 of 2 answered.")
		require.Contains(t, o.last(string(general)), "> just in time")
		require.Contains(t, o.last("ada"), "Your answer came in time")
	})
}

func TestTwoStandupsOfOnePerson(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		o.chat.list("8", standup.Member{ID: "ada", Name: "Ada"})
		in := o.event("Ada", "setup 10:00 11:00 12:00 UTC")
		in.Channel, in.ChannelName = "8", "beta"
		require.NoError(t, o.engine.Handle(t.Context(), in))
		in = o.event("Ada", "config questions Beta?")
		in.Channel, in.ChannelName = "8", "beta"
		require.NoError(t, o.engine.Handle(t.Context(), in))
		o.until("10:00")
		require.Contains(t, o.last("ada"), "Beta?")
		o.direct("Ada", "for beta") // The newest question is beta's.
		require.Contains(t, o.last("ada"), "That was all for beta")
		require.Contains(t, o.last("ada"), "Next, the standup of general for Monday, 23 November 2026:\nFirst?")
		o.direct("Ada", "for general")
		require.Contains(t, o.last("ada"), "Second?")
		o.until("12:45")
		require.Contains(t, o.last("8"), "Beta?\n> for beta")
		require.Contains(t, o.last(string(general)), "First?\n> for general")
	})
}

func TestReplyChoosesTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		first := o.chat.newestTo("ada") // The prompt of general.
		o.chat.list("8", standup.Member{ID: "ada", Name: "Ada"})
		in := o.event("Ada", "setup 10:00 11:00 12:00 UTC")
		in.Channel, in.ChannelName = "8", "beta"
		require.NoError(t, o.engine.Handle(t.Context(), in))
		o.until("10:00")
		reply := o.event("Ada", "for general")
		reply.ReplyTo = first
		require.NoError(t, o.engine.Handle(t.Context(), reply))
		o.until("12:45")
		require.Contains(t, o.last(string(general)), "First?\n> for general")
	})
}

func TestWrittenBeforeTheQuestionBelongsToTheOneBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		_ = o.stop() // Ada writes twice while the bot is down.
		one, two := o.event("Ada", "one thing"), o.event("Ada", "and another")
		o.start()
		require.NoError(t, o.engine.Handle(t.Context(), one))
		o.settle()
		require.Equal(t, 1, o.count("ada", "Second?"))
		require.NoError(t, o.engine.Handle(t.Context(), two))
		o.settle()
		require.Equal(t, 1, o.count("ada", "Second?"))
		o.direct("Ada", "later")
		o.until("12:45")
		require.Contains(t, o.last(string(general)), "First?\n> one thing\n> and another\nSecond?\n> later")
	})
}

func TestWrittenJustBeforeTheReminderIsAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := asked(t)
		o.direct("Ada", "one")
		o.until("11:44")
		in := o.event("Ada", "two")
		o.until("11:45")
		require.Equal(t, 1, o.count("ada", "⏰"))
		require.NoError(t, o.engine.Handle(t.Context(), in))
		o.settle()
		require.Contains(t, o.last("ada"), "That was all")
	})
}

func TestChatterBeforeThePromptIsNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada")
		o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
		in := o.event("Ada", "good morning")
		o.until("09:30")
		require.NoError(t, o.engine.Handle(t.Context(), in))
		o.settle()
		require.Contains(t, o.last("ada"), "I do not know the command")
		o.until("12:45")
		require.Contains(t, o.last(string(general)), "Nobody answered.")
	})
}
