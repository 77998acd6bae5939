package contract

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestMain(m *testing.M) {
	registerForms()
	os.Exit(m.Run())
}

// A tourist calls the fake through the validator.
type tourist struct {
	t    *testing.T
	http *http.Client
	site string
	user *zuliptest.User
}

type object = map[string]any

func newTour(t *testing.T, opts ...zuliptest.Option) (*zuliptest.Server, *validator, func(*zuliptest.User) *tourist) {
	t.Helper()
	srv := zuliptest.New(opts...)
	t.Cleanup(srv.Close)
	v := newValidator(t, srv.URL(), srv.Transport())
	return srv, v, func(u *zuliptest.User) *tourist {
		return &tourist{t: t, http: &http.Client{Transport: v}, site: srv.URL(), user: u}
	}
}

// call sends parameters in the query for GET and in the body otherwise, and expects this status.
func (c *tourist) call(status int, method, path string, params url.Values) object {
	c.t.Helper()
	address := c.site + "/api/v1" + path
	var body io.Reader
	if method == http.MethodGet {
		address += "?" + params.Encode()
	} else if params != nil {
		body = strings.NewReader(params.Encode())
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, address, body)
	require.NoError(c.t, err)
	if body != nil {
		r.Header.Set("Content-Type", formType)
	}
	return c.do(status, r)
}

func (c *tourist) do(status int, r *http.Request) object {
	c.t.Helper()
	r.Header.Set("User-Agent", "tour/1.0")
	if c.user != nil {
		r.SetBasicAuth(c.user.Email, c.user.APIKey)
	}
	resp, err := c.http.Do(r)
	require.NoError(c.t, err)
	defer resp.Body.Close()
	var o object
	require.NoError(c.t, json.NewDecoder(resp.Body).Decode(&o))
	require.Equal(c.t, status, resp.StatusCode, "%s %s: %v", r.Method, r.URL.Path, o)
	return o
}

func (c *tourist) upload(name, content string) object {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("filename", name)
	require.NoError(c.t, err)
	_, err = io.WriteString(part, content)
	require.NoError(c.t, err)
	require.NoError(c.t, w.Close())
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.site+"/api/v1/user_uploads", &b)
	require.NoError(c.t, err)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return c.do(http.StatusOK, r)
}

