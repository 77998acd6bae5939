package contract

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// An echo is a transport that answers everything with one recorded answer, and with that of GET /server_settings where
// the client asks which server it is.
type echo struct {
	settings, answer *exchange
	asked            bool // for the answer
}

func (e *echo) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/api/v1/server_settings" && e.answer != e.settings {
		return e.settings.response(r), nil
	}
	e.asked = true
	return e.answer.response(r), nil
}

func (e *exchange) response(r *http.Request) *http.Response {
	resp := respond(r, nil)
	resp.StatusCode, resp.Body = e.Status, io.NopCloser(bytes.NewReader(e.Body))
	return resp
}

// forgiven are the codes of refusals that are as good as a success.
var forgiven = map[string]string{
	"REACTION_ALREADY_EXISTS": "the reaction is there",
	"REACTION_DOES_NOT_EXIST": "the reaction is gone",
}

// TestTheClientReadsWhatARealServerSays gives each recorded answer to the methods of the client that do its operation:
// they read every success, and of every refusal tell the code and the sentence.
func TestTheClientReadsWhatARealServerSays(t *testing.T) {
	t.Parallel()
	r := readRecording(t)
	read, refused := map[string]int{}, map[string]int{}
	for i := range r.Exchanges {
		e := &r.Exchanges[i]
		if len(e.Body) == 0 || e.Type != "application/json" {
			continue
		}
		for _, op := range operations() {
			if op.since > r.FeatureLevel || op.by == "CreateUserGroup" || !doneBy(op, e) { // that one looks further
				continue
			}
			transport := &echo{settings: &r.Exchanges[0], answer: e}
			_, err := op.call(t.Context(), recordedClient(t, transport))
			if !transport.asked {
				require.ErrorIs(t, err, zulip.ErrUnsupported, "%d %s by %s", i, e.name(), op.by)
				continue
			}
			if e.Status == http.StatusOK {
				require.NoError(t, err, "%d %s by %s", i, e.name(), op.by)
				read[op.by]++
				continue
			}
			refusal, is := errors.AsType[*zulip.APIError](err)
			if !is {
				assert.True(t, err == nil && forgiven[dig(t, e.Body, "code")] != "", "%d %s by %s: %v", i, e.name(), op.by, err)
				continue
			}
			assert.Equal(t, e.Status, refusal.Status)
			assert.Equal(t, dig(t, e.Body, "code"), refusal.Code)
			assert.Equal(t, dig(t, e.Body, "msg"), refusal.Message)
			refused[op.by]++
		}
	}
	assert.Greater(t, len(read), 50, "methods that have read something: %v", read)
	assert.Greater(t, len(refused), 30, "methods that were refused: %v", refused)
}

func recordedClient(t *testing.T, transport http.RoundTripper) *zulip.Client {
	t.Helper()
	c, err := zulip.NewClient(zulip.Credentials{
		Site: "https://chat.example.org", Email: "porter-bot@example.org", APIKey: zulip.NewSecret("gjA04ZYcqXKalvYMA8OeXSfzUOLrtbZv"),
	}, zulip.WithTransport(transport), zulip.WithTimeout(10*time.Second))
	require.NoError(t, err)
	return c
}

// parameter is a part of an operation's path that stands for a value.
var parameter = regexp.MustCompile(`\\\{[^/]*\\\}`)

// doneBy reports whether the operation is the one of the exchange: its path has a name, a number or an address where the
// operation has a parameter.
func doneBy(op operation, e *exchange) bool {
	pattern := parameter.ReplaceAllLiteralString(regexp.QuoteMeta(op.name), `(\{\{\w+\}\}|\d+|[^/]+@[^/]+)`)
	return regexp.MustCompile("^" + pattern + "$").MatchString(e.Method + " " + e.Path)
}
