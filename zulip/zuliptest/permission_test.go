package zuliptest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestAuthentication(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		nobody := &client{t: t, srv: o.Server}
		nobody.ok("GET", "/server_settings")
		nobody.refused(401, "UNAUTHORIZED", "GET", "/users/me")
		wrong := o.as(t, &zuliptest.User{Email: o.ada.Email, APIKey: o.bot.user.APIKey})
		wrong.refused(401, "UNAUTHORIZED", "GET", "/users/me")
		unknown := o.as(t, &zuliptest.User{Email: "nobody@zulip.example", APIKey: "x"})
		unknown.refused(401, "UNAUTHORIZED", "GET", "/users/me")
		queue := o.bot.register()
		o.Deactivate(o.bot.user)
		o.bot.refused(401, "UNAUTHORIZED", "GET", "/users/me")
		o.as(t, o.ada).refused(400, "BAD_REQUEST", "POST", "/messages", "type", "direct", "to", "["+number(o.bot.user.ID)+"]", "content", "x")
		o.Reactivate(o.bot.user)
		o.bot.refused(400, "BAD_EVENT_QUEUE_ID", "GET", "/events", "queue_id", queue, "last_event_id", "-1")
	})
}

func TestIncomingWebhookBotsMayOnlySend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		hook := o.as(t, o.AddUser(zuliptest.User{FullName: "Hook", IsBot: true, BotType: zuliptest.BotIncomingWebhook}))
		hook.ok("POST", "/messages", "type", "channel", "to", "team", "topic", "t", "content", "x")
		msg := hook.refused(400, "BAD_REQUEST", "POST", "/register")
		assert.Equal(t, "This API is not available to incoming webhook bots.", msg)
	})
}

func TestWhatABotSees(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		open := o.AddChannel("open", o.ada)
		hidden := o.AddPrivateChannel("hidden", o.ada)
		queue := o.bot.register("event_types", `["message"]`)
		o.SendToChannel(o.ada, open, "t", "not for the bot")
		o.SendToChannel(o.ada, open, "t", "for @**Echo Bot**")
		o.SendToChannel(o.ada, open, "t", "silent @_**Echo Bot**")
		before := o.SendToChannel(o.ada, hidden, "t", "before")
		o.SendDirect(o.ada, "between others", o.bob)
		o.Subscribe(hidden, o.bot.user)
		o.SendToChannel(o.ada, hidden, "t", "after")
		want := []string{"for @**Echo Bot**", "after"}
		got := o.bot.events(queue, "-1")
		assert.Equal(t, want, contents(got))
		assert.Equal(t, []any{"mentioned"}, got[0]["flags"])

		all := []string{"anchor", "oldest", "num_before", "0", "num_after", "100", "apply_markdown", "false"}
		assert.Equal(t, want, contents(list(o.bot.ok("GET", "/messages", all...)["messages"])))
		public := append(all, "narrow", `[{"operator":"channels","operand":"public"}]`)
		assert.Equal(t, []string{"not for the bot", "for @**Echo Bot**", "silent @_**Echo Bot**"},
			contents(list(o.bot.ok("GET", "/messages", public...)["messages"])))
		o.bot.refused(400, "BAD_REQUEST", "GET", "/messages/"+number(before.ID))
	})
}

func TestPrivateChannelsAreClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		hidden := o.AddPrivateChannel("hidden", o.ada)
		where := "/streams/" + number(hidden.ID)
		o.bot.refused(400, "BAD_REQUEST", "GET", where)
		o.bot.refused(400, "BAD_REQUEST", "GET", where+"/members")
		o.bot.refused(400, "BAD_REQUEST", "GET", "/get_stream_id", "stream", "hidden")
		o.bot.refused(400, "BAD_REQUEST", "POST", "/users/me/subscriptions", "subscriptions", `[{"name":"hidden"}]`)
		got := o.bot.ok("POST", "/users/me/subscriptions", "subscriptions", `[{"name":"hidden"}]`, "authorization_errors_fatal", "false")
		assert.Equal(t, []any{"hidden"}, got["unauthorized"])
		o.bot.refused(400, "BAD_REQUEST", "POST", "/messages", "type", "stream", "to", "hidden", "topic", "t", "content", "x")
		assert.Len(t, list(o.bot.ok("GET", "/streams")["streams"]), 1)
		owned := o.as(t, o.AddUser(zuliptest.User{FullName: "Owned", IsBot: true, OwnerID: o.ada.ID}))
		owned.ok("POST", "/messages", "type", "stream", "to", "hidden", "topic", "t", "content", "where the owner may write, the bot may")
	})
}

func TestOnlyOnesOwnMessagesChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		m := o.SendToChannel(o.ada, o.team, "t", "mine")
		where := "/messages/" + number(m.ID)
		o.bot.refused(400, "BAD_REQUEST", "PATCH", where, "content", "yours")
		o.bot.refused(400, "BAD_REQUEST", "DELETE", where)
		o.as(t, o.ada).refused(400, "EXPECTATION_MISMATCH", "PATCH", where, "content", "new", "prev_content_sha256", "00")
		o.as(t, o.ada).ok("PATCH", where, "content", "new")
		o.as(t, o.AddUser(zuliptest.User{FullName: "Boss", Role: zuliptest.RoleAdmin})).ok("DELETE", where)
		assert.Empty(t, o.Messages())
		o.bot.refused(400, "BAD_REQUEST", "POST", "/users/me/status", "status_text", "bots have none")
	})
}

func TestUploadsAreForThoseWhoSeeTheMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		address := upload(t, o.bot, "../note é.txt", "words")
		assert.Equal(t, 200, status(t, o.bot, address))
		assert.Equal(t, 403, status(t, o.as(t, o.ada), address))
		o.bot.ok("POST", "/messages", "type", "direct", "to", "["+number(o.ada.ID)+"]", "content", "[n]("+address+")")
		assert.Equal(t, 200, status(t, o.as(t, o.ada), address))
		assert.Equal(t, 403, status(t, &client{t: t, srv: o.Server}, address))
		temporary := o.bot.ok("GET", address)["url"].(string)
		assert.Equal(t, 200, status(t, &client{t: t, srv: o.Server}, temporary))
		require.Equal(t, 404, status(t, o.bot, "/user_uploads/2/nothing"))
		o.bot.refused(400, "BAD_REQUEST", "POST", "/user_uploads")
	})
}
