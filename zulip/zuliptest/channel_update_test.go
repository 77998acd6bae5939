package zuliptest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChannelsAreMadeAndChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ada, bob := o.as(t, o.ada), o.as(t, o.bob)
		queue := o.bot.register("event_types", `["stream"]`)
		id := number(ada.ok("POST", "/channels/create", "name", "news", "subscribers", "["+number(o.ada.ID)+"]")["id"])
		ada.refused(409, "CHANNEL_ALREADY_EXISTS", "POST", "/channels/create", "name", "News", "subscribers", "[]")
		bob.refused(400, "CANNOT_ADMINISTER_CHANNEL", "PATCH", "/streams/"+id, "new_name", "mine")
		ada.ok("PATCH", "/streams/"+id, "new_name", "announcements", "description", "what\nhappens",
			"can_send_message_group", `{"new":{"direct_members":[`+number(o.ada.ID)+`],"direct_subgroups":[]}}`)
		ada.refused(400, "EXPECTATION_MISMATCH", "PATCH", "/streams/"+id,
			"can_send_message_group", `{"new":307,"old":307}`)
		ada.refused(400, "UNAUTHORIZED_PRINCIPAL", "PATCH", "/streams/"+id, "message_retention_days", "30")
		msg := bob.refused(400, "BAD_REQUEST", "POST", "/messages", "type", "stream", "to", id, "topic", "t", "content", "x")
		assert.Equal(t, "You do not have permission to post in this channel.", msg)
		ada.ok("POST", "/messages", "type", "stream", "to", id, "topic", "t", "content", "x")

		got := o.bot.events(queue, "-1")
		require.Len(t, got, 4)
		assert.Equal(t, "create", got[0]["op"])
		assert.Equal(t, "can_send_message_group", got[1]["property"])
		assert.Equal(t, "what happens", got[2]["value"])
		assert.Equal(t, "announcements", got[3]["value"])
		assert.Equal(t, "news", got[3]["name"], "the name by which the client knows it")
	})
}

func TestArchivedChannels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		boss := o.boss(t)
		plain := o.bot.register("event_types", `["stream"]`)
		knowing := o.bot.register("event_types", `["stream"]`,
			"client_capabilities", `{"notification_settings_null":true,"archived_channels":true}`)
		where := "/streams/" + number(o.team.ID)
		boss.ok("DELETE", where)
		boss.refused(400, "BAD_REQUEST", "DELETE", where)
		assert.Equal(t, "delete", o.bot.events(plain, "-1")[0]["op"])
		assert.Equal(t, "is_archived", o.bot.events(knowing, "-1")[0]["property"])
		assert.Empty(t, o.bot.ok("GET", "/streams")["streams"])
		assert.Len(t, values(o.bot.ok("GET", "/streams", "exclude_archived", "false")["streams"]), 1)
		o.bot.refused(400, "BAD_REQUEST", "POST", "/messages", "type", "stream", "to", "team", "topic", "t", "content", "x")
		boss.ok("PATCH", where, "is_archived", "false")
		o.bot.ok("POST", "/messages", "type", "stream", "to", "team", "topic", "t", "content", "x")
		o.ArchiveChannel(o.team)
		assert.Equal(t, true, o.bot.ok("GET", where)["stream"].(object)["is_archived"])
	})
}

func TestPrivacyOfAChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		boss := o.boss(t)
		queue := o.bot.register("event_types", `["stream"]`)
		where := "/streams/" + number(o.team.ID)
		boss.ok("PATCH", where, "is_private", "true")
		e := o.bot.events(queue, "-1")[0]
		assert.Equal(t, "invite_only", e["property"])
		assert.Equal(t, false, e["history_public_to_subscribers"])
		o.as(t, o.bob).refused(400, "BAD_REQUEST", "GET", where)
		boss.refused(400, "BAD_REQUEST", "PATCH", where, "is_private", "false")
		boss.refused(400, "BAD_REQUEST", "POST", "/default_streams", "stream_id", number(o.team.ID))

		ada, before := o.as(t, o.ada), o.SendToChannel(o.ada, o.team, "t", "before")
		bob, join := o.as(t, o.bob), []string{"subscriptions", `[{"name":"team"}]`}
		bob.refused(400, "BAD_REQUEST", "POST", "/users/me/subscriptions", join...)
		boss.ok("PATCH", where, "can_subscribe_group", `{"new":306}`, "can_remove_subscribers_group", `{"new":306}`)
		bob.ok("POST", "/users/me/subscriptions", join...)
		bob.refused(400, "BAD_REQUEST", "GET", "/messages/"+number(before.ID))
		boss.ok("PATCH", where, "history_public_to_subscribers", "true")
		bob.ok("GET", "/messages/"+number(before.ID))
		ada.ok("DELETE", "/users/me/subscriptions", "subscriptions", `["team"]`, "principals", "["+number(o.bob.ID)+"]")
	})
}

