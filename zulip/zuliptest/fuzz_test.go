package zuliptest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// FuzzServeHTTP sends what nobody should: the server has to answer, not to panic.
func FuzzServeHTTP(f *testing.F) {
	const form, multi = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	f.Add("POST", "/api/v1/messages", form, "type=direct&to=[101]&content=hello+@**Bot|102**")
	f.Add("POST", "/api/v1/messages", form, `type=stream&to="team"&topic=t&content=[a](/b)`)
	f.Add("GET", `/api/v1/messages?anchor=newest&num_before=3&num_after=0&narrow=[["is","dm"],{"operator":"dm","operand":[101]}]`, "", "")
	f.Add("GET", "/api/v1/messages?message_ids=[1001]", "", "")
	f.Add("PATCH", "/api/v1/messages/1001", form, "content=x&topic=y&propagate_mode=change_all&stream_id=11")
	f.Add("POST", "/api/v1/messages/1001/reactions", form, "emoji_name=tada")
	f.Add("POST", "/api/v1/messages/flags", form, "messages=[1001]&op=add&flag=read")
	f.Add("POST", "/api/v1/typing", form, "op=start&to=[101,1.5]")
	f.Add("POST", "/api/v1/register", form, `event_types=["message"]&narrow=[["stream","team"]]&client_capabilities={}`)
	f.Add("GET", "/api/v1/events?queue_id=x&last_event_id=-1&dont_block=true", "", "")
	f.Add("POST", "/api/v1/users/me/subscriptions", form, `subscriptions=[{"name":"a"}]&principals=[101]`)
	f.Add("DELETE", "/api/v1/users/me/subscriptions", form, `subscriptions=["team"]`)
	f.Add("POST", "/api/v1/user_uploads", multi, "--b\r\nContent-Disposition: form-data; name=f; filename=a.txt\r\n\r\nx\r\n--b--\r\n")
	f.Add("GET", "/user_uploads/2/00/x/y.txt", "", "")
	f.Add("POST", "/api/v1/messages/flags/narrow", form, "anchor=1001&num_before=9&num_after=9&narrow=[]&op=add&flag=read")
	f.Add("POST", "/api/v1/scheduled_messages", form, "type=direct&to=[101]&content=x&scheduled_delivery_timestamp=99999999999")
	f.Add("POST", "/api/v1/reminders", form, "message_id=1001&scheduled_delivery_timestamp=99999999999&note=x")
	f.Add("PUT", "/api/v1/bot_storage", form, `storage={"a":"b"}`)
	f.Add("POST", "/api/v1/messages/1001/typing", form, "op=start")
	f.Fuzz(func(t *testing.T, method, target, kind, body string) {
		srv := zuliptest.New()
		defer srv.Close()
		ada := srv.AddUser(zuliptest.User{FullName: "Ada Byron"})
		bot := srv.AddBot("Bot", "")
		team := srv.AddChannel("team", ada, bot)
		srv.SendToChannel(bot, team, "t", "first")
		r, err := http.NewRequestWithContext(t.Context(), method, "http://zulip.example"+target, strings.NewReader(body))
		if err != nil {
			return // no client can send this
		}
		r.Header.Set("Content-Type", kind)
		r.SetBasicAuth(bot.Email, bot.APIKey)
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		assert.GreaterOrEqual(t, w.Code, 200)
		assert.Less(t, w.Code, 500)
		assert.NotEmpty(t, w.Header().Get("Content-Type"))
	})
}
