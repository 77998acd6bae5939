package zuliptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func unread(c *client) []string {
	c.t.Helper()
	return contents(list(c.ok("GET", "/messages", "anchor", "oldest", "num_before", "0", "num_after", "100",
		"apply_markdown", "false", "narrow", `[{"operator":"is","operand":"unread"}]`)["messages"]))
}

func TestMarkAsRead(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		path   string
		params []string
		left   []string
		marked any // the ids in the event
		all    bool
	}{
		"all":     {path: "/mark_all_as_read", marked: []any{}, all: true},
		"channel": {path: "/mark_stream_as_read", params: []string{"stream_id", "11"}, left: []string{"psst"}, marked: []any{1001.0, 1002.0}},
		"topic": {
			path: "/mark_topic_as_read", params: []string{"stream_id", "11", "topic_name", "LUNCH"},
			left: []string{"two", "psst"}, marked: []any{1001.0},
		},
		"narrow": {
			path: "/messages/flags/narrow",
			params: []string{
				"anchor", "1002", "num_before", "0", "num_after", "5", "include_anchor", "false", "narrow", "[]", "op", "add", "flag", "read",
			},
			left: []string{"one", "two"}, marked: []any{1003.0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.SendToChannel(o.ada, o.team, "lunch", "one")
			o.SendToChannel(o.ada, o.team, "dinner", "two")
			o.SendDirect(o.ada, "psst", o.bot.user)
			queue := o.bot.register("event_types", `["update_message_flags"]`)
			o.bot.ok("POST", tc.path, tc.params...)
			assert.Equal(t, tc.left, unread(o.bot))
			got := o.bot.events(queue, "-1")[0]
			assert.Equal(t, "read", got["flag"])
			assert.Equal(t, tc.marked, got["messages"])
			assert.Equal(t, tc.all, got["all"])
		})
	}
}

func TestTopicThatIsNotThere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	msg := o.bot.refused(400, "BAD_REQUEST", "POST", "/mark_topic_as_read", "stream_id", "11", "topic_name", "nothing")
	assert.Equal(t, "No such topic 'nothing'", msg)
}

func TestFlagsOfANarrow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, text := range []string{"one", "two", "three"} {
		o.SendToChannel(o.ada, o.team, "lunch", text)
	}
	star := func(pairs ...string) object {
		return o.bot.ok("POST", "/messages/flags/narrow", append(pairs,
			"narrow", `[{"operator":"channel","operand":"team"}]`, "op", "add", "flag", "starred")...)
	}
	got := star("anchor", "1002", "num_before", "1", "num_after", "0")
	assert.InDelta(t, 2, got["processed_count"], 0)
	assert.InDelta(t, 1001, got["first_processed_id"], 0)
	assert.InDelta(t, 1002, got["last_processed_id"], 0)
	got = star("anchor", "oldest", "num_before", "0", "num_after", "10")
	assert.InDelta(t, 3, got["processed_count"], 0)
	assert.InDelta(t, 1, got["updated_count"], 0, "two had it already")
	assert.Equal(t, true, got["found_newest"])

	msg := o.bot.refused(400, "BAD_REQUEST", "POST", "/messages/flags/narrow", "anchor", "1002", "num_before", "1", "num_after", "1",
		"include_anchor", "false", "narrow", "[]", "op", "add", "flag", "starred")
	assert.Equal(t, "The anchor can only be excluded at an end of the range", msg)
	o.bot.refused(400, "BAD_NARROW", "POST", "/messages/flags/narrow", "anchor", "oldest", "num_before", "0", "num_after", "1",
		"narrow", `[{"operator":"colour","operand":"red"}]`, "op", "add", "flag", "starred")
}

func TestUnreadNeedsASubscription(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.SendToChannel(o.ada, o.team, "lunch", "one")
	o.bot.ok("POST", "/messages/flags", "messages", "["+number(m.ID)+"]", "op", "add", "flag", "read")
	o.Unsubscribe(o.team, o.bot.user)
	got := o.bot.ok("POST", "/messages/flags", "messages", "["+number(m.ID)+"]", "op", "remove", "flag", "read")
	assert.Equal(t, []any{float64(m.ID)}, got["messages"], "what was asked for, changed or not")
	assert.Equal(t, []any{float64(o.team.ID)}, got["ignored_because_not_subscribed_channels"])
}

func TestReadReceipts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := "/messages/" + number(o.SendToChannel(o.ada, o.team, "lunch", "one").ID) + "/read_receipts"
	assert.Empty(t, o.bot.ok("GET", path)["user_ids"], "the sender is never among them")
	o.bot.ok("POST", "/mark_all_as_read")
	assert.Equal(t, []any{float64(o.bot.user.ID)}, o.bot.ok("GET", path)["user_ids"])
	o.Deactivate(o.bot.user)
	assert.Empty(t, o.as(t, o.ada).ok("GET", path)["user_ids"])

	o = newOffice(t, zuliptest.WithoutReadReceipts())
	path = "/messages/" + number(o.SendToChannel(o.ada, o.team, "lunch", "one").ID) + "/read_receipts"
	o.bot.refused(400, "BAD_REQUEST", "GET", path)
}

func TestFlagRefusals(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.SendDirect(o.ada, "psst", o.bot.user)
	o.SendDirect(o.ada, "not for the bot", o.bob)
	for want, pairs := range map[string][]string{
		"Flag not editable: 'mentioned'":          {"messages", "[1001]", "op", "add", "flag", "mentioned"},
		"Invalid flag: 'pretty'":                  {"messages", "[1001]", "op", "add", "flag", "pretty"},
		"Invalid message flag operation: 'paint'": {"messages", "[1001]", "op", "paint", "flag", "read"},
		"Invalid message(s)":                      {"messages", "[1001,1002]", "op", "add", "flag", "starred"},
	} {
		assert.Equal(t, want, o.bot.refused(400, "BAD_REQUEST", "POST", "/messages/flags", pairs...))
	}
}

func TestUnreadAgainTellsWhereItIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.SendDirect(o.ada, "psst", o.bot.user)
	o.SendToChannel(o.ada, o.team, "lunch", "@**Echo Bot**")
	queue := o.bot.register("event_types", `["update_message_flags"]`)
	for _, op := range []string{"add", "remove"} {
		o.bot.ok("POST", "/messages/flags", "messages", "[1001,1002]", "op", op, "flag", "read")
	}
	got := o.bot.events(queue, "-1")[1]
	assert.Equal(t, object{
		"1001": object{"type": "private", "user_ids": []any{float64(o.ada.ID)}},
		"1002": object{"type": "stream", "mentioned": true, "unmuted_stream_msg": true, "stream_id": float64(o.team.ID), "topic": "lunch"},
	}, got["message_details"])
}
