package zulip_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestNewClientNormalisesTheSite(t *testing.T) {
	t.Parallel()
	for site, wants := range map[string]string{
		"https://chat.example.org":        "https://chat.example.org",
		"chat.example.org":                "https://chat.example.org",
		"https://chat.example.org/api/v1": "https://chat.example.org",
		"https://example.org/zulip/api/":  "https://example.org/zulip",
		"localhost:9991":                  "http://localhost:9991",
		"http://127.0.0.1:8080/":          "http://127.0.0.1:8080",
		"http://[::1]:8080":               "http://[::1]:8080",
	} {
		c, err := zulip.NewClient(credentials(site, "a@b", "k"))
		if assert.NoError(t, err, site) {
			assert.Equal(t, wants, c.Site())
		}
	}
}

func TestNewClientRefuses(t *testing.T) {
	t.Parallel()
	good := credentials("https://chat.example.org", "a@b", "k")
	halfTLS, noBundle := good, good
	halfTLS.ClientCert = "cert.pem"
	noBundle.CertBundle = "/no/such/bundle.pem"
	for name, row := range map[string]struct {
		credentials zulip.Credentials
		option      zulip.Option
		wants       string
	}{
		"nothing":                   {zulip.Credentials{}, nil, "lack Site, Email, APIKey"},
		"plain http":                {credentials("http://chat.example.org", "a@b", "k"), nil, "http"},
		"another scheme":            {credentials("ftp://chat.example.org", "a@b", "k"), nil, "scheme"},
		"no host":                   {credentials("https://", "a@b", "k"), nil, "address such as https://chat.example.org"},
		"key in address":            {credentials("https://a:k@chat.example.org", "a@b", "k"), nil, "user"},
		"nil transport":             {good, zulip.WithTransport(nil), "transport is nil"},
		"nil logger":                {good, zulip.WithLogger(nil), "logger is nil"},
		"negative timeout":          {good, zulip.WithTimeout(-1), "timeout must be positive"},
		"nameless agent":            {good, zulip.WithUserAgent(""), "user agent is empty"},
		"half a client certificate": {halfTLS, nil, "needs both"},
		"no bundle":                 {noBundle, nil, "certificate bundle"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var options []zulip.Option
			if row.option != nil {
				options = append(options, row.option)
			}
			_, err := zulip.NewClient(row.credentials, options...)
			require.ErrorContains(t, err, row.wants)
			assert.ErrorContains(t, err, "zulip: new client: ")
		})
	}
	_, err := zulip.NewClient(credentials("http://chat.example.org", "a@b", "k"), zulip.WithInsecureHTTP())
	require.NoError(t, err)
}

func TestRequestsAreAuthorisedAndNamed(t *testing.T) {
	t.Parallel()
	var seen *http.Request
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r
		_, _ = io.WriteString(w, `{"result":"success","msg":"","zulip_version":"11.0","realm_uri":"https://chat.example.org"}`)
	}, zulip.WithUserAgent("porter/1.0"))
	settings, err := c.ServerSettings(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "11.0", settings.ZulipVersion)
	assert.Equal(t, "https://chat.example.org", settings.RealmURL)
	email, key, ok := seen.BasicAuth()
	assert.True(t, ok)
	assert.Equal(t, "bot@example.org/abcdefghijklmnop", email+"/"+key)
	assert.Equal(t, "porter/1.0", seen.UserAgent())
	assert.Equal(t, "/api/v1/server_settings", seen.URL.Path)
}

