package contract

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// A stub is a transport that answers with the description's examples and holds every request against the description.
type stub struct {
	t *testing.T
	d *description
	// answers replace examples.
	answers map[string]object

	mu   sync.Mutex
	seen map[string]bool
}

func newStub(t *testing.T, d *description) *stub {
	return &stub{t: t, d: d, answers: map[string]object{}, seen: map[string]bool{}}
}

// client is a new one, which knows nothing about the server yet, on the stub or what is around it.
func (s *stub) client(transport http.RoundTripper) *zulip.Client {
	s.t.Helper()
	c, err := zulip.NewClient(zulip.Credentials{
		Site: "https://chat.example.org", Email: "bot@chat.example.org", APIKey: zulip.NewSecret("gjA04ZYcqXKalvYMA8OeXSfzUOLrtbZv"),
	}, zulip.WithTransport(transport), zulip.WithTimeout(10*time.Second))
	require.NoError(s.t, err)
	return c
}

func (s *stub) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	name := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1")
	answer, given := s.answers[name]
	if route, err := s.d.checkRequest(r, body); err == nil {
		name = route.Method + " " + route.Path
		if answer, given = s.answers[name]; !given {
			answer = s.d.example(name)
		}
	} else if !given {
		s.t.Errorf("%s?%s\n%.500s\n%v", name, r.URL.RawQuery, body, err)
	}
	s.mu.Lock()
	s.seen[name] = true
	s.mu.Unlock()
	return respond(r, answer), nil
}

func respond(r *http.Request, answer object) *http.Response {
	text, _ := json.Marshal(answer)
	return &http.Response{
		StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(text)),
	}
}
