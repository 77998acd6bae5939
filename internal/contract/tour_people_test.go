package contract

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// A party is an organization with an owner, members, a bot and a channel.
type party struct {
	srv  *zuliptest.Server
	v    *validator
	boss *tourist
	ada  *tourist
	bot  *tourist
	team string // id of the channel
}

func newParty(t *testing.T) *party {
	t.Helper()
	srv, v, as := newTour(t)
	boss := srv.AddUser(zuliptest.User{FullName: "Boss", Role: zuliptest.RoleOwner, CanCreateUsers: true})
	ada := srv.AddUser(zuliptest.User{FullName: "Ada Byron"})
	bot := srv.AddUser(zuliptest.User{FullName: "Standup Bot", IsBot: true, OwnerID: ada.ID})
	team := srv.AddChannel("team", boss, ada, bot)
	return &party{srv: srv, v: v, boss: as(boss), ada: as(ada), bot: as(bot), team: number(team.ID)}
}

func number(n int) string { return strconv.Itoa(n) }

// queues are what clients of different ages register; every event must be right in the eyes of each.
func (p *party) queues(c *tourist) []string {
	p.v.t.Helper()
	var ids []string
	for _, capabilities := range []string{
		`{"notification_settings_null":true}`,
		`{"notification_settings_null":true,"include_deactivated_groups":true,"archived_channels":true,"simplified_presence_events":true}`,
	} {
		ids = append(ids, c.call(200, "POST", "/register", q("client_capabilities", capabilities))["queue_id"].(string))
	}
	return ids
}

// drain lets the validator see all events and expects these kinds among them.
func (p *party) drain(c *tourist, queues, kinds []string) {
	p.v.t.Helper()
	seen := map[string]bool{}
	for _, queue := range queues {
		got := c.call(200, "GET", "/events", q("queue_id", queue, "last_event_id", "-1", "dont_block", "true"))
		for _, e := range got["events"].([]any) {
			seen[kind(e)] = true
		}
	}
	for _, k := range kinds {
		assert.True(p.v.t, seen[" "+k], "no event %s among %v", k, seen)
	}
}

// touched expects these operations to have answered with success.
func (p *party) touched(operations ...string) {
	p.v.t.Helper()
	left := slices.DeleteFunc(operations, func(op string) bool { return p.v.seen[op] })
	assert.Empty(p.v.t, left, "the tour leaves out operations")
}

func (c *tourist) addEmoji(status int, name, content string) {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("filename", "emoji.gif")
	require.NoError(c.t, err)
	_, err = part.Write([]byte(content))
	require.NoError(c.t, err)
	require.NoError(c.t, w.Close())
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.site+"/api/v1/realm/emoji/"+name, &b)
	require.NoError(c.t, err)
	r.Header.Set("Content-Type", w.FormDataContentType())
	c.do(status, r)
}

func TestEveryAnswerAboutPeopleIsValid(t *testing.T) {
	t.Parallel()
	p := newParty(t)
	boss, ada, bot := p.boss, p.ada, p.bot
	queues := p.queues(ada)

	person := q("email", "carol@zulip.example", "full_name", "Carol", "password", "secret")
	carol := "/users/" + id(boss.call(200, "POST", "/users", person), "user_id")
	boss.call(400, "POST", "/users", person)
	ada.call(400, "POST", "/users", person)
	bot.call(200, "POST", "/fetch_api_key", q("username", "carol@zulip.example", "password", "secret"))
	bot.call(401, "POST", "/fetch_api_key", q("username", "carol@zulip.example", "password", "wrong"))
	bot.call(400, "POST", "/dev_fetch_api_key", q("username", "carol@zulip.example"))

	field := func(pairs ...string) string {
		return id(boss.call(200, "POST", "/realm/profile_fields", q(pairs...)), "id")
	}
	office := field("name", "Office", "field_type", "3", "field_data", `{"b":{"text":"Berlin","order":"1"}}`, "display_in_profile_summary", "true")
	about := field("name", "About", "field_type", "1", "hint", "a few words", "required", "true", "editable_by_user", "false")
	boss.call(400, "POST", "/realm/profile_fields", q("name", "About", "field_type", "1"))
	ada.call(400, "POST", "/realm/profile_fields", q("name", "More", "field_type", "1"))
	boss.call(200, "PATCH", "/realm/profile_fields", q("order", "["+about+","+office+"]"))
	bot.call(200, "GET", "/realm/profile_fields", nil)

	profile := `[{"id":` + office + `,"value":"b"},{"id":` + about + `,"value":"**me**"}]`
	boss.call(200, "PATCH", carol, q("full_name", "Carol Two", "role", "200", "profile_data", profile))
	boss.call(200, "PATCH", carol, q("new_email", "carol2@zulip.example", "profile_data", `[{"id":`+office+`,"value":null}]`))
	boss.call(400, "PATCH", carol, q("profile_data", `[{"id":1,"value":"x"}]`))
	ada.call(400, "PATCH", carol, q("role", "400"))
	bot.call(200, "GET", carol, q("include_custom_profile_fields", "true"))
	bot.call(200, "GET", "/users", q("include_custom_profile_fields", "true"))

	bot.call(400, "GET", carol+"/presence", nil)
	ada.call(200, "POST", "/users/me/presence", q("status", "active", "new_user_input", "true"))
	ada.call(200, "POST", "/users/me/presence", q("status", "idle", "slim_presence", "true"))
	ada.call(200, "POST", "/users/me/presence", q("status", "idle", "last_update_id", "-1", "history_limit_days", "7"))
	ada.call(200, "POST", "/users/me/presence", q("status", "idle", "ping_only", "true"))
	bot.call(400, "POST", "/users/me/presence", q("status", "active"))
	bot.call(200, "GET", "/users/"+number(ada.user.ID)+"/presence", nil)
	bot.call(200, "GET", "/realm/presence", nil)

	boss.call(200, "POST", carol+"/status", q("status_text", "away", "emoji_name", "palm_tree"))
	boss.call(400, "POST", carol+"/status", q("emoji_code", "1f334"))
	ada.call(200, "POST", "/users/me/status", q("status_text", "here"))
	ada.call(200, "POST", "/users/me/alert_words", q("alert_words", `["deploy","fire"]`))
	ada.call(200, "DELETE", "/users/me/alert_words", q("alert_words", `["fire"]`))
	ada.call(200, "GET", "/users/me/alert_words", nil)
	muted := "/users/me/muted_users/" + number(bot.user.ID)
	ada.call(200, "POST", muted, nil)
	ada.call(400, "POST", muted, nil)
	ada.call(200, "DELETE", muted, nil)
	ada.call(400, "DELETE", muted, nil)
	ada.call(200, "PATCH", "/settings", q("full_name", "Ada King", "timezone", "Asia/Tokyo", "twenty_four_hour_time", "true",
		"color_scheme", "2", "default_language", "de", "web_home_view", "recent"))
	bot.call(400, "PATCH", "/settings", q("timezone", "Asia/Tokyo"))
	ada.call(200, "POST", "/register", nil)

	boss.call(200, "DELETE", carol, nil)
	boss.call(400, "DELETE", carol, nil)
	boss.call(200, "POST", carol+"/reactivate", nil)
	boss.call(400, "DELETE", "/users/me", nil)
	p.drain(ada, queues, []string{
		"realm_user/add", "realm_user/update", "custom_profile_fields", "presence", "user_status", "alert_words", "muted_users",
		"user_settings/update", "user_group/add_members", "user_group/remove_members",
	})
	ada.call(200, "DELETE", "/users/me", nil)
	p.touched("POST /users", "PATCH /users/{user_id}", "DELETE /users/{user_id}", "POST /users/{user_id}/reactivate",
		"DELETE /users/me", "POST /fetch_api_key", "GET /realm/profile_fields", "POST /realm/profile_fields",
		"PATCH /realm/profile_fields", "GET /users/{user_id_or_email}/presence", "POST /users/me/presence", "GET /realm/presence",
		"POST /users/{user_id}/status", "POST /users/me/status", "GET /users/me/alert_words", "POST /users/me/alert_words",
		"DELETE /users/me/alert_words", "POST /users/me/muted_users/{muted_user_id}",
		"DELETE /users/me/muted_users/{muted_user_id}", "PATCH /settings", "POST /register")
}