func q(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func id(o object, key string) string {
	text, _ := json.Marshal(o[key])
	return string(text)
}

// TestEveryAnswerIsValid walks through every operation of the fake, success and refusals.
func TestEveryAnswerIsValid(t *testing.T) {
	t.Parallel()
	srv, v, as := newTour(t)
	ada := srv.AddUser(zuliptest.User{FullName: "Ada Byron", Timezone: "Europe/London", Role: zuliptest.RoleOwner})
	bob := srv.AddUser(zuliptest.User{FullName: "Bob"})
	owned := srv.AddUser(zuliptest.User{FullName: "Standup Bot", IsBot: true, OwnerID: ada.ID})
	team := srv.AddChannel("team", ada, bob, owned)
	srv.AddChannel("elsewhere", bob)
	srv.AddPrivateChannel("board", ada)
	srv.SetStatus(bob, "away until Monday", "palm_tree")
	bot := as(owned)

	bot.call(200, "GET", "/server_settings", nil)
	whole := bot.call(200, "POST", "/register", q("include_subscribers", "true",
		"client_capabilities", `{"notification_settings_null":true,"stream_typing_notifications":true}`))
	narrow := bot.call(200, "POST", "/register", q(
		"event_types", `["message","reaction"]`, "fetch_event_types", `[]`, "narrow", `[["is","dm"]]`,
		"apply_markdown", "true", "client_capabilities", `{"notification_settings_null":true,"bulk_message_deletion":true,"empty_topic_name":true}`,
	))
	everything := bot.call(200, "POST", "/register", q("all_public_streams", "true", "event_types", `["message","stream","subscription"]`))

	people(t, bot, bob)
	channels(bot, team.ID)
	msg := messages(t, bot, bob)
	refusals(t, as, bot, msg)
	srv.SendToChannel(ada, team, "lunch", "Hello @**Standup Bot**, @**all** and @**topic**!")
	m := srv.SendDirect(bob, "/me waves", owned)
	srv.EditMessage(bob, m.ID, "waved")
	srv.DeleteMessage(bob, m.ID)
	srv.SetTimezone(bob, "Europe/Berlin")
	srv.AddUser(zuliptest.User{FullName: "Late Comer"})
	srv.Unsubscribe(team, bob)
	as(bob).call(200, "POST", "/users/me/status", q("status_text", "back", "emoji_name", "car"))
	srv.Deactivate(bob)
	srv.Reactivate(bob)
	srv.RestartServer()
	kinds := map[string]bool{}
	for _, queue := range []object{whole, narrow, everything} {
		events(t, bot, queue["queue_id"].(string), kinds)
	}
	assert.Equal(t, []string{
		"attachment/add", "delete_message", "message", "reaction/add", "reaction/remove", "realm_user/add", "realm_user/update", "restart",
		"stream/create", "subscription/add", "subscription/peer_add", "subscription/peer_remove", "subscription/remove",
		"typing/start", "typing/stop", "update_message", "update_message_flags/add", "update_message_flags/remove", "user_group/add_members",
		"user_status",
	}, slices.Sorted(maps.Keys(kinds)))

	var untouched []string
	for _, op := range []string{
		"GET /server_settings", "POST /register", "GET /events", "DELETE /events", "GET /messages", "POST /messages",
		"GET /messages/{message_id}", "PATCH /messages/{message_id}", "DELETE /messages/{message_id}",
		"POST /messages/{message_id}/reactions", "DELETE /messages/{message_id}/reactions", "POST /messages/flags",
		"POST /messages/render", "GET /messages/matches_narrow", "GET /messages/{message_id}/history",
		"GET /messages/{message_id}/read_receipts", "POST /user_uploads", "GET /user_uploads/{realm_id_str}/{filename:.+}",
		"GET /users", "GET /users/me", "GET /users/{user_id}", "GET /users/{user_id}/status", "POST /users/me/status",
		"GET /users/me/subscriptions", "POST /users/me/subscriptions", "DELETE /users/me/subscriptions",
		"GET /users/{user_id}/subscriptions/{stream_id}", "GET /users/me/{stream_id}/topics", "GET /streams",
		"GET /streams/{stream_id}", "GET /streams/{stream_id}/members", "GET /get_stream_id", "POST /typing",
	} {
		if !v.seen[op] {
			untouched = append(untouched, op)
		}
	}
	assert.Empty(t, untouched, "the tour leaves out operations")
}

func people(t *testing.T, bot *tourist, bob *zuliptest.User) {
	t.Helper()
	bot.call(200, "GET", "/users", nil)
	bot.call(200, "GET", "/users", q("include_custom_profile_fields", "true", "client_gravatar", "false", "user_ids", "[101,103]"))
	bot.call(200, "GET", "/users/me", nil)
	bot.call(200, "GET", "/users/102", nil)
	got := bot.call(200, "GET", "/users/102/status", nil)
	assert.Equal(t, "1f334", got["status"].(object)["emoji_code"])
	bot.call(400, "GET", "/users/999", nil)
	bot.call(200, "GET", "/users/102/subscriptions/11", nil)
	bot.call(200, "POST", "/typing", q("op", "start", "to", "[102]"))
	bot.call(200, "POST", "/typing", q("op", "stop", "type", "stream", "stream_id", "11", "topic", "lunch"))
	assert.Equal(t, "bob@zulip.example", bob.Email)
}

func channels(bot *tourist, team int) {
	number, _ := json.Marshal(team)
	bot.call(200, "GET", "/streams", q("include_default", "true"))
	bot.call(200, "GET", "/streams/"+string(number), nil)
	bot.call(400, "GET", "/streams/13", nil)
	bot.call(200, "GET", "/streams/"+string(number)+"/members", nil)
	bot.call(200, "GET", "/get_stream_id", q("stream", "team"))
	bot.call(400, "GET", "/get_stream_id", q("stream", "nowhere"))
	bot.call(200, "POST", "/users/me/subscriptions", q("subscriptions", `[{"name":"elsewhere"},{"name":"new","description":"**new**"}]`))
	bot.call(200, "POST", "/users/me/subscriptions", q("subscriptions", `[{"name":"new"}]`, "principals", "[102,103]"))
	bot.call(400, "POST", "/users/me/subscriptions", q("subscriptions", `[{"name":"board"}]`))
	bot.call(200, "GET", "/users/me/subscriptions", q("include_subscribers", "true"))
	bot.call(200, "DELETE", "/users/me/subscriptions", q("subscriptions", `["new","team"]`))
	bot.call(200, "POST", "/users/me/subscriptions", q("subscriptions", `[{"name":"team"}]`))
	bot.call(400, "DELETE", "/users/me/subscriptions", q("subscriptions", `["nowhere"]`))
}

func messages(t *testing.T, bot *tourist, bob *zuliptest.User) string {
	t.Helper()
	msg := "/messages/" + id(bot.call(200, "POST", "/messages", q("type", "stream", "to", `"team"`, "topic", "lunch", "content", "Pizza?")), "id")
	bot.call(200, "POST", "/messages", q("type", "channel", "to", "11", "topic", "", "content", "no topic"))
	direct := id(bot.call(200, "POST", "/messages", q("type", "direct", "to", "[102]", "content", "psst")), "id")
	bot.call(200, "POST", "/messages", q("type", "private", "to", `["`+bob.Email+`"]`, "content", "psst"))
	bot.call(200, "GET", "/messages", q("anchor", "newest", "num_before", "10", "num_after", "0"))
	bot.call(200, "GET", "/messages", q("anchor", "oldest", "num_before", "0", "num_after", "2", "apply_markdown", "false",
		"client_gravatar", "false", "narrow", `[{"operator":"channel","operand":"team"},{"operator":"topic","operand":"lunch","negated":true}]`))
	bot.call(200, "GET", "/messages", q("message_ids", "["+direct+"]"))
	bot.call(200, "GET", "/messages/matches_narrow", q("msg_ids", "["+direct+"]", "narrow", `[{"operator":"is","operand":"dm"}]`))
	bot.call(200, "PATCH", msg, q("content", "Pasta?", "prev_content_sha256", ""))
	bot.call(200, "PATCH", msg, q("topic", "dinner", "propagate_mode", "change_all"))
	bot.call(200, "PATCH", msg, q("stream_id", "12"))
	bot.call(200, "POST", msg+"/reactions", q("emoji_name", "thumbs_up"))
	bot.call(400, "POST", msg+"/reactions", q("emoji_name", "thumbs_up"))
	bot.call(400, "POST", msg+"/reactions", q("emoji_name", "no_such_emoji"))
	got := bot.call(200, "GET", msg, nil)
	assert.Equal(t, "Pasta?", got["raw_content"])
	bot.call(200, "GET", msg+"/history", nil)
	bot.call(200, "GET", msg+"/read_receipts", nil)
	bot.call(200, "DELETE", msg+"/reactions", q("emoji_name", "thumbs_up"))
	bot.call(400, "DELETE", msg+"/reactions", q("emoji_name", "thumbs_up"))
	bot.call(200, "POST", "/messages/flags", q("messages", "["+direct+"]", "op", "add", "flag", "starred"))
	bot.call(200, "POST", "/messages/flags", q("messages", "["+direct+"]", "op", "add", "flag", "read"))
	bot.call(200, "POST", "/messages/flags", q("messages", "["+direct+"]", "op", "remove", "flag", "read"))
	bot.call(200, "POST", "/messages/render", q("content", "**bold**"))
	bot.call(200, "GET", "/users/me/11/topics", nil)
	up := bot.upload("a b.txt", "words")
	bot.call(200, "GET", "/user_uploads/2/"+strings.TrimPrefix(up["url"].(string), "/user_uploads/2/"), nil)
	return msg
}

func refusals(t *testing.T, as func(*zuliptest.User) *tourist, bot *tourist, msg string) {
	t.Helper()
	bot.call(400, "POST", "/messages", q("type", "stream", "to", "nowhere", "topic", "x", "content", "x"))
	bot.call(400, "POST", "/messages", q("type", "stream", "to", "99", "topic", "x", "content", "x"))
	bot.call(400, "POST", "/messages", q("type", "direct", "to", `["x@y"]`, "content", "x"))
	bot.call(400, "POST", "/messages", q("type", "direct", "content", "x"))
	bot.call(400, "POST", "/messages", q("type", "direct", "to", "[102]", "content", " "))
	bot.call(400, "PATCH", msg, nil)
	bot.call(400, "PATCH", "/messages/1", q("content", "x"))
	bot.call(400, "GET", "/messages/1", nil)
	bot.call(400, "GET", "/messages", q("anchor", "newest", "num_before", "9999", "num_after", "0"))
	bot.call(400, "GET", "/events", q("queue_id", "nothing", "last_event_id", "-1"))
	as(nil).call(401, "GET", "/users/me", nil)
	as(&zuliptest.User{Email: bot.user.Email, APIKey: "wrong"}).call(401, "GET", "/users/me", nil)
	bot.call(200, "DELETE", msg, nil)
	bot.call(400, "DELETE", msg, nil)
	ignored := bot.call(200, "GET", "/users/me", nil)
	assert.NotContains(t, ignored, "ignored_parameters_unsupported")
}

// events reads a queue to its end, refusals of its own included, and deletes it.
func events(t *testing.T, bot *tourist, queue string, kinds map[string]bool) {
	t.Helper()
	got := bot.call(200, "GET", "/events", q("queue_id", queue, "last_event_id", "-1", "dont_block", "true"))
	list := got["events"].([]any)
	require.NotEmpty(t, list)
	for _, e := range list {
		kinds[strings.TrimSpace(kind(e))] = true
	}
	last := id(list[len(list)-1].(object), "id")
	bot.call(200, "GET", "/events", q("queue_id", queue, "last_event_id", last, "dont_block", "true"))
	bot.call(400, "GET", "/events", q("queue_id", queue, "last_event_id", "-1"))
	bot.call(400, "GET", "/events", q("queue_id", queue, "last_event_id", "9999"))
	bot.call(200, "DELETE", "/events", q("queue_id", queue))
	bot.call(400, "DELETE", "/events", q("queue_id", queue))
}

// TestRateLimitAnswerIsValid shows the refusal that comes with a number in the body.
func TestRateLimitAnswerIsValid(t *testing.T) {
	t.Parallel()
	srv, _, as := newTour(t, zuliptest.WithRateLimit(1, time.Minute))
	bot := as(srv.AddBot("Standup Bot", ""))
	bot.call(200, "GET", "/users/me", nil)
	got := bot.call(429, "GET", "/users/me", nil)
	assert.Equal(t, "RATE_LIMIT_HIT", got["code"])
	assert.Greater(t, got["retry-after"], 50.0)
}

// TestValidatorHasTeeth makes sure that a wrong answer would be noticed.
func TestValidatorHasTeeth(t *testing.T) {
	t.Parallel()
	srv, v, as := newTour(t)
	bot := as(srv.AddBot("Standup Bot", ""))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL()+"/api/v1/get_stream_id?stream=x", nil)
	require.NoError(t, err)
	for name, answer := range map[string]string{
		"wrong type": `{"result":"success","msg":"","stream_id":"11"}`,
		"extra key":  `{"result":"success","msg":"","stream_id":11,"more":1}`,
		"missing":    `{"result":"success","msg":""}`,
	} {
		resp := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}}
		require.Error(t, v.check(r, nil, resp, []byte(answer)), name)
	}
	assert.NotNil(t, bot)
}
