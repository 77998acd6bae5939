package zulipchat

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

func TestStandupDay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		store := standup.NewMemStore()
		sleepUntil(2026, time.November, 23, 7, 0) // A Monday.
		start(t, chat, o.engine(t, chat, store))

		o.SendToChannel(o.ann, o.channel, "meta", "@**Standup** setup 09:00 10:00 11:00 UTC")
		synctest.Wait()
		replies := o.posted("meta")
		require.Len(t, replies, 1)
		assert.Contains(t, replies[0], "Ann, Ben", "the bot and who does not read the channel are not asked")

		sleepUntil(2026, time.November, 23, 9, 0)
		require.Len(t, o.heard(o.ann), 1)
		assert.Contains(t, o.heard(o.ann)[0], "**What did you work on in your last work session?**")
		require.Len(t, o.heard(o.ben), 1)

		first := o.says(o.ann, "The *parser*, see https://example.org/1")
		require.Len(t, o.heard(o.ann), 2)
		assert.Equal(t, "Thanks!\n\n**What are you planning to work on today?**", o.heard(o.ann)[1])
		o.says(o.ann, "[plan.png](/user_uploads/1/ab/plan.png)")
		assert.Contains(t, o.heard(o.ann)[2], "I can only keep text")
		o.says(o.ann, "The writer")
		o.says(o.ann, "None, @**all**")
		assert.Contains(t, o.heard(o.ann)[4], "That was all")

		sleepUntil(2026, time.November, 23, 10, 0)
		assert.Len(t, o.heard(o.ann), 5, "who has finished is not reminded")
		require.Len(t, o.heard(o.ben), 2)
		assert.Contains(t, o.heard(o.ben)[1], "closes at **11:00 UTC**")

		sleepUntil(2026, time.November, 23, 11, 0)
		report := o.posted("Standup 2026-11-23")
		require.Len(t, report, 1)
		assert.Equal(t, "### Standup for Monday, 23 November 2026\n\n"+
			"1 of 2 answered.\n\n"+
			"@_**|102**\n\n"+
			"**What did you work on in your last work session?**\n\n"+
			"```quote\nThe *parser*, see https://example.org/1\n```\n\n"+
			"**What are you planning to work on today?**\n\n"+
			"```quote\nThe writer\n```\n\n"+
			"**Any blockers?**\n\n"+
			"```quote\nNone, @_**all**\n```\n\n"+
			"No answer from: @_**|103**", report[0])

		o.EditMessage(o.ann, first.ID, "The scanner")
		synctest.Wait()
		report = o.posted("Standup 2026-11-23")
		require.Len(t, report, 1, "the report is edited in its place")
		assert.Contains(t, report[0], "```quote\nThe scanner\n```")
		assert.NotContains(t, report[0], "parser")
		assert.Contains(t, o.heard(o.ann)[5], "Changed your answer")
	})
}