func TestEveryAnswerAboutGroupsIsValid(t *testing.T) {
	t.Parallel()
	p := newParty(t)
	boss, ada, bot := p.boss, p.ada, p.bot
	queues := p.queues(bot)
	add := func(name string) string {
		return id(ada.call(200, "POST", "/user_groups/create", q("name", name, "description", "", "members", "["+number(ada.user.ID)+"]",
			"can_mention_group", `{"direct_members":[`+number(ada.user.ID)+`],"direct_subgroups":[305]}`, "can_join_group", "306")), "group_id")
	}
	outer, inner := add("outer"), add("inner")
	where := "/user_groups/" + outer
	ada.call(400, "POST", "/user_groups/create", q("name", "outer", "description", "", "members", "[]"))
	ada.call(400, "POST", "/user_groups/create", q("name", "other", "description", "", "members", "[500]"))
	bot.call(400, "POST", "/user_groups/create", q("name", "mine", "description", "", "members", "[]"))
	ada.call(200, "GET", "/user_groups", q("include_deactivated_groups", "true"))
	ada.call(200, "POST", where+"/members", q("add", "["+number(boss.user.ID)+"]", "add_subgroups", "["+inner+"]"))
	ada.call(200, "POST", where+"/members", q("delete", "["+number(boss.user.ID)+"]"))
	ada.call(400, "POST", where+"/members", q("delete", "["+number(boss.user.ID)+"]"))
	ada.call(200, "GET", where+"/members", q("direct_member_only", "true"))
	ada.call(200, "GET", where+"/members/"+number(boss.user.ID), nil)
	ada.call(200, "GET", where+"/subgroups", q("direct_subgroup_only", "true"))
	ada.call(400, "POST", "/user_groups/"+inner+"/deactivate", nil)
	ada.call(200, "POST", where+"/subgroups", q("delete", "["+inner+"]"))
	ada.call(400, "POST", where+"/subgroups", q("delete", "["+inner+"]"))
	ada.call(200, "PATCH", where, q("name", "new", "description", "d", "can_leave_group", `{"new":301,"old":307}`))
	ada.call(400, "PATCH", where, q("can_leave_group", `{"new":301,"old":307}`))
	ada.call(400, "PATCH", "/user_groups/9999", q("name", "x"))
	ada.call(200, "POST", "/user_groups/"+inner+"/deactivate", nil)
	ada.call(200, "PATCH", "/user_groups/"+inner, q("deactivated", "false"))
	p.drain(bot, queues, []string{
		"user_group/add", "user_group/update", "user_group/remove", "user_group/add_members", "user_group/remove_members",
		"user_group/add_subgroups", "user_group/remove_subgroups",
	})
	p.touched("GET /user_groups", "POST /user_groups/create", "PATCH /user_groups/{user_group_id}",
		"GET /user_groups/{user_group_id}/members", "POST /user_groups/{user_group_id}/members",
		"GET /user_groups/{user_group_id}/members/{user_id}", "GET /user_groups/{user_group_id}/subgroups",
		"POST /user_groups/{user_group_id}/subgroups", "POST /user_groups/{user_group_id}/deactivate")
}
