package semaphore_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

func TestURLsAsPeoplePasteThem(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://ci.example.org":                "https://ci.example.org",
		"ci.example.org/":                       "https://ci.example.org",
		"https://ci.example.org:443/semaphore/": "https://ci.example.org/semaphore",
		"https://ci.example.org/semaphore/api/": "https://ci.example.org/semaphore",
		"localhost:3000":                        "http://localhost:3000",
		"http://127.0.0.1:3000/api":             "http://127.0.0.1:3000",
		"https://ci.example.org:8443/a/b":       "https://ci.example.org:8443/a/b",
	} {
		c, err := semaphore.NewClient(semaphore.Credentials{URL: given})
		require.NoError(t, err, given)
		assert.Equal(t, want, c.URL(), given)
	}
	for given, problem := range map[string]string{
		"":                           "lack the URL",
		"://":                        "must be an address",
		"http://ci.example.org":      "use https, or allow http explicitly",
		"ftp://ci.example.org":       "use https",
		"https://u:p@ci.example.org": "no user",
	} {
		_, err := semaphore.NewClient(semaphore.Credentials{URL: given})
		require.ErrorContains(t, err, problem, given)
	}
	_, err := semaphore.NewClient(semaphore.Credentials{URL: "http://ci.example.org"}, semaphore.WithInsecureHTTP())
	require.NoError(t, err)
	_, err = semaphore.NewClient(semaphore.Credentials{URL: "ci.example.org", Token: semaphore.NewSecret("abc\n")})
	require.ErrorContains(t, err, "without blanks and line ends")
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, option := range []semaphore.Option{
		semaphore.WithTransport(nil), semaphore.WithLogger(nil), semaphore.WithUserAgent(""), semaphore.WithTimeout(0),
		semaphore.WithMaxOutput(-1),
	} {
		_, err := semaphore.NewClient(semaphore.Credentials{URL: "ci.example.org"}, option)
		require.ErrorContains(t, err, "semaphore: new client: ")
	}
}

