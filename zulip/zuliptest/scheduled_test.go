package zuliptest_test

import (
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// in is the parameter for a delivery after d.
func in(d time.Duration) string { return strconv.FormatInt(time.Now().Add(d).Unix(), 10) }

func (c *client) schedule(d time.Duration, content string) string {
	c.t.Helper()
	return number(c.ok("POST", "/scheduled_messages", "type", "stream", "to", "11", "topic", "plan", "content", content,
		"scheduled_delivery_timestamp", in(d))["scheduled_message_id"])
}

func TestScheduledMessageIsSentAtAFullMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register("event_types", `["scheduled_messages"]`)
		o.bot.schedule(90*time.Second, "second")
		o.bot.schedule(time.Minute, "first")
		waiting := list(o.bot.ok("GET", "/scheduled_messages")["scheduled_messages"])
		assert.Equal(t, []string{"first", "second"}, contents(waiting), "the earliest comes first")

		time.Sleep(100 * time.Second)
		synctest.Wait()
		sent := o.ChannelMessages(o.team, "plan")
		require.Len(t, sent, 1, "the other is due, but no minute has begun")
		assert.Equal(t, "first", sent[0].Content)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		assert.Len(t, o.ChannelMessages(o.team, "plan"), 2)
		assert.Empty(t, o.bot.ok("GET", "/scheduled_messages")["scheduled_messages"])
		var ops []any
		for _, e := range o.bot.events(queue, "-1") {
			ops = append(ops, e["op"])
		}
		assert.Equal(t, []any{"add", "add", "remove", "remove"}, ops)
	})
}

func TestScheduledMessageChangesAndGoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		path := "/scheduled_messages/" + o.bot.schedule(time.Hour, "hello")
		o.bot.ok("PATCH", path, "content", "hullo", "topic", "news")
		o.bot.ok("PATCH", path, "type", "direct", "to", "[101]", "scheduled_delivery_timestamp", in(2*time.Hour))
		got := list(o.bot.ok("GET", "/scheduled_messages")["scheduled_messages"])[0]
		assert.Equal(t, "private", got["type"])
		assert.Equal(t, []any{101.0}, got["to"])
		assert.Equal(t, "hullo", got["content"])
		o.as(t, o.ada).refused(404, "BAD_REQUEST", "DELETE", path)
		o.bot.ok("DELETE", path)
		o.bot.refused(404, "BAD_REQUEST", "PATCH", path, "content", "x")
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		assert.Empty(t, o.Messages())
	})
}

func TestScheduledMessageFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		id := number(o.bot.ok("POST", "/scheduled_messages", "type", "direct", "to", "[101]", "content", "psst",
			"scheduled_delivery_timestamp", in(5*time.Minute))["scheduled_message_id"])
		queue := o.bot.register("event_types", `["scheduled_messages"]`)
		o.Deactivate(o.ada)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		got := o.bot.events(queue, "-1")
		require.Len(t, got, 1)
		assert.Equal(t, "update", got[0]["op"])
		assert.Equal(t, true, got[0]["scheduled_message"].(object)["failed"])
		said := o.Messages()
		require.Len(t, said, 1)
		assert.Equal(t, "Notification Bot", said[0].SenderName)
		assert.Contains(t, said[0].Content, "no longer using Zulip")

		o.Reactivate(o.ada)
		msg := o.bot.refused(400, "BAD_REQUEST", "PATCH", "/scheduled_messages/"+id, "content", "again")
		assert.Contains(t, msg, "future", "what failed needs a new time")
		o.bot.ok("PATCH", "/scheduled_messages/"+id, "scheduled_delivery_timestamp", in(time.Minute))
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Len(t, o.Messages(), 2)
	})
}

// TestClockThatJumps shows that times are those of WithNow, and that a message which is very late is not sent at all.
func TestClockThatJumps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var skew atomic.Int64
		o := newOffice(t, zuliptest.WithNow(func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }))
		o.bot.schedule(time.Hour, "hello")
		skew.Store(int64(2 * time.Hour))
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Contains(t, o.Messages()[0].Content, "Message could not be sent at the scheduled time.")
	})
}

func TestScheduledRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		later := in(time.Hour)
		for _, tc := range []struct {
			want, kind, to, topic, content, at string
		}{
			{"Scheduled delivery time must be in the future.", "stream", "11", "x", "x", in(0)},
			{"Invalid type", "pigeon", "11", "x", "x", later},
			{"Invalid data type for channel ID", "stream", `"team"`, "x", "x", later},
			{"Recipient list may only contain user IDs", "direct", `["a@b"]`, "x", "x", later},
			{"Invalid user ID 999", "direct", `[999]`, "x", "x", later},
			{"Message must not be empty", "direct", `[101]`, "x", " ", later},
		} {
			assert.Equal(t, tc.want, o.bot.refused(400, "BAD_REQUEST", "POST", "/scheduled_messages", "type", tc.kind, "to", tc.to,
				"topic", tc.topic, "content", tc.content, "scheduled_delivery_timestamp", tc.at))
		}
		o.bot.refused(400, "STREAM_DOES_NOT_EXIST", "POST", "/scheduled_messages", "type", "stream", "to", "99", "topic", "x",
			"content", "x", "scheduled_delivery_timestamp", later)
		path := "/scheduled_messages/" + o.bot.schedule(time.Hour, "hello")
		assert.Equal(t, "Nothing to change", o.bot.refused(400, "BAD_REQUEST", "PATCH", path))
		o.bot.refused(400, "BAD_REQUEST", "PATCH", path, "type", "direct")
		o.bot.refused(400, "BAD_REQUEST", "PATCH", path, "type", "channel", "to", "11")
	})
}

func TestReminder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register("event_types", `["reminders","message"]`)
		m := o.SendToChannel(o.ada, o.team, "lunch", "Pizza at ```noon```")
		id := number(o.bot.ok("POST", "/reminders", "message_id", number(m.ID), "scheduled_delivery_timestamp", in(5*time.Minute),
			"note", "bring forks")["reminder_id"])
		assert.Equal(t, id, number(list(o.bot.ok("GET", "/reminders")["reminders"])[0]["reminder_id"]))
		assert.Empty(t, o.bot.ok("GET", "/scheduled_messages")["scheduled_messages"], "a reminder is none")
		other := number(o.bot.ok("POST", "/reminders", "message_id", number(m.ID), "scheduled_delivery_timestamp", in(5*time.Minute))["reminder_id"])
		o.bot.ok("DELETE", "/reminders/"+other)
		o.bot.refused(404, "BAD_REQUEST", "DELETE", "/reminders/"+other)

		time.Sleep(5 * time.Minute)
		synctest.Wait()
		said := o.Messages()[1]
		assert.Equal(t, []int{3, o.bot.user.ID}, said.To, "from the server's own bot")
		assert.Contains(t, said.Content, "bring forks")
		assert.Contains(t, said.Content, "@_**Ada Byron|101**")
		assert.Contains(t, said.Content, "````quote\nPizza at ```noon```\n````", "the fence is longer than those in the message")
		var kinds []any
		for _, e := range o.bot.events(queue, "-1") {
			kinds = append(kinds, e["type"], e["op"])
		}
		assert.Equal(t, []any{
			"message", nil, "reminders", "add", "reminders", "add", "reminders", "remove", "message", nil, "reminders", "remove",
		}, kinds)
		assert.Empty(t, o.bot.ok("GET", "/reminders")["reminders"])
	})
}

func TestReminderRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		m := o.SendDirect(o.ada, "secret", o.bob)
		assert.Equal(t, "Invalid message(s)", o.bot.refused(400, "BAD_REQUEST", "POST", "/reminders",
			"message_id", number(m.ID), "scheduled_delivery_timestamp", in(time.Hour)))
		o.bot.refused(400, "REQUEST_VARIABLE_MISSING", "POST", "/reminders", "message_id", number(m.ID))
		o = newOffice(t, zuliptest.WithFeatureLevel(380))
		o.bot.refused(404, "BAD_REQUEST", "POST", "/reminders", "message_id", "1", "scheduled_delivery_timestamp", in(time.Hour))
	})
}

func TestReminderSaysWhereTheMessageIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		for want, m := range map[string]zuliptest.Message{
			"a poll in #**team>lunch@":             o.SendToChannel(o.ada, o.team, "lunch", "/poll What?\nPizza"),
			"a todo list in #**team>lunch@":        o.SendToChannel(o.ada, o.team, "lunch", "/todo\nCook"),
			" to @_**Echo Bot|103**:\n```quote\nx": o.SendDirect(o.ada, "x", o.bot.user),
		} {
			o.bot.ok("POST", "/reminders", "message_id", number(m.ID), "scheduled_delivery_timestamp", in(time.Hour))
			all := list(o.bot.ok("GET", "/reminders")["reminders"])
			assert.Contains(t, all[len(all)-1]["content"], want)
		}
		last := o.SendDirect(o.ada, "gone soon", o.bot.user)
		o.bot.ok("POST", "/reminders", "message_id", number(last.ID), "scheduled_delivery_timestamp", in(time.Hour))
		o.DeleteMessage(o.ada, last.ID)
		all := list(o.bot.ok("GET", "/reminders")["reminders"])
		assert.Contains(t, all[len(all)-1]["content"], "gone soon", "what was last known")
	})
}
