package zuliptest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ada := o.as(t, o.ada)
		ids := func(users ...*zuliptest.User) []any {
			var all []any
			for _, u := range users {
				all = append(all, float64(u.ID))
			}
			return all
		}
		queue := o.bot.register("event_types", `["user_group"]`)
		got := ada.ok("POST", "/user_groups/create", "name", "standup", "description", "daily", "members", "["+number(o.ada.ID)+"]")
		group := "/user_groups/" + number(got["group_id"])
		ada.ok("POST", group+"/members", "add", "["+number(o.bob.ID)+"]")
		ada.refused(400, "BAD_REQUEST", "POST", group+"/members", "add", "["+number(o.bob.ID)+"]")
		assert.Equal(t, ids(o.ada, o.bob), ada.ok("GET", group+"/members")["members"])
		ada.ok("PATCH", group, "name", "daily")
		o.as(t, o.bob).refused(400, "BAD_REQUEST", "PATCH", group, "name", "mine")
		o.as(t, o.bob).ok("POST", group+"/members", "delete", "["+number(o.bob.ID)+"]") // everybody may leave

		var seen []any
		for _, e := range o.bot.events(queue, "-1") {
			seen = append(seen, e["op"])
		}
		assert.Equal(t, []any{"add", "add_members", "update", "remove_members"}, seen)
	})
}

func TestSubgroups(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		boss := o.as(t, o.AddUser(zuliptest.User{FullName: "Boss", Role: zuliptest.RoleOwner}))
		inner, outer := o.AddGroup("inner", o.bob), o.AddGroup("outer", o.ada)
		group := "/user_groups/" + number(outer.ID)
		boss.ok("POST", group+"/subgroups", "add", "["+number(inner.ID)+"]")
		boss.refused(400, "BAD_REQUEST", "POST", "/user_groups/"+number(inner.ID)+"/subgroups", "add", "["+number(outer.ID)+"]")
		assert.Len(t, values(boss.ok("GET", group+"/members")["members"]), 2)
		assert.Len(t, values(boss.ok("GET", group+"/members", "direct_member_only", "true")["members"]), 1)
		member := group + "/members/" + number(o.bob.ID)
		assert.Equal(t, true, boss.ok("GET", member)["is_user_group_member"])
		assert.Equal(t, false, boss.ok("GET", member, "direct_member_only", "true")["is_user_group_member"])
		assert.Equal(t, []any{float64(inner.ID)}, boss.ok("GET", group+"/subgroups")["subgroups"])
		boss.refused(400, "CANNOT_DEACTIVATE_GROUP_IN_USE", "POST", "/user_groups/"+number(inner.ID)+"/deactivate")
		boss.ok("POST", group+"/subgroups", "delete", "["+number(inner.ID)+"]")

		plain := o.bot.register("event_types", `["user_group"]`)
		knowing := o.bot.register("event_types", `["user_group"]`,
			"client_capabilities", `{"notification_settings_null":true,"include_deactivated_groups":true}`)
		boss.ok("POST", "/user_groups/"+number(inner.ID)+"/deactivate")
		assert.Equal(t, "remove", o.bot.events(plain, "-1")[0]["op"])
		assert.Equal(t, object{"deactivated": true}, o.bot.events(knowing, "-1")[0]["data"])
		boss.ok("PATCH", "/user_groups/"+number(inner.ID), "deactivated", "false")
	})
}

func TestRolesHaveGroups(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		boss := o.as(t, o.AddUser(zuliptest.User{FullName: "Boss", Role: zuliptest.RoleOwner}))
		state := o.bot.ok("POST", "/register", "fetch_event_types", `["realm_user_groups"]`, "event_types", `["user_group"]`)
		groups := map[any]object{}
		for _, g := range list(state["realm_user_groups"]) {
			groups[g["name"]] = g
		}
		require.Len(t, groups, 8)
		assert.Equal(t, []any{float64(boss.user.ID)}, groups["role:owners"]["members"])
		members := "/user_groups/" + number(groups["role:members"]["id"])
		assert.Len(t, values(boss.ok("GET", members+"/members")["members"]), 4, "owners are members too")
		boss.refused(400, "BAD_REQUEST", "PATCH", members, "name", "x")
		boss.ok("PATCH", "/users/"+number(o.ada.ID), "role", "600")
		got := o.bot.events(state["queue_id"].(string), "-1")
		require.NotEmpty(t, got)
		assert.Equal(t, "remove_members", got[0]["op"])
		assert.Equal(t, "add_members", got[len(got)-1]["op"])
	})
}