func TestCredentialsFromEnv(t *testing.T) {
	t.Parallel()
	from := func(env map[string]string) (semaphore.Credentials, error) {
		return semaphore.CredentialsFromEnv(func(name string) string { return env[name] })
	}
	_, err := from(nil)
	require.EqualError(t, err, "semaphore: the environment lacks SEMAPHORE_URL, SEMAPHORE_TOKEN (or SEMAPHORE_TOKEN_FILE)")
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("t0ken\n"), 0o644))
	c, err := from(map[string]string{"SEMAPHORE_URL": "ci.example.org", "SEMAPHORE_TOKEN_FILE": file, "SEMAPHORE_ALLOW_INSECURE": "true"})
	require.NoError(t, err)
	assert.Equal(t, "t0ken", c.Token.Reveal())
	assert.True(t, c.Insecure)
	require.Len(t, c.Warnings, 1)
	assert.NotContains(t, fmt.Sprintf("%+v", c), "t0ken")

	var log bytes.Buffer
	_, err = semaphore.NewClient(c, semaphore.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	require.NoError(t, err)
	assert.Contains(t, log.String(), "chmod 600")

	for _, env := range []map[string]string{
		{"SEMAPHORE_URL": "x", "SEMAPHORE_TOKEN": "a", "SEMAPHORE_TOKEN_FILE": file},
		{"SEMAPHORE_URL": "x", "SEMAPHORE_TOKEN_FILE": file + "-not-there"},
		{"SEMAPHORE_URL": "x", "SEMAPHORE_TOKEN": "a", "SEMAPHORE_ALLOW_INSECURE": "perhaps"},
	} {
		_, err := from(env)
		require.Error(t, err)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(answer(200, "text/plain", "pong"))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug) // refused handshakes are part of the test
	server.StartTLS()
	defer server.Close()
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	pem := fmt.Sprintf("-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", base64.StdEncoding.EncodeToString(server.Certificate().Raw))
	require.NoError(t, os.WriteFile(bundle, []byte(pem), 0o600))
	ping := func(credentials semaphore.Credentials) error {
		credentials.URL = server.URL
		c, err := semaphore.NewClient(credentials)
		if err != nil {
			return err
		}
		return c.Ping(t.Context())
	}
	require.ErrorContains(t, ping(semaphore.Credentials{}), "certificate")
	require.NoError(t, ping(semaphore.Credentials{CertBundle: bundle}))
	require.NoError(t, ping(semaphore.Credentials{Insecure: true}))
	require.ErrorContains(t, ping(semaphore.Credentials{CertBundle: bundle + "x"}), "certificate bundle")
	require.ErrorContains(t, ping(semaphore.Credentials{ClientCert: "a"}), "needs both")
	require.ErrorContains(t, ping(semaphore.Credentials{ClientCert: bundle, ClientCertKey: bundle}), "client certificate")
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	get := func(ctx context.Context, c *semaphore.Client) error { _, err := c.Project(ctx, 1); return err }
	task := func(ctx context.Context, c *semaphore.Client) error { _, err := c.Task(ctx, 1, 2); return err }
	remove := func(ctx context.Context, c *semaphore.Client) error { return c.DeleteTask(ctx, 1, 2) }
	for name, test := range map[string]struct {
		call   func(context.Context, *semaphore.Client) error
		answer http.HandlerFunc
		want   []error
		text   string
	}{
		"wrong prefix":     {get, answer(200, "text/html; charset=utf-8", "<!DOCTYPE html>"), []error{semaphore.ErrWrongURL}, "web page"},
		"page not found":   {get, answer(404, "text/html", "<h1>404</h1>"), []error{semaphore.ErrWrongURL}, "path prefix"},
		"redirect":         {remove, answer(307, "", ""), []error{semaphore.ErrWrongURL}, "redirects"},
		"expired token":    {get, answer(401, "application/json", ""), []error{semaphore.ErrUnauthorized}, "expired"},
		"no right":         {get, answer(403, "application/json", ""), []error{semaphore.ErrForbidden}, "role"},
		"no member":        {get, answer(404, "application/json", ""), []error{semaphore.ErrNotFound}, "member of the project"},
		"no task":          {task, answer(400, "application/json", ""), []error{semaphore.ErrNotFound}, "no such task"},
		"task runs":        {remove, answer(400, "application/json", ""), []error{semaphore.ErrInUse}, "must be stopped"},
		"no administrator": {remove, answer(401, "application/json", ""), []error{semaphore.ErrForbidden, semaphore.ErrUnauthorized}, "administrator"},
		"reason":           {get, answer(400, "application/json", `{"error":"Invalid project ID"}`), []error{semaphore.ErrInvalid}, "Invalid project ID"},
		"no subscription":  {get, answer(403, "application/json", `{"error":"No active subscription available."}`), []error{semaphore.ErrForbidden}, "subscription"},
		"too often":        {remove, answer(429, "", ""), []error{semaphore.ErrRateLimited}, "wait"},
		"no route":         {get, answer(404, "text/plain; charset=utf-8", "Not Found\n"), []error{semaphore.ErrUnsupported, semaphore.ErrWrongURL}, "version of the server"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				err := test.call(t.Context(), answering(t, test.answer))
				for _, want := range test.want {
					require.ErrorIs(t, err, want)
				}
				require.ErrorContains(t, err, test.text)
				api, ok := errors.AsType[*semaphore.APIError](err)
				require.True(t, ok)
				assert.NotZero(t, api.Status)
				assert.NotContains(t, err.Error(), "t0ken")
			})
		})
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"cut off": `{"id":1,"na`, "empty": "", "other": `"x"`, "wrong type": `{"id":"x"}`, "huge": `{"id":1e99}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, answer(200, "application/json", body)).Project(t.Context(), 1)
			malformed, ok := errors.AsType[*semaphore.MalformedError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, "/api/project/1", malformed.Path)
		})
	}
	_, err := answering(t, answer(200, "application/json", `null`)).Projects(t.Context())
	require.NoError(t, err, "null is an empty list")
}

func TestAnswersTooLarge(t *testing.T) {
	t.Parallel()
	endless := roundTripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Request: r, ProtoMajor: 1, ProtoMinor: 1,
			Body: io.NopCloser(io.MultiReader(strings.NewReader(`[{"output":"`), forever{})),
		}, nil
	})
	c := answering(t, nil, semaphore.WithTransport(endless))
	_, err := c.Projects(t.Context())
	require.ErrorIs(t, err, semaphore.ErrTooLarge)
	for _, err := range c.Output(t.Context(), 1, 2) {
		require.ErrorIs(t, err, semaphore.ErrTooLarge)
		require.ErrorContains(t, err, "read the log in the browser")
	}
}

// A small answer that unpacks to much more than any answer has is given up long before it is unpacked.
func TestAnswersThatUnpackToTooMuch(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		bomb := gzip.NewWriter(w)
		_, _ = io.WriteString(bomb, `[{"name":"`)
		_, _ = io.Copy(bomb, io.LimitReader(forever{}, 200<<20)) // fails when the client hangs up
		_ = bomb.Close()
	}))
	defer server.Close()
	c, err := semaphore.NewClient(semaphore.Credentials{URL: server.URL, Token: semaphore.NewSecret("t0ken")})
	require.NoError(t, err)
	_, err = c.Projects(t.Context())
	require.ErrorIs(t, err, semaphore.ErrTooLarge)
}

