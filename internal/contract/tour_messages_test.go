package contract

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// TestAnswersAroundMessagesAreValid walks through what goes with messages: flags, typing, what is sent later, widgets,
// files, reports, and a server that changes under its clients.
func TestAnswersAroundMessagesAreValid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, v, as := newTour(t)
		ada := srv.AddUser(zuliptest.User{FullName: "Ada Byron", Role: zuliptest.RoleOwner})
		user := srv.AddUser(zuliptest.User{FullName: "Standup Bot", IsBot: true, OwnerID: ada.ID})
		bob := srv.AddUser(zuliptest.User{FullName: "Bob"})
		team := srv.AddChannel("team", ada, user)
		bot := as(user)
		queue := bot.call(200, "POST", "/register", q("fetch_event_types", `["realm_user"]`, "client_capabilities",
			`{"notification_settings_null":true,"stream_typing_notifications":true,"bulk_message_deletion":true}`))["queue_id"].(string)

		visitFlags(srv, bot, ada, team)
		visitTyping(srv, bot, ada)
		visitWidgets(srv, bot, ada)
		visitFiles(srv, bot)
		visitReports(srv, bot, ada)
		visitLater(srv, bot, bob)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		bot.call(200, "GET", "/messages", q("anchor", "newest", "num_before", "100", "num_after", "0"))
		visitFailures(t, bot)
		srv.UpgradeServer(422)
		kinds := map[string]bool{}
		events(t, bot, queue, kinds)
		for _, kind := range []string{
			"attachment/add", "attachment/remove", "attachment/update", "message", "reminders/add", "reminders/remove", "restart",
			"scheduled_messages/add", "scheduled_messages/remove", "scheduled_messages/update", "submessage", "typing/start", "typing/stop",
			"typing_edit_message/start", "typing_edit_message/stop", "update_message_flags/add", "update_message_flags/remove",
		} {
			assert.True(t, kinds[kind], "no event %s in %v", kind, slices.Sorted(maps.Keys(kinds)))
		}
		for _, op := range []string{
			"POST /mark_all_as_read", "POST /mark_stream_as_read", "POST /mark_topic_as_read", "POST /messages/flags/narrow",
			"POST /messages/{message_id}/report", "POST /messages/{message_id}/typing", "GET /attachments",
			"DELETE /attachments/{attachment_id}", "GET /scheduled_messages", "POST /scheduled_messages",
			"PATCH /scheduled_messages/{scheduled_message_id}", "DELETE /scheduled_messages/{scheduled_message_id}",
			"GET /reminders", "POST /reminders", "DELETE /reminders/{reminder_id}",
		} {
			assert.True(t, v.seen[op], "the tour leaves out %s", op)
		}
	})
}

func visitFlags(srv *zuliptest.Server, bot *tourist, ada *zuliptest.User, team *zuliptest.Channel) {
	for _, topic := range []string{"lunch", "dinner", "tea"} {
		srv.SendToChannel(ada, team, topic, topic)
	}
	direct := srv.SendDirect(ada, "psst", bot.user)
	flag := func(op string, more ...string) {
		bot.call(200, "POST", "/messages/flags/narrow", q(append(more, "op", op, "flag", "read", "narrow", "[]")...))
	}
	flag("add", "anchor", "first_unread", "num_before", "0", "num_after", "0")
	flag("remove", "anchor", "newest", "num_before", "10", "num_after", "10")
	bot.call(400, "POST", "/messages/flags/narrow", q("anchor", "x", "num_before", "1", "num_after", "1", "op", "add", "flag", "read", "narrow", "[]"))
	bot.call(200, "POST", "/mark_topic_as_read", q("stream_id", "11", "topic_name", "lunch"))
	bot.call(400, "POST", "/mark_topic_as_read", q("stream_id", "11", "topic_name", "breakfast"))
	bot.call(200, "POST", "/mark_stream_as_read", q("stream_id", "11"))
	bot.call(200, "POST", "/mark_all_as_read", nil)
	bot.call(400, "POST", "/messages/flags", q("messages", "["+strconv.Itoa(direct.ID)+"]", "op", "add", "flag", "mentioned"))
}

func visitTyping(srv *zuliptest.Server, bot *tourist, ada *zuliptest.User) {
	bot.call(200, "POST", "/typing", q("op", "start", "to", "["+strconv.Itoa(ada.ID)+"]"))
	bot.call(200, "POST", "/typing", q("op", "stop", "type", "stream", "stream_id", "11", "topic", "lunch"))
	bot.call(400, "POST", "/typing", q("op", "stop", "type", "stream", "topic", "lunch"))
	inChannel := id(bot.call(200, "POST", "/messages", q("type", "channel", "to", "11", "topic", "t", "content", "x")), "id")
	direct := srv.SendDirect(bot.user, "x", ada)
	bot.call(200, "POST", "/messages/"+inChannel+"/typing", q("op", "start"))
	bot.call(200, "POST", "/messages/"+strconv.Itoa(direct.ID)+"/typing", q("op", "stop"))
}

