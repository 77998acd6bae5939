package zuliptest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// share uploads a file as the bot and returns the answer.
func (o *office) share(t *testing.T, name, content string) object {
	t.Helper()
	body := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n" + content + "\r\n--x--\r\n"
	got, err := o.bot.raw("POST", "/api/v1/user_uploads", "multipart/form-data; boundary=x", body)
	require.NoError(t, err)
	require.Equal(t, 200, got.StatusCode, string(got.text))
	return decode(t, got.text)
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	queue := o.bot.register("event_types", `["attachment"]`)
	link := o.share(t, "list.txt", "milk")["url"].(string)
	m := o.bot.ok("POST", "/messages", "type", "channel", "to", `"team"`, "topic", "t", "content", "[list]("+link+")")
	got := o.bot.ok("GET", "/attachments")
	assert.InDelta(t, 4, got["upload_space_used"], 0)
	file := list(got["attachments"])[0]
	assert.Equal(t, "list.txt", file["name"])
	assert.Equal(t, link, "/user_uploads/"+file["path_id"].(string))
	assert.Equal(t, m["id"], list(file["messages"])[0]["id"])
	assert.Empty(t, o.as(t, o.ada).ok("GET", "/attachments")["attachments"], "only one's own")

	detached := o.bot.ok("PATCH", "/messages/"+number(m["id"]), "content", "never mind")["detached_uploads"]
	assert.Equal(t, file["id"], list(detached)[0]["id"])
	path := "/attachments/" + number(file["id"])
	o.as(t, o.ada).refused(400, "BAD_REQUEST", "DELETE", path)
	o.bot.ok("DELETE", path)
	assert.Equal(t, "Invalid attachment", o.bot.refused(400, "BAD_REQUEST", "DELETE", path))
	gone, err := o.bot.raw("GET", link, "", "")
	require.NoError(t, err)
	assert.Equal(t, 404, gone.StatusCode)
	var ops []any
	for _, e := range o.bot.events(queue, "-1") {
		ops = append(ops, e["op"])
	}
	assert.Equal(t, []any{"add", "update", "remove"}, ops)
}

func TestUploadsOfOtherLevels(t *testing.T) {
	t.Parallel()
	o := newOffice(t, zuliptest.WithFeatureLevel(271))
	got := o.share(t, "list.txt", "milk")
	assert.Contains(t, got["uri"], "/user_uploads/2/")
	assert.NotContains(t, got, "url")

	o = newOffice(t, zuliptest.WithFeatureLevel(472))
	o.SendDirect(o.bot.user, o.share(t, "list.txt", "milk")["url"].(string), o.ada)
	file := list(o.bot.ok("GET", "/attachments")["attachments"])[0]
	assert.Equal(t, []any{1001.0}, file["message_ids"])
	assert.NotContains(t, file, "messages")
	assert.Less(t, file["create_time"], 1e11, "seconds")
}

func TestTooLargeForOneRequest(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	got, err := o.bot.raw("POST", "/api/v1/user_uploads", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; "+
		"name=\"f\"; filename=\"big\"\r\n\r\n"+strings.Repeat("x", 27<<20)+"\r\n--x--\r\n")
	require.NoError(t, err)
	assert.Equal(t, 413, got.StatusCode)
	assert.Contains(t, string(got.text), "<html>", "a proxy says so")
}
