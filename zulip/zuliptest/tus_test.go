package zuliptest_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// tus sends one request of the protocol; the headers are pairs.
func (c *client) tus(method, target string, body io.Reader, headers ...string) *reply {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, target, body)
	require.NoError(c.t, err)
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if c.user != nil {
		r.SetBasicAuth(c.user.Email, c.user.APIKey)
	}
	resp, err := c.srv.Client().Do(r)
	require.NoError(c.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(c.t, err)
	return &reply{StatusCode: resp.StatusCode, Header: resp.Header, text: text}
}

func metadata(name, kind string) string {
	encode := base64.StdEncoding.EncodeToString
	return "filename " + encode([]byte(name)) + ",filetype " + encode([]byte(kind))
}

func TestUploadInParts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const chunk = "application/offset+octet-stream"
	created := o.bot.tus("POST", o.URL()+"/api/v1/tus", nil, "Upload-Length", "11", "Upload-Metadata", metadata("a b.txt", "text/plain"))
	require.Equal(t, 201, created.StatusCode, string(created.text))
	where := created.Header.Get("Location")
	part := func(offset int, text string) *reply {
		return o.bot.tus("PATCH", where, strings.NewReader(text), "Content-Type", chunk, "Upload-Offset", strconv.Itoa(offset))
	}
	got := part(0, "hello ")
	assert.Equal(t, 204, got.StatusCode)
	assert.Equal(t, "6", got.Header.Get("Upload-Offset"))
	assert.Equal(t, 409, part(0, "hello ").StatusCode, "this part came already")
	head := o.bot.tus("HEAD", where, nil)
	assert.Equal(t, "6", head.Header.Get("Upload-Offset"))
	assert.Equal(t, "11", head.Header.Get("Upload-Length"))
	assert.Equal(t, 413, part(6, "world and more").StatusCode)
	assert.Equal(t, "11", o.bot.tus("HEAD", where, nil).Header.Get("Upload-Offset"))
}

func TestUploadInPartsEnds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	queue := o.bot.register("event_types", `["attachment"]`)
	const chunk = "application/offset+octet-stream"
	created := o.bot.tus("POST", o.URL()+"/api/v1/tus", strings.NewReader("hello "), "Content-Type", chunk,
		"Upload-Length", "11", "Upload-Metadata", metadata("a b.txt", "text/plain"))
	require.Equal(t, 201, created.StatusCode, string(created.text))
	assert.Equal(t, "6", created.Header.Get("Upload-Offset"), "creation may bring the first part")
	got := o.bot.tus("PATCH", created.Header.Get("Location"), strings.NewReader("world"), "Content-Type", chunk, "Upload-Offset", "6")
	require.Equal(t, 200, got.StatusCode)
	file := list(o.bot.ok("GET", "/attachments")["attachments"])[0]
	where := "/user_uploads/" + file["path_id"].(string)
	assert.JSONEq(t, `{"url":"`+where+`","filename":"a b.txt"}`, string(got.text))
	text, err := o.bot.raw("GET", where, "", "")
	require.NoError(t, err)
	assert.Equal(t, "hello world", string(text.text))
	assert.Equal(t, "text/plain", text.Header.Get("Content-Type"))
	assert.Equal(t, "add", o.bot.events(queue, "-1")[0]["op"])
}

func TestTusRefusals(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	site := o.URL() + "/api/v1/tus"
	assert.Equal(t, 412, o.bot.tus("POST", site, nil, "Tus-Resumable", "0.2.2").StatusCode)
	assert.Equal(t, 400, o.bot.tus("POST", site, nil).StatusCode, "no length")
	assert.Equal(t, 411, o.bot.tus("POST", site, nil, "Upload-Defer-Length", "1").StatusCode)
	tooLarge := o.bot.tus("POST", site, nil, "Upload-Length", strconv.Itoa(100<<20+1))
	assert.Equal(t, 413, tooLarge.StatusCode)
	assert.JSONEq(t, `{"message":"Uploaded file is larger than the allowed limit of 100 MiB"}`, string(tooLarge.text))
	assert.Equal(t, 404, o.bot.tus("HEAD", site+"/2/00/nothing", nil).StatusCode)
	assert.Equal(t, 405, o.bot.tus("DELETE", site+"/2/00/nothing", nil).StatusCode)
	where := o.bot.tus("POST", site, nil, "Upload-Length", "5").Header.Get("Location")
	assert.Equal(t, 400, o.bot.tus("PATCH", where, strings.NewReader("x"), "Upload-Offset", "0").StatusCode, "no type")
	assert.Equal(t, 404, o.as(t, o.ada).tus("HEAD", where, nil).StatusCode, "not hers")
	assert.Equal(t, 401, o.as(t, nil).tus("POST", site, nil, "Upload-Length", "5").StatusCode)

	o = newOffice(t, zuliptest.WithFeatureLevel(295))
	o.bot.refused(404, "BAD_REQUEST", "POST", "/tus")
	assert.InDelta(t, 25, o.bot.ok("POST", "/register", "fetch_event_types", `["realm"]`)["max_file_upload_size_mib"], 0)
}

// FuzzTus feeds the headers and the body of an upload in parts; no more than was announced may be kept.
func FuzzTus(f *testing.F) {
	f.Add("5", "filename YS50eHQ=", "0", "hello")
	f.Add("5", "filename", "0", "hello and more")
	f.Add("-1", "filename ,,", "99999999999999999999", "")
	f.Fuzz(func(t *testing.T, length, meta, offset, body string) {
		srv := zuliptest.New()
		defer srv.Close()
		ada := srv.AddUser(zuliptest.User{FullName: "Ada"})
		call := func(method, target, body string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(method, target, strings.NewReader(body))
			r.Header = http.Header{
				"Tus-Resumable": {"1.0.0"}, "Upload-Length": {length}, "Upload-Metadata": {meta}, "Upload-Offset": {offset},
				"Content-Type": {"application/offset+octet-stream"},
			}
			r.SetBasicAuth(ada.Email, ada.APIKey)
			w := httptest.NewRecorder()
			srv.ServeHTTP(w, r)
			return w
		}
		created := call("POST", "/api/v1/tus", body)
		if where := created.Header().Get("Location"); where != "" {
			where = strings.TrimPrefix(where, "http://example.com")
			call("PATCH", where, body)
			head := call("HEAD", where, "")
			have, err := strconv.Atoi(head.Header().Get("Upload-Offset"))
			require.NoError(t, err)
			size, err := strconv.Atoi(length)
			require.NoError(t, err)
			assert.LessOrEqual(t, have, size)
		}
	})
}