type forever struct{}

func (forever) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestServerThatNeverAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		y.Fail(semaphoretest.Match{Times: -1}, semaphoretest.Fault{Delay: time.Hour})
		begin := time.Now()
		_, err := y.client.Projects(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		for _, err := range y.client.Output(t.Context(), y.id, 1) {
			require.ErrorContains(t, err, "stopped sending")
		}
		assert.Equal(t, time.Minute, time.Since(begin))
	})
}

// TestUpdateKeepsWhatIsNotKnown changes one field of an object that has others of newer servers.
func TestUpdateKeepsWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	const object = `{"id":3,"project_id":1,"name":"a","environment_id":5,"environment_ids":[5,6],"arguments":null,
		"brand_new":{"deep":[1,2.50,null]},"allow_parallel_tasks":true,"survey_vars":[{"name":"x","newer":1}],"last_task":{"id":9}}`
	var put map[string]json.RawMessage
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			put = map[string]json.RawMessage{}
			_ = json.NewDecoder(r.Body).Decode(&put)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(200, "application/json", object)(w, r)
	})
	template, err := c.UpdateTemplate(t.Context(), 1, 3, func(t *semaphore.Template) {
		t.Name, t.Arguments, t.AllowParallelTasks = "b", semaphore.Arguments{"-v"}, false
	})
	require.NoError(t, err)
	assert.Equal(t, "b", template.Name)
	text := map[string]string{}
	for name, value := range put {
		text[name] = string(value)
	}
	assert.Equal(t, map[string]string{
		"id": "3", "project_id": "1", "name": `"b"`, "environment_id": "5", "environment_ids": "[5,6]", "arguments": `"[\"-v\"]"`,
		"brand_new": `{"deep":[1,2.50,null]}`, "allow_parallel_tasks": "null", "survey_vars": `[{"name":"x","newer":1}]`,
	}, text)

	put = nil
	_, err = c.UpdateTemplate(t.Context(), 1, 3, func(*semaphore.Template) {})
	require.NoError(t, err)
	assert.Nil(t, put, "no change, no request")

	_, err = c.UpdateTemplate(t.Context(), 1, 3, func(t *semaphore.Template) { t.EnvironmentIDs = []semaphore.EnvironmentID{7} })
	require.NoError(t, err)
	assert.JSONEq(t, "7", string(put["environment_id"]))
	assert.JSONEq(t, "[7]", string(put["environment_ids"]))
}

func TestJSONInStrings(t *testing.T) {
	t.Parallel()
	var e semaphore.Environment
	require.NoError(t, json.Unmarshal([]byte(`{"json":"{\"n\":12345678901234567890,\"s\":\"<a>\"}","env":null}`), &e))
	assert.Equal(t, json.Number("12345678901234567890"), e.Variables["n"])
	assert.Nil(t, e.Env)
	data, err := json.Marshal(e.Variables)
	require.NoError(t, err)
	assert.Contains(t, string(data), `12345678901234567890`)
	var task semaphore.Task
	require.NoError(t, json.Unmarshal([]byte(`{"environment":"not json","arguments":"--not json","params":{"limit":["a",1],"dry_run":true}}`), &task))
	assert.Nil(t, task.Variables)
	assert.Nil(t, task.Arguments)
	assert.Equal(t, []string{"a"}, task.Limit)
	assert.True(t, task.DryRun)
	require.NoError(t, json.Unmarshal([]byte(`{"limit":"web, db","debug":true}`), &task))
	assert.Equal(t, []string{"web", "db"}, task.Limit)
	assert.True(t, task.Debug)
}

func TestRelease(t *testing.T) {
	t.Parallel()
	for version, want := range map[string][3]int{
		"2.10.32-31-gd4a27137-d4a27137-1729799028": {2, 10, 32}, "v2.16.47-bc8a231-1765983501": {2, 16, 47}, "2.17.12-3e5e0de": {2, 17, 12},
	} {
		major, minor, patch, ok := semaphore.Info{Version: version}.Release()
		assert.True(t, ok)
		assert.Equal(t, want, [3]int{major, minor, patch})
	}
	_, _, _, ok := semaphore.Info{Version: "development"}.Release()
	assert.False(t, ok)
}

func TestNoSecretIsShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		token := semaphore.NewSecret("very-secret-token-id")
		y.Fail(semaphoretest.Match{Times: -1}, semaphoretest.Fault{CutBefore: true})
		err := y.client.DeleteToken(t.Context(), token)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), token.Reveal())
		err = answering(t, answer(404, "application/json", "")).DeleteToken(t.Context(), token)
		require.ErrorIs(t, err, semaphore.ErrNotFound)
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), token.Reveal())
	})
}