// answerWith is a handler that always says the same.
func answerWith(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestAnswersThatAreNoSuccess(t *testing.T) {
	t.Parallel()
	const page = "<html><h1>Attention</h1>abcdefghijklmnop</html>"
	for name, row := range map[string]struct {
		status    int
		body      string
		is        error
		wants     string
		temporary bool
	}{
		"wrong key":           {401, `{"result":"error","msg":"Invalid API key","code":"INVALID_API_KEY"}`, zulip.ErrUnauthorized, "401 INVALID_API_KEY: Invalid API key", false},
		"deactivated realm":   {401, `{"result":"error","msg":"This organization has been deactivated","code":"REALM_DEACTIVATED"}`, zulip.ErrRealmDeactivated, "REALM_DEACTIVATED", false},
		"deactivated, REST":   {401, `{"result":"error","msg":"Account is deactivated","code":"UNAUTHORIZED"}`, zulip.ErrUserDeactivated, "401 UNAUTHORIZED", false},
		"realm, REST":         {401, `{"result":"error","msg":"This organization has been deactivated","code":"UNAUTHORIZED"}`, zulip.ErrRealmDeactivated, "401 UNAUTHORIZED", false},
		"deactivated, 403":    {403, `{"result":"error","msg":"Account is deactivated","code":"USER_DEACTIVATED"}`, zulip.ErrUnauthorized, "USER_DEACTIVATED", false},
		"no such channel":     {400, `{"result":"error","msg":"Channel 'x' does not exist","code":"STREAM_DOES_NOT_EXIST"}`, zulip.ErrNotFound, "does not exist", false},
		"code unknown here":   {400, `{"result":"error","msg":"Nope","code":"BRAND_NEW"}`, nil, "400 BRAND_NEW: Nope", false},
		"a proxy's page":      {413, page, nil, "413: request entity too large, in an answer that is not Zulip's", true},
		"a proxy's not found": {404, page, zulip.ErrNotFound, "404", true},
		"message of lines":    {400, `{"result":"error","msg":"a\nb\u0000","code":"X"}`, nil, "a b", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, answerWith(row.status, row.body)).OwnUser(t.Context())
			require.ErrorContains(t, err, row.wants)
			require.ErrorContains(t, err, "zulip: get own user: GET /api/v1/users/me: ")
			assert.NotContains(t, err.Error(), "abcdefghijklmnop")
			api, ok := errors.AsType[*zulip.APIError](err)
			require.True(t, ok)
			assert.Equal(t, row.status, api.Status)
			assert.Equal(t, row.temporary, api.Temporary())
			if row.is != nil {
				assert.ErrorIs(t, err, row.is)
			}
		})
	}
}

func TestAnswersThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"cut off":      `{"result":"success","msg":"","user_id":`,
		"a portal":     `<html>Please accept our terms</html>`,
		"other JSON":   `{"ok":true}`,
		"nothing":      ``,
		"a list":       `[1,2,3]`,
		"wrong types":  `{"result":"success","user_id":"seven"}`,
		"just a quote": `"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, answerWith(200, body)).OwnUser(t.Context())
			_, ok := errors.AsType[*zulip.MalformedError](err)
			assert.True(t, ok, "%v", err)
		})
	}
}

func TestIgnoredParametersAreLogged(t *testing.T) {
	t.Parallel()
	log, text := logTo(t)
	c := answering(t, answerWith(200, `{"result":"success","msg":"","ignored_parameters_unsupported":["user_ids","include_custom_profile_fields"]}`), zulip.WithLogger(log))
	_, err := c.Users(t.Context(), zulip.UsersRequest{IDs: []zulip.UserID{1}, IncludeProfileData: true})
	require.NoError(t, err)
	assert.Contains(t, text.String(), "level=WARN")
	assert.Contains(t, text.String(), "include_custom_profile_fields")
	assert.NotContains(t, text.String(), "user_ids", "servers before Zulip 11 need not know this one")
}

// A message must not be sent twice because an answer was lost.
func TestSendIsNotRepeatedWhenInDoubt(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]zuliptest.Fault{
		"cut after":   {CutAfter: true},
		"bad gateway": {Status: 502},
		"cut body":    {CutBody: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				h.server.Fail(zuliptest.Match{Path: "/messages"}, fault)
				c := h.client(t)
				_, err := c.SendMessage(t.Context(), zulip.SendMessageRequest{To: zulip.Direct(zulip.UserID(h.alice.ID)), Content: "once"})
				require.Error(t, err)
				assert.LessOrEqual(t, len(h.server.Messages()), 1)
				sends := 0
				for _, request := range h.server.Requests() {
					if request.Method == http.MethodPost {
						sends++
					}
				}
				assert.Equal(t, 1, sends)
			})
		})
	}
}

func TestSendWaitsOutARateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.server.Fail(zuliptest.Match{Path: "/messages"}, zuliptest.Fault{Status: 429, RetryAfter: 12500 * time.Millisecond})
		begin := time.Now()
		_, err := h.client(t).SendMessage(t.Context(), zulip.SendMessageRequest{To: zulip.Direct(zulip.UserID(h.alice.ID)), Content: "patience"})
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(begin), 12500*time.Millisecond)
		assert.Len(t, h.server.Messages(), 1)
	})
}

func TestCallsAreBoundedInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.server.Fail(zuliptest.Match{Times: -1}, zuliptest.Fault{Delay: time.Hour})
		begin := time.Now()
		_, err := h.client(t, zulip.WithTimeout(9*time.Second)).OwnUser(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 9*time.Second, time.Since(begin))
	})
}
