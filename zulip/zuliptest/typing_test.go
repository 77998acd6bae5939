package zuliptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestTypingInChannelGoesToThoseWhoAsked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.as(t, o.ada)
	plain := ada.register("event_types", `["typing"]`)
	asked := ada.register("event_types", `["typing"]`,
		"client_capabilities", `{"notification_settings_null":true,"stream_typing_notifications":true}`)
	o.bot.ok("POST", "/typing", "type", "channel", "op", "start", "stream_id", number(o.team.ID), "topic", "lunch")
	o.bot.ok("POST", "/typing", "op", "stop", "to", "["+number(o.ada.ID)+"]")
	assert.Len(t, ada.events(plain, "-1"), 1, "only the direct one")
	got := ada.events(asked, "-1")
	require.Len(t, got, 2)
	assert.Equal(t, "stream", got[0]["message_type"])
	assert.Equal(t, "lunch", got[0]["topic"])
	assert.Equal(t, "direct", got[1]["message_type"])
	assert.Len(t, got[1]["recipients"], 2)
}

func TestTypingRefusals(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for want, pairs := range map[string][]string{
		"Invalid op":            {"op", "pause", "to", "[101]"},
		"Invalid type":          {"op", "start", "to", "[101]", "type", "carrier pigeon"},
		"Missing 'to' argument": {"op", "start"},
		"Empty 'to' list":       {"op", "start", "to", "[]"},
		"Invalid user ID 999":   {"op", "start", "to", "[999]"},
		"Missing channel ID":    {"op", "start", "type", "stream", "topic", "x"},
		"Missing topic":         {"op", "start", "type", "stream", "stream_id", "11"},
		"Invalid channel ID":    {"op", "start", "type", "stream", "stream_id", "99", "topic", "x"},
	} {
		assert.Equal(t, want, o.bot.refused(400, "BAD_REQUEST", "POST", "/typing", pairs...))
	}
}

func TestTypingInAnOldChannel(t *testing.T) {
	t.Parallel()
	o := newOffice(t, zuliptest.WithFeatureLevel(185))
	queue := o.bot.register("event_types", `["typing"]`,
		"client_capabilities", `{"notification_settings_null":true,"stream_typing_notifications":true}`)
	o.bot.ok("POST", "/typing", "type", "stream", "op", "start", "to", "["+number(o.team.ID)+"]", "topic", "lunch")
	assert.InDelta(t, o.team.ID, o.bot.events(queue, "-1")[0]["stream_id"], 0)
	o.bot.refused(400, "BAD_REQUEST", "POST", "/typing", "type", "channel", "op", "start", "stream_id", "11", "topic", "lunch")
}

func TestTypingAnEdit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	queue := o.as(t, o.ada).register("event_types", `["typing_edit_message"]`)
	m := o.SendToChannel(o.bot.user, o.team, "lunch", "Pizza?")
	d := o.SendDirect(o.bot.user, "psst", o.ada)
	o.bot.ok("POST", "/messages/"+number(m.ID)+"/typing", "op", "start")
	o.bot.ok("POST", "/messages/"+number(d.ID)+"/typing", "op", "stop")
	got := o.as(t, o.ada).events(queue, "-1")
	require.Len(t, got, 2)
	assert.Equal(t, object{"type": "channel", "channel_id": float64(o.team.ID), "topic": "lunch"}, got[0]["recipient"])
	assert.Equal(t, object{"type": "direct", "user_ids": []any{101.0, 103.0}}, got[1]["recipient"])
	o.as(t, o.ada).refused(400, "BAD_REQUEST", "POST", "/messages/"+number(m.ID)+"/typing", "op", "start")
}
