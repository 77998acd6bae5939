package zuliptest_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// image is the smallest GIF.
const image = "GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

func (c *client) addEmoji(name, content string) *reply {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("filename", "emoji.gif")
	require.NoError(c.t, err)
	_, err = part.Write([]byte(content))
	require.NoError(c.t, err)
	require.NoError(c.t, w.Close())
	got, err := c.raw(http.MethodPost, "/api/v1/realm/emoji/"+name, w.FormDataContentType(), b.String())
	require.NoError(c.t, err)
	return got
}

func TestCustomEmoji(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ada := o.as(t, o.ada)
		queue := o.bot.register("event_types", `["realm_emoji"]`)
		assert.Equal(t, 200, ada.addEmoji("gopher", image).StatusCode)
		assert.Equal(t, 400, ada.addEmoji("gopher", image).StatusCode, "the name is taken")
		assert.Equal(t, 400, ada.addEmoji("text", "no image").StatusCode)
		assert.Equal(t, 400, ada.addEmoji("tada", image).StatusCode, "only administrators replace the usual ones")
		m := o.SendToChannel(o.ada, o.team, "t", "look")
		o.bot.ok("POST", "/messages/"+number(m.ID)+"/reactions", "emoji_name", "gopher")
		assert.Equal(t, "realm_emoji", o.Messages()[0].Reactions[0].Type)
		ada.ok("POST", "/users/me/status", "emoji_name", "gopher")
		o.as(t, o.bob).refused(400, "BAD_REQUEST", "DELETE", "/realm/emoji/gopher")
		ada.ok("DELETE", "/realm/emoji/gopher")
		ada.refused(404, "BAD_REQUEST", "DELETE", "/realm/emoji/gopher")
		all := o.bot.ok("GET", "/realm/emoji")["emoji"].(object)
		require.Len(t, all, 1)
		assert.Equal(t, true, all["901"].(object)["deactivated"], "old messages still show it")
		o.bot.refused(400, "BAD_REQUEST", "POST", "/messages/"+number(m.ID)+"/reactions",
			"emoji_name", "gopher", "emoji_code", "901", "reaction_type", "realm_emoji")
		assert.Len(t, o.bot.events(queue, "-1"), 2)
	})
}

func TestLinkifiers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		boss := o.boss(t)
		queue := o.bot.register("event_types", `["realm_linkifiers"]`)
		one := number(boss.ok("POST", "/realm/filters", "pattern", `#(?P<id>[0-9]+)`, "url_template", "https://issues.example/{id}")["id"])
		two := number(boss.ok("POST", "/realm/filters", "pattern", `T(?P<id>[0-9]+)`, "url_template", "https://tasks.example/{id}")["id"])
		boss.refused(400, "BAD_REQUEST", "POST", "/realm/filters", "pattern", `(`, "url_template", "x")
		boss.refused(400, "BAD_REQUEST", "POST", "/realm/filters", "pattern", `x(?P<id>y)`, "url_template", "https://x.example/")
		boss.ok("PATCH", "/realm/linkifiers", "ordered_linkifier_ids", "["+two+","+one+"]")
		boss.ok("PATCH", "/realm/filters/"+one, "pattern", `!(?P<id>[0-9]+)`, "url_template", "https://changes.example/{id}")
		boss.ok("DELETE", "/realm/filters/"+two)
		boss.refused(400, "BAD_REQUEST", "DELETE", "/realm/filters/"+two)
		got := list(o.bot.ok("GET", "/realm/linkifiers")["linkifiers"])
		require.Len(t, got, 1)
		assert.Equal(t, "https://changes.example/{id}", got[0]["url_template"])
		assert.Len(t, o.bot.events(queue, "-1"), 5)
	})
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		boss, ada := o.boss(t), o.as(t, o.ada)
		queue := boss.register("event_types", `["invites_changed"]`)
		ada.ok("POST", "/invites", "invitee_emails", "Dan <dan@zulip.example>, eve@zulip.example", "stream_ids", "[11]",
			"invite_expires_in_minutes", "60")
		ada.refused(400, "BAD_REQUEST", "POST", "/invites", "invitee_emails", "x@zulip.example", "stream_ids", "[99]")
		ada.refused(400, "UNAUTHORIZED_PRINCIPAL", "POST", "/invites", "invitee_emails", "x@zulip.example", "stream_ids", "[]", "invite_as", "100")
		_, got, err := ada.try("POST", "/invites", q("invitee_emails", "bob@zulip.example\nfay@zulip.example", "stream_ids", "[]"))
		require.NoError(t, err)
		assert.Equal(t, "INVITATION_FAILED", got["code"])
		assert.Equal(t, true, got["sent_invitations"])
		assert.Len(t, got["errors"], 1)

		ada.refused(400, "BAD_REQUEST", "POST", "/invites/multiuse")
		assert.Contains(t, boss.ok("POST", "/invites/multiuse", "invite_expires_in_minutes", "null")["invite_link"], "/join/")
		invites := list(boss.ok("GET", "/invites")["invites"])
		require.Len(t, invites, 4)
		assert.Equal(t, "dan@zulip.example", invites[0]["email"])
		assert.Len(t, list(ada.ok("GET", "/invites")["invites"]), 3, "members see their own")
		ada.ok("POST", "/invites/"+number(invites[0]["id"])+"/resend")
		ada.ok("DELETE", "/invites/"+number(invites[0]["id"]))
		ada.refused(400, "BAD_REQUEST", "DELETE", "/invites/"+number(invites[0]["id"]))
		boss.ok("DELETE", "/invites/multiuse/"+number(invites[3]["id"]))
		boss.refused(400, "BAD_REQUEST", "DELETE", "/invites/multiuse/"+number(invites[3]["id"]))
		assert.Len(t, boss.events(queue, "-1"), 6)
		time.Sleep(time.Hour)
		assert.Len(t, list(ada.ok("GET", "/invites")["invites"]), 1, "the other has expired")
	})
}

func TestKeysForPasswords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		nobody := &client{t: t, srv: o.Server}
		params := []string{"username", o.ada.Email, "password", "secret"}
		nobody.refused(401, "AUTHENTICATION_FAILED", "POST", "/fetch_api_key", params...)
		o.SetPassword(o.ada, "secret")
		assert.Equal(t, o.ada.APIKey, nobody.ok("POST", "/fetch_api_key", params...)["api_key"])
		for _, r := range o.Requests() {
			assert.Equal(t, "REDACTED", r.Params.Get("password"))
		}
		o.as(t, o.ada).ok("PATCH", "/settings", "old_password", "secret", "new_password", "better")
		nobody.refused(401, "AUTHENTICATION_FAILED", "POST", "/fetch_api_key", params...)
		nobody.refused(400, "BAD_REQUEST", "POST", "/dev_fetch_api_key", "username", o.ada.Email)
		o.Deactivate(o.ada)
		nobody.refused(401, "USER_DEACTIVATED", "POST", "/fetch_api_key", "username", o.ada.Email, "password", "better")
	})
}
