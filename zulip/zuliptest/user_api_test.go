package zuliptest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// boss is an owner who may create users.
func (o *office) boss(t *testing.T) *client {
	t.Helper()
	return o.as(t, o.AddUser(zuliptest.User{FullName: "Boss", Role: zuliptest.RoleOwner, CanCreateUsers: true}))
}

func TestPeopleComeAndGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		boss := o.boss(t)
		admin := o.as(t, o.AddUser(zuliptest.User{FullName: "Admin", Role: zuliptest.RoleAdmin}))
		person := []string{"email", "carol@zulip.example", "full_name", "Carol", "password", "secret"}
		admin.refused(400, "BAD_REQUEST", "POST", "/users", person...)
		queue := o.bot.register("event_types", `["realm_user"]`)
		carol := "/users/" + number(boss.ok("POST", "/users", person...)["user_id"])
		msg := boss.refused(400, "BAD_REQUEST", "POST", "/users", person...)
		assert.Equal(t, "Email 'carol@zulip.example' already in use", msg)
		key := boss.ok("POST", "/fetch_api_key", "username", "carol@zulip.example", "password", "secret")["api_key"].(string)
		boss.refused(401, "AUTHENTICATION_FAILED", "POST", "/fetch_api_key", "username", "carol@zulip.example", "password", "x")
		self := o.as(t, &zuliptest.User{Email: "carol@zulip.example", APIKey: key})
		self.ok("GET", "/users/me")

		boss.ok("PATCH", carol, "full_name", "Carol Two", "role", "200")
		boss.ok("PATCH", "/users/carol@zulip.example", "new_email", "carol2@zulip.example")
		admin.refused(400, "UNAUTHORIZED_PRINCIPAL", "PATCH", carol, "role", "100")
		self.user.Email = "carol2@zulip.example"
		self.refused(400, "BAD_REQUEST", "PATCH", "/users/"+number(o.ada.ID), "role", "5000")
		boss.ok("DELETE", carol)
		self.refused(401, "UNAUTHORIZED", "GET", "/users/me")
		boss.refused(400, "BAD_REQUEST", "DELETE", carol)
		boss.ok("POST", carol+"/reactivate")
		self.ok("DELETE", "/users/me")
		boss.refused(400, "CANNOT_DEACTIVATE_LAST_USER", "DELETE", "/users/me")

		var changes []string
		for _, e := range o.bot.events(queue, "-1") {
			for k := range e["person"].(object) {
				if k != "user_id" && e["op"] == "update" {
					changes = append(changes, k)
				}
			}
		}
		assert.Equal(t, []string{"role", "full_name", "new_email", "delivery_email", "is_active", "is_active", "is_active"}, changes)
	})
}

func TestBotsGoWithTheirOwner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		owned := o.as(t, o.AddUser(zuliptest.User{FullName: "Owned", IsBot: true, OwnerID: o.ada.ID}))
		o.as(t, o.ada).ok("PATCH", "/users/"+number(owned.user.ID), "full_name", "Renamed")
		o.as(t, o.bob).refused(400, "BAD_REQUEST", "PATCH", "/users/"+number(owned.user.ID), "full_name", "Mine")
		o.boss(t).ok("DELETE", "/users/"+number(o.ada.ID))
		owned.refused(401, "UNAUTHORIZED", "GET", "/users/me")
	})
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		boss := o.boss(t)
		office := o.AddProfileField(zuliptest.ProfileField{
			Name: "Office", Type: zuliptest.SelectField, Data: `{"b":{"text":"Berlin","order":"1"},"l":{"text":"London","order":"2"}}`,
		})
		buddy := o.AddProfileField(zuliptest.ProfileField{Name: "Buddy", Type: zuliptest.PersonField})
		about := boss.ok("POST", "/realm/profile_fields", "name", "About", "field_type", "1")["id"]
		queue := o.bot.register("event_types", `["realm_user","custom_profile_fields"]`)
		o.SetProfileValue(o.ada, office, "b")
		boss.ok("PATCH", "/users/"+number(o.ada.ID), "profile_data",
			`[{"id":`+number(buddy.ID)+`,"value":[`+number(o.bob.ID)+`]},{"id":`+number(about)+`,"value":"**hi**"}]`)
		boss.refused(400, "BAD_REQUEST", "PATCH", "/users/"+number(o.ada.ID), "profile_data", `[{"id":`+number(office.ID)+`,"value":"x"}]`)
		assert.Panics(t, func() { o.SetProfileValue(o.ada, office, "nowhere") })

		got := o.bot.ok("GET", "/users/"+number(o.ada.ID), "include_custom_profile_fields", "true")["user"].(object)["profile_data"]
		assert.Equal(t, object{
			number(office.ID): object{"value": "b"}, number(buddy.ID): object{"value": "[102]"},
			number(about): object{"value": "**hi**", "rendered_value": "<p><strong>hi</strong></p>"},
		}, got)
		assert.Len(t, o.bot.events(queue, "-1"), 3)
		boss.ok("PATCH", "/realm/profile_fields", "order", "["+number(about)+","+number(buddy.ID)+","+number(office.ID)+"]")
		fields := list(o.bot.ok("GET", "/realm/profile_fields")["custom_fields"])
		assert.Equal(t, "About", fields[0]["name"])
		assert.Equal(t, office.Data, fields[2]["field_data"])
	})
}