func visitWidgets(srv *zuliptest.Server, bot *tourist, ada *zuliptest.User) {
	poll := bot.call(200, "POST", "/messages", q("type", "channel", "to", "11", "topic", "t", "content", "/poll What?\nPizza\nPasta"))
	number, _ := strconv.Atoi(id(poll, "id"))
	srv.VotePoll(ada, number, 1, true)
	bot.call(200, "GET", "/messages/"+id(poll, "id"), nil)
	bot.call(400, "PATCH", "/messages/"+id(poll, "id"), q("content", "x"))
	bot.call(200, "POST", "/messages", q("type", "channel", "to", "11", "topic", "t", "content", "Ready?", "widget_content",
		`{"widget_type":"zform","extra_data":{"type":"choices","heading":"h","choices":[{"short_name":"A","long_name":"b","reply":"c"}]}}`))
	bot.call(400, "POST", "/messages", q("type", "channel", "to", "11", "topic", "t", "content", "Ready?", "widget_content", "{}"))
}

func visitFiles(srv *zuliptest.Server, bot *tourist) {
	link := bot.upload("list.txt", "milk")["url"].(string)
	m := srv.SendDirect(bot.user, "[list]("+link+")", bot.user)
	got := bot.call(200, "GET", "/attachments", nil)["attachments"].([]any)
	bot.call(200, "PATCH", "/messages/"+strconv.Itoa(m.ID), q("content", "never mind"))
	bot.call(200, "DELETE", "/attachments/"+id(got[0].(object), "id"), nil)
	bot.call(400, "DELETE", "/attachments/"+id(got[0].(object), "id"), nil)
}

func visitReports(srv *zuliptest.Server, bot *tourist, ada *zuliptest.User) {
	path := "/messages/1001/report"
	bot.call(400, "POST", path, q("report_type", "spam"))
	srv.SetModerationChannel(srv.AddPrivateChannel("moderators", ada))
	bot.call(200, "POST", path, q("report_type", "spam", "description", "again"))
}

func visitLater(srv *zuliptest.Server, bot *tourist, bob *zuliptest.User) {
	at := func(d time.Duration) string { return strconv.FormatInt(time.Now().Add(d).Unix(), 10) }
	plan := func(status int, kind, to string, d time.Duration) string {
		return "/scheduled_messages/" + id(bot.call(status, "POST", "/scheduled_messages", q("type", kind, "to", to, "topic", "t",
			"content", "later", "scheduled_delivery_timestamp", at(d))), "scheduled_message_id")
	}
	plan(200, "stream", "11", time.Minute)
	gone := plan(200, "channel", "11", time.Hour)
	late := plan(200, "direct", "[103]", time.Hour)
	plan(400, "direct", "[999]", time.Hour)
	plan(400, "stream", "99", time.Hour)
	bot.call(200, "GET", "/scheduled_messages", nil)
	bot.call(200, "PATCH", late, q("content", "sooner", "scheduled_delivery_timestamp", at(time.Minute)))
	bot.call(200, "DELETE", gone, nil)
	bot.call(404, "DELETE", gone, nil)
	remind := func() string {
		return "/reminders/" + id(bot.call(200, "POST", "/reminders", q("message_id", "1001", "note", "forks",
			"scheduled_delivery_timestamp", at(time.Minute))), "reminder_id")
	}
	remind()
	gone = remind()
	bot.call(200, "GET", "/reminders", nil)
	bot.call(200, "DELETE", gone, nil)
	bot.call(404, "DELETE", gone, nil)
	plan(200, "direct", "[103]", 2*time.Minute)
	srv.Deactivate(bob)
}

// failures looks at what could not be sent, because the other had gone.
func visitFailures(t *testing.T, bot *tourist) {
	t.Helper()
	failed := bot.call(200, "GET", "/scheduled_messages", nil)["scheduled_messages"].([]any)
	require.Len(t, failed, 2)
	assert.Equal(t, true, failed[0].(object)["failed"])
}

// TestWebhookPayloadIsValid holds what an outgoing webhook is told against the example that the description has of it.
func TestWebhookPayloadIsValid(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromFile(specOrSkip(t))
	require.NoError(t, err)
	schema := doc.Paths.Value("/zulip-outgoing-webhook").Post.Responses.Status(200).Value.Content["application/json"].Schema.Value
	synctest.Test(t, func(t *testing.T) {
		srv := zuliptest.New()
		defer srv.Close()
		ada := srv.AddUser(zuliptest.User{FullName: "Ada Byron"})
		bot := srv.AddUser(zuliptest.User{FullName: "Hook", IsBot: true, BotType: zuliptest.BotOutgoingWebhook, OwnerID: ada.ID})
		team := srv.AddChannel("team", ada)
		var told [][]byte
		srv.DeliverTo(bot, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, _ := io.ReadAll(r.Body)
			told = append(told, text)
			_, _ = io.WriteString(w, `{"response_not_required":true}`)
		}))
		srv.SendDirect(ada, "hello", bot)
		srv.SendToChannel(ada, team, "t", "@**Hook** hello")
		synctest.Wait()
		require.Len(t, told, 2)
		for _, text := range told {
			var o object
			require.NoError(t, json.Unmarshal(text, &o))
			require.NoError(t, schema.VisitJSON(o))
			missing := map[string]bool{}
			walk("webhook", schema, o, missing)
			for key := range missing {
				assert.True(t, strings.HasSuffix(key, "edit_history"), key)
			}
		}
	})
}
