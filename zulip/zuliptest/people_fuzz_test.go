package zuliptest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// FuzzPeople lets an owner, who may do everything, ask for what nobody should.
func FuzzPeople(f *testing.F) {
	for _, seed := range [][3]string{
		{"POST", "/users", "email=a@b.example&full_name=Ab&password=x"},
		{"PATCH", "/users/102", `full_name=Ab&role=600&new_email=a@b.example&profile_data=[{"id":501,"value":[101]}]`},
		{"DELETE", "/users/102", ""},
		{"POST", "/users/102/status", "status_text=x&emoji_name=tada"},
		{"POST", "/users/me/presence", "status=active&last_update_id=-1"},
		{"POST", "/users/me/alert_words", `alert_words=["a"]`},
		{"POST", "/users/me/muted_users/102", ""},
		{"PATCH", "/settings", "color_scheme=2&timezone=UTC&old_password=&new_password=y"},
		{"POST", "/user_groups/create", `name=g&description=&members=[101]&subgroups=[302]&can_mention_group={"direct_members":[101]}`},
		{"PATCH", "/user_groups/309", `name=h&can_leave_group={"new":301,"old":307}&deactivated=false`},
		{"POST", "/user_groups/309/members", "add=[102]&delete=[101]&add_subgroups=[302]"},
		{"POST", "/user_groups/309/subgroups", "add=[309]"},
		{"POST", "/user_groups/309/deactivate", ""},
		{"POST", "/channels/create", `name=x&subscribers=[101]&folder_id=null&message_retention_days="unlimited"`},
		{"PATCH", "/streams/11", `new_name=y&is_private=true&is_archived=true&folder_id=601&can_subscribe_group={"new":302}`},
		{"POST", "/streams/11/delete_topic", "topic_name=t"},
		{"POST", "/users/me/subscriptions/properties", `subscription_data=[{"stream_id":11,"property":"color","value":"#fff"}]`},
		{"PATCH", "/users/me/subscriptions", `add=[{"name":"z"}]&delete=["team"]`},
		{"POST", "/user_topics", "stream_id=11&topic=t&visibility_policy=1"},
		{"PATCH", "/channel_folders", "order=[601]"},
		{"POST", "/realm/profile_fields", `name=n&field_type=3&field_data={"a":{"text":"b"}}`},
		{"PATCH", "/realm/profile_fields", "order=[501]"},
		{"POST", "/realm/filters", "pattern=(%3FP<id>x)&url_template={id}"},
		{"PATCH", "/realm/linkifiers", "ordered_linkifier_ids=[]"},
		{"POST", "/invites", "invitee_emails=a@b.example,<&stream_ids=[11]&invite_expires_in_minutes=null"},
		{"POST", "/fetch_api_key", "username=owner@zulip.example&password="},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, method, path, form string) {
		srv := zuliptest.New(withLevel481)
		defer srv.Close()
		owner := srv.AddUser(zuliptest.User{FullName: "Owner", Role: zuliptest.RoleOwner, CanCreateUsers: true})
		ada := srv.AddUser(zuliptest.User{FullName: "Ada Byron"})
		team := srv.AddChannel("team", owner, ada)
		srv.AddGroup("standup", owner)
		srv.AddProfileField(zuliptest.ProfileField{Name: "Buddy", Type: zuliptest.PersonField})
		srv.SendToChannel(ada, team, "t", "@*standup*")
		for _, call := range [][3]string{{"POST", "/register", ""}, {method, path, form}, {"POST", "/register", ""}} {
			r, err := http.NewRequestWithContext(t.Context(), call[0], "http://zulip.example/api/v1"+call[1], strings.NewReader(call[2]))
			if err != nil {
				return // no client can send this
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.SetBasicAuth(owner.Email, owner.APIKey)
			w := httptest.NewRecorder()
			srv.ServeHTTP(w, r)
			assert.GreaterOrEqual(t, w.Code, 200)
			assert.Less(t, w.Code, 500)
		}
	})
}
