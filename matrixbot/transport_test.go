package matrixbot

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
)

// scripted answers requests with one function after the other, the last one for ever, and notes when.
type scripted struct {
	answers []func(*http.Request) *http.Response
	at      []time.Time
	bodies  []string
}

func (s *scripted) RoundTrip(req *http.Request) (*http.Response, error) {
	s.at = append(s.at, time.Now())
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		s.bodies = append(s.bodies, string(body))
	}
	return s.answers[min(len(s.at), len(s.answers))-1](req), nil
}

func answering(status int, header http.Header, body string) func(*http.Request) *http.Response {
	return func(req *http.Request) *http.Response {
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: req}
	}
}

func TestTooManyRequests(t *testing.T) {
	t.Parallel()
	date := func(d time.Duration) string {
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d).Format(http.TimeFormat)
	}
	for name, c := range map[string]struct {
		header, body string
		wait         time.Duration
	}{
		"the header":         {"7", "", 7 * time.Second},
		"the header's date":  {date(30 * time.Second), "", 30 * time.Second},
		"the body":           {"", `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2500}`, 2500 * time.Millisecond},
		"the longer of both": {"1", `{"retry_after_ms":4000}`, 4 * time.Second},
		"too long a time":    {"86400", "", longestLimit},
		"an absurd time":     {"", `{"retry_after_ms":1e300}`, longestLimit},
		"nothing":            {"", "", firstBackoff},
		"nonsense":           {"soon", `{"retry_after_ms":-5}`, firstBackoff},
		"no JSON":            {"", "<html>", firstBackoff},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				header := http.Header{}
				if c.header != "" {
					header.Set("Retry-After", c.header)
				}
				network := &scripted{answers: []func(*http.Request) *http.Response{answering(429, header, c.body), answering(200, nil, "ok")}} //nolint:bodyclose // There is none yet.
				client := &http.Client{Transport: &limited{network, slog.New(slog.DiscardHandler)}}
				resp, err := client.Post("https://example.org/x", "text/plain", strings.NewReader("hello"))
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				assert.Equal(t, 200, resp.StatusCode)
				assert.Equal(t, []string{"hello", "hello"}, network.bodies)
				waited := network.at[1].Sub(network.at[0])
				assert.GreaterOrEqual(t, waited, c.wait)
				assert.LessOrEqual(t, waited, c.wait+2*time.Second, "and a little more, so that not all come at once")
			})
		})
	}
}

func TestTooManyRequestsForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := &scripted{answers: []func(*http.Request) *http.Response{answering(429, nil, `{"errcode":"M_LIMIT_EXCEEDED"}`)}} //nolint:bodyclose // There is none yet.
		client := &http.Client{Transport: &limited{network, slog.New(slog.DiscardHandler)}}
		resp, err := client.Get("https://example.org/x")
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, errors.Join(err, resp.Body.Close()))
		assert.JSONEq(t, `{"errcode":"M_LIMIT_EXCEEDED"}`, string(body), "the refusal can still be read")
		assert.Len(t, network.at, maxLimited)
	})
}

func TestRefusedTokens(t *testing.T) {
	t.Parallel()
	refusal := func(code string, extra map[string]any) error {
		return mautrix.HTTPError{
			Response:  &http.Response{StatusCode: http.StatusUnauthorized},
			RespError: &mautrix.RespError{ErrCode: code, ExtraData: extra},
		}
	}
	refused, soft := refusedToken(refusal("M_UNKNOWN_TOKEN", map[string]any{"soft_logout": true}))
	assert.True(t, refused && soft)
	refused, soft = refusedToken(refusal("M_UNKNOWN_TOKEN", nil))
	assert.True(t, refused && !soft)
	refused, _ = refusedToken(refusal("M_FORBIDDEN", nil))
	assert.False(t, refused)
	refused, _ = refusedToken(errors.New("something else"))
	assert.False(t, refused)
}