func TestDefaultChannelsAreForNewPeople(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		boss := o.boss(t)
		queue := o.bot.register("event_types", `["default_streams"]`)
		boss.ok("POST", "/default_streams", "stream_id", number(o.team.ID))
		carol := boss.ok("POST", "/users", "email", "carol@zulip.example", "full_name", "Carol", "password", "x")["user_id"]
		got := boss.ok("GET", "/users/"+number(carol)+"/subscriptions/"+number(o.team.ID))
		assert.Equal(t, true, got["is_subscribed"])
		boss.ok("DELETE", "/default_streams", "stream_id", number(o.team.ID))
		events := o.bot.events(queue, "-1")
		require.Len(t, events, 2)
		assert.Equal(t, []any{float64(o.team.ID)}, events[0]["default_streams"])
		assert.Equal(t, []any{}, events[1]["default_streams"])
	})
}

func TestFolders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		boss := o.boss(t)
		queue := o.bot.register("event_types", `["channel_folder"]`)
		one := number(boss.ok("POST", "/channel_folders/create", "name", "teams", "description", "**all**")["channel_folder_id"])
		two := number(boss.ok("POST", "/channel_folders/create", "name", "projects")["channel_folder_id"])
		boss.refused(400, "BAD_REQUEST", "POST", "/channel_folders/create", "name", "Teams")
		boss.ok("PATCH", "/streams/"+number(o.team.ID), "folder_id", one)
		boss.refused(400, "BAD_REQUEST", "PATCH", "/channel_folders/"+one, "is_archived", "true")
		boss.ok("PATCH", "/streams/"+number(o.team.ID), "folder_id", "null")
		boss.ok("PATCH", "/channel_folders/"+one, "name", "crews")
		boss.ok("PATCH", "/channel_folders", "order", "["+two+","+one+"]")
		boss.ok("PATCH", "/channel_folders/"+two, "is_archived", "true")
		got := list(o.bot.ok("GET", "/channel_folders")["channel_folders"])
		require.Len(t, got, 1)
		assert.Equal(t, "crews", got[0]["name"])
		assert.Equal(t, "<p><strong>all</strong></p>", got[0]["rendered_description"])
		assert.InEpsilon(t, 1, got[0]["order"], 0)
		assert.Len(t, o.bot.events(queue, "-1"), 5)
	})
}

func TestSettingsOfSubscriptions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register("event_types", `["subscription"]`)
		change := func(property, value string) string {
			return `[{"stream_id":11,"property":"` + property + `","value":` + value + `}]`
		}
		o.bot.ok("POST", "/users/me/subscriptions/properties", "subscription_data", change("is_muted", "true"))
		o.bot.ok("POST", "/users/me/subscriptions/properties", "subscription_data", change("color", `"#ff00ff"`))
		o.bot.refused(400, "BAD_REQUEST", "POST", "/users/me/subscriptions/properties", "subscription_data", change("color", `"pink"`))
		o.bot.refused(400, "BAD_REQUEST", "POST", "/users/me/subscriptions/properties", "subscription_data", change("shape", `"round"`))
		got := list(o.bot.ok("GET", "/users/me/subscriptions")["subscriptions"])[0]
		assert.Equal(t, true, got["is_muted"])
		assert.Equal(t, false, got["in_home_view"], "the older name says the opposite")
		assert.Equal(t, "#ff00ff", got["color"])
		assert.Len(t, o.bot.events(queue, "-1"), 3)
		o.bot.ok("PATCH", "/users/me/subscriptions", "add", `[{"name":"new"}]`, "delete", `["team"]`)
		assert.Equal(t, "new", list(o.bot.ok("GET", "/users/me/subscriptions")["subscriptions"])[0]["name"])
		o.bot.ok("PATCH", "/users/me/subscriptions/muted_topics", "stream", "team", "topic", "t", "op", "add")
	})
}

func TestDeletingATopic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.SendToChannel(o.ada, o.team, "old", "one")
		o.SendToChannel(o.bot.user, o.team, "Old", "two")
		o.SendToChannel(o.ada, o.team, "new", "three")
		got := o.boss(t).ok("POST", "/streams/11/delete_topic", "topic_name", "old")
		assert.Equal(t, true, got["complete"])
		assert.Len(t, o.Messages(), 1)
		assert.Contains(t, o.bot.ok("GET", "/streams/11/email_address")["email"], "team.")
	})
}

func TestChannelsOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, withLevel481)
		o.AddPrivateChannel("hidden", o.ada)
		got := o.bot.ok("GET", "/users/"+number(o.ada.ID)+"/channels")
		assert.Equal(t, []any{11.0}, got["subscribed_channel_ids"])
		assert.Len(t, values(o.boss(t).ok("GET", "/users/"+number(o.ada.ID)+"/channels")["subscribed_channel_ids"]), 2)
	})
}
