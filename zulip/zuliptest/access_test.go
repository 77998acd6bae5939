package zuliptest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestOperationsThatAreForSomeOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ada := o.as(t, o.ada)
		guest := o.as(t, o.AddUser(zuliptest.User{FullName: "Guest", Role: zuliptest.RoleGuest}))
		for _, call := range [][2]string{
			{"POST", "/users/me/presence"},
			{"POST", "/users/me/status"},
			{"PATCH", "/settings"},
			{"DELETE", "/users/me"},
			{"GET", "/user_groups"},
			{"GET", "/user_groups/301/members"},
			{"GET", "/invites"},
			{"POST", "/realm/emoji/x"},
		} {
			msg := o.bot.refused(400, "BAD_REQUEST", call[0], call[1])
			assert.Equal(t, "This endpoint does not accept bot requests.", msg, call)
		}
		assert.Equal(t, "Not allowed for guest users", guest.refused(400, "BAD_REQUEST", "GET", "/user_groups"))
		for _, call := range [][2]string{
			{"POST", "/users"},
			{"POST", "/realm/profile_fields"},
			{"POST", "/realm/filters"},
			{"POST", "/default_streams"},
			{"POST", "/channel_folders/create"},
			{"POST", "/streams/11/delete_topic"},
		} {
			msg := ada.refused(400, "UNAUTHORIZED_PRINCIPAL", call[0], call[1])
			assert.Equal(t, "Must be an organization administrator", msg, call)
		}
	})
}

func TestOldServersLackWhatCameLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, zuliptest.WithFeatureLevel(185))
		boss := o.as(t, o.AddUser(zuliptest.User{FullName: "Boss", Role: zuliptest.RoleOwner}))
		for _, call := range [][2]string{
			{"GET", "/users/101/status"},
			{"POST", "/users/101/status"},
			{"GET", "/users/101/channels"},
			{"POST", "/channels/create"},
			{"GET", "/channel_folders"},
			{"GET", "/streams/11/email_address"},
			{"POST", "/user_groups/309/deactivate"},
		} {
			boss.refused(404, "BAD_REQUEST", call[0], call[1])
		}
		boss.refused(404, "BAD_REQUEST", "PATCH", "/users/bob@zulip.example", "full_name", "Robert")
		got := boss.ok("GET", "/users", "user_ids", "[101]")
		assert.Equal(t, []any{"user_ids"}, got["ignored_parameters_unsupported"])
		assert.Len(t, list(got["members"]), 4, "the parameter came later")
		got = boss.ok("POST", "/users/me/subscriptions", "subscriptions", `[{"name":"new"}]`)
		assert.Equal(t, object{"boss@zulip.example": []any{"new"}}, got["subscribed"], "later servers say it by id")
		assert.NotContains(t, boss.ok("POST", "/user_groups/create", "name", "g", "description", "", "members", "[]"), "group_id")
	})
}
