package zuliptest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestReport(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := "/messages/" + number(o.SendToChannel(o.ada, o.team, "lunch", "Buy now!").ID) + "/report"
	assert.Contains(t, o.bot.refused(400, "BAD_REQUEST", "POST", path, "report_type", "spam"), "Moderation request channel")
	moderators := o.AddPrivateChannel("moderators", o.bob)
	o.SetModerationChannel(moderators)
	assert.Equal(t, "Invalid report_type", o.bot.refused(400, "BAD_REQUEST", "POST", path, "report_type", "boring"))
	assert.Equal(t, "An explanation is required.", o.bot.refused(400, "BAD_REQUEST", "POST", path, "report_type", "other"))
	o.bot.refused(400, "BAD_REQUEST", "POST", path, "report_type", "spam", "description", strings.Repeat("x", 1001))
	o.bot.refused(400, "BAD_REQUEST", "POST", "/messages/9999/report", "report_type", "spam")
	o.bot.ok("POST", path, "report_type", "spam", "description", "not again")
	said := o.ChannelMessages(moderators, "Ada Byron moderation")
	require.Len(t, said, 1)
	for _, part := range []string{"@_**Echo Bot|103** reported", "**Spam**. not again", "Buy now!"} {
		assert.Contains(t, said[0].Content, part)
	}
	assert.Equal(t, "Notification Bot", said[0].SenderName)
}

func TestLevelsOfMessages(t *testing.T) {
	t.Parallel()
	o := newOffice(t, zuliptest.WithFeatureLevel(185))
	o.bot.refused(400, "BAD_REQUEST", "POST", "/messages", "type", "channel", "to", `"team"`, "topic", "t", "content", "x")
	m := o.SendToChannel(o.ada, o.team, "lunch", "Pizza")
	path := "/messages/" + number(m.ID)
	o.bot.ok("POST", path+"/reactions", "emoji_name", "tada")
	o.bot.refused(400, "BAD_REQUEST", "POST", path+"/reactions", "emoji_name", "tada")
	for _, narrow := range []string{"channel", "channels"} {
		o.bot.refused(400, "BAD_NARROW", "GET", "/messages", "anchor", "newest", "num_before", "1", "num_after", "0",
			"narrow", `[["`+narrow+`","public"]]`)
	}
	for _, missing := range []string{"/report", "/typing"} {
		o.bot.refused(404, "BAD_REQUEST", "POST", path+missing)
	}
	assert.NotContains(t, o.bot.ok("POST", "/mark_all_as_read"), "complete")

	o = newOffice(t, zuliptest.WithFeatureLevel(445))
	o.SendToChannel(o.ada, o.team, "lunch", "Pizza")
	get := []string{"anchor", "date", "num_before", "0", "num_after", "1", "anchor_date"}
	assert.InDelta(t, 1001, o.bot.ok("GET", "/messages", append(get, "2000-01-01T00:00:00Z")...)["anchor"], 0)
	o.bot.refused(400, "BAD_REQUEST", "GET", "/messages", append(get, "yesterday")...)
}
