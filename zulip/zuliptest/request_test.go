package zuliptest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// raw sends any body as the client's user.
func raw(t *testing.T, c *client, method, target, kind, body string) *reply {
	t.Helper()
	got, err := c.raw(method, target, kind, body)
	require.NoError(t, err)
	return got
}

func status(t *testing.T, c *client, path string) int {
	t.Helper()
	return raw(t, c, "GET", path, "", "").StatusCode
}

func form(t *testing.T, file, content string, pairs ...string) (kind, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		require.NoError(t, w.WriteField(pairs[i], pairs[i+1]))
	}
	if file != "" {
		part, err := w.CreateFormFile("any", file)
		require.NoError(t, err)
		_, err = io.WriteString(part, content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return w.FormDataContentType(), b.String()
}

func upload(t *testing.T, c *client, name, content string) string {
	t.Helper()
	kind, body := form(t, name, content)
	var got struct{ URL string }
	require.NoError(t, json.Unmarshal(raw(t, c, "POST", "/api/v1/user_uploads", kind, body).text, &got))
	return got.URL
}

func TestParametersMayStandAnywhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		m := o.SendDirect(o.ada, "first", o.bot.user)
		where := "/api/v1/messages/" + number(m.ID)
		ada := o.as(t, o.ada)
		assert.Equal(t, 200, raw(t, ada, "PATCH", where+"?content=by+query", "", "").StatusCode)
		assert.Equal(t, "by query", o.Messages()[0].Content)
		assert.Equal(t, 200, raw(t, ada, "PATCH", where, "application/x-www-form-urlencoded", "content=by+form").StatusCode)
		assert.Equal(t, "by form", o.Messages()[0].Content)
		kind, body := form(t, "", "", "content", "by multipart")
		assert.Equal(t, 200, raw(t, ada, "PATCH", where, kind, body).StatusCode)
		assert.Equal(t, "by multipart", o.Messages()[0].Content)
		queue := ada.register()
		assert.Equal(t, 200, raw(t, ada, "DELETE", "/api/v1/events", "application/x-www-form-urlencoded", "queue_id="+queue).StatusCode)
	})
}

func TestRequestsAreRecordedWithoutSecrets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.bot.ok("GET", "/users/me", "api_key", o.bot.user.APIKey, "made_up", "1")
		o.bot.refused(400, "BAD_REQUEST", "GET", "/messages/5")
		all := o.Requests()
		require.Len(t, all, 2)
		assert.Equal(t, "/users/me", all[0].Path)
		assert.Equal(t, url.Values{"api_key": {"REDACTED"}, "made_up": {"1"}}, all[0].Params)
		assert.Equal(t, o.bot.user.ID, all[0].UserID)
		assert.Equal(t, 400, all[1].Status)
		assert.Equal(t, "BAD_REQUEST", all[1].Code)
		for range 10_050 {
			o.Server.ServeHTTP(discard{}, mustRequest(t))
		}
		assert.LessOrEqual(t, len(o.Requests()), 10_000)
	})
}

// discard is a client that reads nothing.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

func mustRequest(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://zulip.example/api/v1/server_settings", http.NoBody)
	require.NoError(t, err)
	return r
}

func TestUnknownParametersAreNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		got := o.bot.ok("GET", "/users/me", "zebra", "1", "apple", "2")
		assert.Equal(t, []any{"apple", "zebra"}, got["ignored_parameters_unsupported"])
	})
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.bot.refused(404, "BAD_REQUEST", "GET", "/nothing")
		o.bot.refused(405, "BAD_REQUEST", "PUT", "/messages")
		o.bot.refused(400, "REQUEST_VARIABLE_MISSING", "POST", "/messages", "type", "direct")
		o.bot.refused(400, "BAD_REQUEST", "POST", "/register", "event_types", "[")
		o.bot.refused(400, "REQUEST_VARIABLE_INVALID", "POST", "/register", "event_types", "7")
		assert.Equal(t, 404, status(t, o.bot, "/"))
		big := "content=" + strings.Repeat("x", 27<<20)
		assert.Equal(t, 413, raw(t, o.bot, "POST", "/api/v1/messages", "application/x-www-form-urlencoded", big).StatusCode)
	})
}