func TestPresence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ada := o.as(t, o.ada)
		where := "/users/" + number(o.ada.ID) + "/presence"
		o.bot.refused(400, "BAD_REQUEST", "GET", where)
		legacy := o.bot.register("event_types", `["presence"]`)
		modern := o.bot.register("event_types", `["presence"]`,
			"client_capabilities", `{"notification_settings_null":true,"simplified_presence_events":true}`)
		ada.ok("POST", "/users/me/presence", "status", "active", "ping_only", "true")
		ada.ok("POST", "/users/me/presence", "status", "active")
		assert.Equal(t, "active", o.bot.ok("GET", where)["presence"].(object)["aggregated"].(object)["status"])
		require.Len(t, o.bot.events(legacy, "-1"), 1, "only who comes is announced")
		assert.Equal(t, o.ada.Email, o.bot.events(legacy, "-1")[0]["email"])
		assert.Contains(t, o.bot.events(modern, "-1")[0]["presences"], number(o.ada.ID))
		time.Sleep(4 * time.Minute)
		assert.Equal(t, "offline", o.bot.ok("GET", where)["presence"].(object)["aggregated"].(object)["status"])
		assert.Contains(t, o.bot.ok("GET", "/realm/presence")["presences"], o.ada.Email)
		o.bot.refused(400, "BAD_REQUEST", "GET", "/users/"+number(o.bot.user.ID)+"/presence")
		assert.Panics(t, func() { o.SetPresence(o.bot.user, true) })
	})
}

func TestWhatOnlyOneUserHas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ada := o.as(t, o.ada)
		queue := ada.register("event_types", `["alert_words","muted_users","user_settings","user_topic","realm_user"]`)
		assert.Equal(t, []any{"deploy"}, ada.ok("POST", "/users/me/alert_words", "alert_words", `["deploy"," DEPLOY "]`)["alert_words"])
		assert.Equal(t, []any{}, ada.ok("DELETE", "/users/me/alert_words", "alert_words", `["Deploy"]`)["alert_words"])
		ada.ok("POST", "/users/me/muted_users/102")
		ada.refused(400, "BAD_REQUEST", "POST", "/users/me/muted_users/102")
		ada.ok("DELETE", "/users/me/muted_users/102")
		ada.ok("PATCH", "/settings", "twenty_four_hour_time", "true", "timezone", "Asia/Tokyo")
		ada.refused(400, "REQUEST_VARIABLE_INVALID", "PATCH", "/settings", "twenty_four_hour_time", "12")
		ada.ok("POST", "/user_topics", "stream_id", number(o.team.ID), "topic", "Lunch", "visibility_policy", "3")
		var kinds []any
		for _, e := range ada.events(queue, "-1") {
			kinds = append(kinds, e["type"])
		}
		assert.Equal(t, []any{"alert_words", "alert_words", "muted_users", "muted_users", "realm_user", "user_settings", "user_settings", "user_topic"}, kinds)
		assert.Equal(t, "Asia/Tokyo", ada.ok("GET", "/users/me")["timezone"])
		state := ada.ok("POST", "/register", "fetch_event_types", `["user_settings","user_topic"]`)
		assert.Equal(t, true, state["user_settings"].(object)["twenty_four_hour_time"])
		assert.Equal(t, "Lunch", list(state["user_topics"])[0]["topic_name"])
	})
}

func TestStatusOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		boss := o.boss(t)
		where := "/users/" + number(o.ada.ID) + "/status"
		boss.ok("POST", where, "status_text", "on leave", "emoji_name", "palm_tree")
		assert.Equal(t, "1f334", o.bot.ok("GET", where)["status"].(object)["emoji_code"])
		o.as(t, o.bob).refused(400, "BAD_REQUEST", "POST", where, "status_text", "x")
		boss.refused(400, "BAD_REQUEST", "POST", where)
		boss.refused(400, "BAD_REQUEST", "POST", where, "emoji_code", "1f334")
	})
}
