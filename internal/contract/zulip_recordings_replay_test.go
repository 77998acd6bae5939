package contract

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// A replayer plays recorded requests against a fake, with the fake's own ids where the recording names them.
type replayer struct {
	srv   *zuliptest.Server
	users map[string]*zuliptest.User
	known map[string]string
}

func (r *replayer) know(name string, id int) { r.known[name] = strconv.Itoa(id) }

var blank = regexp.MustCompile(`\{\{\w+\}\}`)

// fill puts the values in for their names.
func (r *replayer) fill(t *testing.T, text string) string {
	t.Helper()
	return blank.ReplaceAllStringFunc(text, func(name string) string {
		value, known := r.known[strings.Trim(name, "{}")]
		require.True(t, known, "nothing is known as %s", name)
		return value
	})
}

// named puts the names in for the values, but for single digits: they may stand for something else.
func named(text string, known map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if value := known[name]; len(value) > 1 {
			text = regexp.MustCompile(`\b`+regexp.QuoteMeta(value)+`\b`).ReplaceAllLiteralString(text, "{{"+name+"}}")
		}
	}
	return text
}

// play sends the request of an exchange to the fake, remembers what later requests need, and returns the exchange with
// the fake's answer.
func (r *replayer) play(t *testing.T, e *exchange) *exchange {
	t.Helper()
	resp, err := r.srv.Client().Do(r.request(t, e))
	require.NoError(t, err, e.name())
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err, e.name())
	got := *e
	got.Status, got.Body = resp.StatusCode, nil
	got.Type, _, err = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	require.NoError(t, err, e.name())
	if got.Type == "application/json" {
		got.Body = body
	}
	for name, at := range e.Save {
		r.known[name] = dig(t, body, at)
	}
	return &got
}

func (r *replayer) request(t *testing.T, e *exchange) *http.Request {
	t.Helper()
	form := url.Values{}
	for name, value := range e.Form {
		form.Set(name, r.fill(t, value))
	}
	address, kind := r.srv.URL()+"/api/v1"+r.fill(t, e.Path), formType
	body := bytes.NewBufferString(form.Encode())
	switch {
	case e.File != nil:
		kind = e.File.write(t, body)
	case e.Method == http.MethodGet:
		address += "?" + form.Encode()
		body.Reset()
	}
	q, err := http.NewRequestWithContext(t.Context(), e.Method, address, body)
	require.NoError(t, err)
	q.Header.Set("Content-Type", kind)
	q.Header.Set("User-Agent", "recorder/1.0")
	user, known := r.users[e.User]
	require.True(t, known, e.User)
	if user != nil {
		q.SetBasicAuth(user.Email, user.APIKey)
	}
	return q
}

// write makes the body of an upload and returns its media type.
func (f *recordedFile) write(t *testing.T, body *bytes.Buffer) string {
	t.Helper()
	w := multipart.NewWriter(body)
	part, err := w.CreateFormFile("filename", f.Name)
	require.NoError(t, err)
	_, err = io.WriteString(part, f.Content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return w.FormDataContentType()
}

// dig finds a value, such as events.-1.id: the id of the last event.
func dig(t *testing.T, body []byte, at string) string {
	t.Helper()
	v, err := decoded(body)
	require.NoError(t, err)
	for part := range strings.SplitSeq(at, ".") {
		switch x := v.(type) {
		case []any:
			i, err := strconv.Atoi(part)
			require.NoError(t, err, at)
			if i < 0 {
				i += len(x)
			}
			require.Less(t, i, len(x), "%s in %s", at, body)
			v = x[i]
		case object:
			require.Contains(t, x, part, "%s in %s", at, body)
			v = x[part]
		default:
			require.Fail(t, "nothing at "+at, "%s", body)
		}
	}
	return fmt.Sprint(v)
}

// A refusal is what answers of every operation may have in common.
type refusal struct {
	Msg     string   `json:"msg"`
	Code    string   `json:"code"`
	Ignored []string `json:"ignored_parameters_unsupported"`
}
